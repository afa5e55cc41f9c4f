"""A throw-away Redis that keeps nothing."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.support.processes import free_port, running


@contextmanager
def redis_server(program: str) -> Iterator[str]:
    """Start Redis on a free port of 127.0.0.1 and yield its address."""
    port = free_port()
    address = f"redis://127.0.0.1:{port}/0"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with tempfile.TemporaryDirectory(prefix="kalip-redis-") as home:
        command = [program, *options, "--dir", home]
        with running(command, log=Path(home) / "log", is_ready=lambda: _answers(address)):
            yield address


def empty_redis(address: str) -> None:
    """Remove every key of the database that the address names."""
    with redis.Redis.from_url(address) as client:
        client.flushdb()


def _answers(address: str) -> bool:
    with redis.Redis.from_url(address) as client:
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False
