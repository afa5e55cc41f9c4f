"""A throw-away PostgreSQL cluster, and databases in it that live as long as one test."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests.support.processes import free_port, running

# Durability is for data that somebody will miss; more locks for models of 500 entities.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "64MB",
    "max_connections": "60",
    "max_locks_per_transaction": "1024",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
}

MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it has a name nobody can guess
ROOM = 2 * 1024**3  # bytes


def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server on this machine, if there is one."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    found = debian[-1] if debian else Path(on_path) if on_path else None
    return found.parent if found else None


def in_memory() -> Path | None:
    """The folder that lies in memory, where there is one with room: each test's database is hundreds of files.

    On a disk with ext4 each of them costs a search among the inodes of those deleted just before.
    """
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


@contextmanager
def postgres_cluster(programs: Path) -> Iterator[str]:
    """Make a cluster in a temporary folder, start it, and yield its superuser's address."""
    home = Path(tempfile.mkdtemp(prefix="kalip-postgres-", dir=in_memory()))
    user = "postgres" if os.geteuid() == 0 else None
    try:
        if user:
            shutil.chown(home, user, user)
        data = home / "data"
        _initialise(programs, data, user)
        port = free_port()
        address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        settings = {**SETTINGS, "port": str(port), "unix_socket_directories": str(home)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [str(programs / "postgres"), "-D", str(data), *options]
        log = home / "server.log"
        with running(command, log=log, is_ready=lambda: _answers(address), user=user):
            yield address
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def fresh_database(address: str, name: str, like: str = "template0") -> Iterator[str]:
    """Create a database for the block, empty or as another one is, and yield its address; connections left are cut."""
    make_like(like, address, name)
    try:
        yield urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    finally:
        drop_database(address, name)


def make_like(like: str, address: str, name: str) -> None:
    """Create a database as another one is, to which nobody may be connected, in place of the one of its name."""
    drop_database(address, name)
    with psycopg.connect(address, autocommit=True) as connection:
        statement = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(like)))


def drop_database(address: str, name: str) -> None:
    """Drop a database, if it is there; connections left are cut."""
    with psycopg.connect(address, autocommit=True) as connection:
        statement = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _initialise(programs: Path, data: Path, user: str | None) -> None:
    become = ["runuser", "-u", user, "--"] if user else []
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
    command = [*become, str(programs / "initdb"), "--no-sync", "-D", str(data), *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if result.returncode:
        raise RuntimeError(f"initdb failed:\n{result.stdout}{result.stderr}")


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
