"""A throw-away Redis that keeps nothing."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import redis

from tests.support.processes import free_port, running


class RedisServer:
    """A Redis on a free port of 127.0.0.1 that a test stops and starts again, empty."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._port = free_port()
        self._running = ExitStack()
        self.address = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        home = self._running.enter_context(tempfile.TemporaryDirectory(prefix="kalip-redis-"))
        options = ["--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", home]
        command = [self._program, *options]
        self._running.enter_context(running(command, log=Path(home) / "log", is_ready=lambda: _answers(self.address)))

    def stop(self) -> None:
        """End it with all that it holds."""
        self._running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def redis_server(program: str) -> Iterator[str]:
    """Start Redis on a free port of 127.0.0.1 and yield its address."""
    with RedisServer(program) as server:
        yield server.address


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
