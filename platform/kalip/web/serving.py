"""Runs an application under gunicorn from this process: workers, addresses, time limits. Knows no site."""

import os
from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS: Final = 2  # more made lists slower, not faster: the interpreter's lock
TIMEOUT: Final = 120  # seconds; a long export streams and so is not cut
GRACE: Final = 20  # seconds that a request may still take after the server was told to stop


def serve(make: Callable[[], Flask], host: str, port: int, workers: int = 0) -> None:
    """Serve until SIGTERM or SIGINT. Each worker makes an application of its own; 0 means one per core."""
    _Server(make, host, port, workers or os.cpu_count() or 1).run()


class _Server(BaseApplication):
    def __init__(self, make: Callable[[], Flask], host: str, port: int, workers: int) -> None:
        self._make = make
        self._settings: dict[str, Any] = {
            "bind": f"{host}:{port}",
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "timeout": TIMEOUT,
            "graceful_timeout": GRACE,
            "proc_name": "kalip",
            # Workers die by turns, so that a leak anywhere never fills the machine.
            "max_requests": 50_000,
            "max_requests_jitter": 5_000,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Take the settings that this version of gunicorn knows."""
        for name, value in self._settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Callable[..., Iterable[bytes]]:
        """Make the application, in the worker."""
        return self._make()
