"""A server in a process of its own under gunicorn, and a client that counts only what was answered well."""

import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import free_port, running

GUNICORN = ("-m", "gunicorn", "--worker-class", "sync", "--workers", "1", "--no-control-socket", "--log-level", "error")
_LENGTH = 65536


class Refused(RuntimeError):
    """An answer that a measurement must not count."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent."""

    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    def to_bytes(self) -> bytes:
        """The request as it goes over the wire; the connection ends with it, as a sync worker's does anyway."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port; `started` is how many seconds passed until its first answer."""

    port: int
    pid: int
    started: float

    def send(self, call: Call) -> bytes:
        """The body of the answer; Refused unless its status is 2xx."""
        return send(self.port, call)

    def memory(self) -> float:
        """The worker's own share of memory (PSS) in MB."""
        rollup = Path(f"/proc/{self._worker()}/smaps_rollup").read_text()
        found = re.search(r"^Pss: +(\d+) kB", rollup, re.MULTILINE)
        if found is None:
            raise RuntimeError("the kernel does not tell the worker's memory")
        return int(found[1]) / 1024

    def _worker(self) -> str:
        return Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()[0]


@contextmanager
def serving(application: str, first: Call, log: Path, environment: dict[str, str]) -> Iterator[Server]:
    """Serve an application (`module:app`) for the block; it is ready when it answers the first call well."""
    port = free_port()
    given = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
    command = [sys.executable, *GUNICORN, "--bind", f"127.0.0.1:{port}", *given, application]
    began = time.monotonic()
    with running(command, log=log, is_ready=lambda: _answers(port, first)) as process:
        yield Server(port, process.pid, time.monotonic() - began)


def send(port: int, call: Call) -> bytes:
    """Send a call on a new connection; the body of the answer, Refused unless its status is 2xx."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(call.to_bytes())
        chunks = []
        while chunk := connection.recv(_LENGTH):
            chunks.append(chunk)
    head, _, body = b"".join(chunks).partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 2"):
        raise Refused(f"{call.method} {call.path} answered {head[:40]!r}: {body[:500]!r}")
    return body


def _answers(port: int, call: Call) -> bool:
    try:
        send(port, call)
    except ConnectionError:
        return False
    return True
