"""`kalip serve` in a process of its own with real workers, and people who call it over sockets."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.processes import free_port, running
from tests.support.source import KALIP
from tests.support.terminal import run

KALIP_COMMAND = (sys.executable, "-m", "kalip")
_PATH = {"PYTHONPATH": str(KALIP.parent)}


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Caller:
    """A person's programme: each call has a connection of its own, so any worker may take it."""

    port: int
    token: str = field(repr=False)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """Call the API. Header names lose underscores. OSError or HTTPException when the server goes away."""
        sent = {"Authorization": f"Bearer {self.token}", "Connection": "close"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        is_json = "json" in (response.getheader("Content-Type") or "")
        return Answer(response.status, dict(response.getheaders()), json.loads(text) if is_json else text)


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    process: subprocess.Popen[bytes]
    token: str = field(repr=False)
    log: Path

    @property
    def caller(self) -> Caller:
        """An administrator's programme."""
        return Caller(self.port, self.token)

    def kill(self) -> None:
        """End every process of it at once: none can say goodbye."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, workers)):
            os.kill(each, signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(folder: Path, workers: int = 2) -> Iterator[Server]:
    """Serve a site for the block."""
    port, log = free_port(), folder / "server.log"
    created = run("token", "create", "--user", "admin@example.com", "--site", folder)
    assert created.code == 0, created.err
    command = ["env", *(f"{name}={value}" for name, value in _PATH.items()), *KALIP_COMMAND, "serve"]
    command += ["--site", str(folder), "--port", str(port), "--workers", str(workers)]
    caller = Caller(port, created.out.strip())
    with running(command, log=log, is_ready=lambda: _answers(caller)) as process:
        yield Server(port, process, caller.token, log)


def _answers(caller: Caller) -> bool:
    try:
        return caller.call("GET", "/health").status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
