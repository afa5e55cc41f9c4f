"""Databases that are made once and copied from then on: making their tables takes longer than most tests do."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from kalip.runtime import Served
from kalip.storage import apply, make_database, plan, upgrade_own_tables
from tests.support.postgres import drop_database, make_like

Key = tuple[Hashable, str]

# Who else is connected, and what any row that was written would change.
_STATE = """
    SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()),
           count(*), sum(pg_relation_size(oid)) FROM pg_class WHERE relkind IN ('r', 'i')
"""
_KEPT = 12


def make_own_tables(url: str) -> None:
    """Make the own tables, and leave nobody connected."""
    _make(url, None)


def make_all_tables(url: str, served: Served) -> None:
    """Make the tables of a model as publishing it does, in a database that nobody is connected to."""
    copies = _IN_FILES if url.startswith("sqlite") else _IN_SERVERS
    key = copies.state(url), served.model.revision
    if not copies.put(url, key):
        _make(url, served)
        copies.keep(url, key)


@contextmanager
def copies_dropped() -> Iterator[None]:
    """Leave no copies in a server that goes on after the block."""
    try:
        yield
    finally:
        _IN_SERVERS.drop()


def _make(url: str, served: Served | None) -> None:
    database = make_database(url)
    try:
        upgrade_own_tables(database)
        if served is not None:
            with database.publish() as session:
                apply(session, plan(session, served))
    finally:
        database.dispose()


class _Copies(ABC):
    """Databases as they were when the tables of a model had been made, by what they were before and the revision."""

    @abstractmethod
    def state(self, url: str) -> Hashable:
        """What tells a database from one with other contents; None when it can't be replaced."""

    @abstractmethod
    def put(self, url: str, key: Key) -> bool:
        """Make the database a copy, where there is one."""

    @abstractmethod
    def keep(self, url: str, key: Key) -> None:
        """Keep a copy of the database."""


class _FileCopies(_Copies):
    """SQLite's: what their files hold."""

    def __init__(self) -> None:
        self._kept: dict[Key, bytes] = {}

    def state(self, url: str) -> Hashable:
        path = _path(url)
        if _in_use(path):
            return None
        return sha256(path.read_bytes()).digest() if path.exists() else b""

    def put(self, url: str, key: Key) -> bool:
        if key not in self._kept:
            return False
        _path(url).write_bytes(self._kept[key])
        return True

    def keep(self, url: str, key: Key) -> None:
        path = _path(url)
        if key[0] is None or _in_use(path):
            return
        if len(self._kept) == _KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = path.read_bytes()


class _ServerCopies(_Copies):
    """PostgreSQL's: databases beside them, made when the same is made for the second time."""

    def __init__(self) -> None:
        self._kept: dict[Key, tuple[str, str]] = {}
        self._seen: set[Key] = set()
        self._made = 0

    def state(self, url: str) -> Hashable:
        with psycopg.connect(url) as connection:
            row = connection.execute(_STATE).fetchone()
        assert row is not None
        others, *state = row
        return None if others else tuple(state)

    def put(self, url: str, key: Key) -> bool:
        if key not in self._kept:
            return False
        _, name = self._kept[key]
        make_like(name, *_place(url))
        return True

    def keep(self, url: str, key: Key) -> None:
        if key[0] is None:
            return
        if key not in self._seen:
            self._seen.add(key)
            return
        if len(self._kept) == _KEPT:
            drop_database(*self._kept.pop(next(iter(self._kept))))
        server, database = _place(url)
        self._made += 1
        name = f"{database}_copy_{self._made}"
        make_like(database, server, name)
        self._kept[key] = server, name

    def drop(self) -> None:
        """Drop them all."""
        while self._kept:
            drop_database(*self._kept.popitem()[1])


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _in_use(path: Path) -> bool:
    return path.with_name(f"{path.name}-wal").exists()


def _place(url: str) -> tuple[str, str]:
    """The address of the server, and the name of the database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path="/postgres")), parts.path[1:]


_IN_FILES = _FileCopies()
_IN_SERVERS = _ServerCopies()
