"""The one source of the present moment, so that callers can pass another."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment, aware, in UTC, with microseconds."""
    return datetime.now(UTC)
