"""How long a statement may take: all of them are bounded in the server, but not what is known to take long."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Final

_CANCELLED: Final = "57014"
_patient: ContextVar[bool] = ContextVar("patient", default=False)


@contextmanager
def patient() -> Iterator[None]:
    """Let statements of the block take as long as they take: for jobs, and for changing tables."""
    before = _patient.get()
    _patient.set(True)
    try:
        yield
    finally:
        # Not by a token: a block may end in another context than it began in.
        _patient.set(before)


def is_patient() -> bool:
    """Whether statements are unbounded now."""
    return _patient.get()


def was_stopped(error: BaseException) -> bool:
    """Whether a driver's error says that a statement was stopped."""
    interrupted = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return interrupted or getattr(error, "sqlstate", None) == _CANCELLED


class Watch:
    """Tells an SQLite connection when its statement has taken `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = inf

    def start(self) -> None:
        """Begin to count, for the statement that is about to run."""
        self._until = inf if is_patient() else time.monotonic() + self._seconds

    def stop(self) -> None:
        """Count no more, until the next statement."""
        self._until = inf

    def is_over(self) -> bool:
        """Whether the statement is to be interrupted."""
        return time.monotonic() > self._until
