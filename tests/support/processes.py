"""Starts throw-away servers and makes sure that they end with the tests."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 120


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str],
    *,
    log: Path,
    is_ready: Callable[[], bool],
    user: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it also ends when this process is killed.

    `user` is whom it runs as, when another one than ours is needed. Raises RuntimeError with the
    server's log when it is not ready within two minutes.
    """
    with log.open("wb") as output:
        process = subprocess.Popen([*_dying_with_parent(user), *command], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, is_ready, log)
        yield process
    finally:
        _stop(process)


def _dying_with_parent(user: str | None) -> list[str]:
    if shutil.which("setpriv") is None:
        return ["runuser", "-u", user, "--"] if user else []
    identity = [f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    return ["setpriv", *identity, "--pdeathsig=INT"]


def _wait(process: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if is_ready():
            return
        time.sleep(0.02)
    said = log.read_text(errors="replace")
    raise RuntimeError(f"{process.args!r} did not start (exit code {process.returncode}):\n{said}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
