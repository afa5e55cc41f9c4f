"""JSON straight from what SQLite holds, without the Python value in between: half the time of a list went there.

Only for readers that are known to write exactly this; a test compares both ways for every field type.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from kalip.fields.families import read_decimal
from kalip.fields.types.date import read_iso
from kalip.fields.types.datetime import read_moment

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86_400_000_000
_MINUTE: Final = 60_000_000
_SECOND: Final = 1_000_000
_MINUTES: Final = tuple(f"T{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60))
_SECONDS: Final = tuple(f"{second:02}" for second in range(60))

Convert = Callable[[Any], Any]


def direct_json(kind: str, reader: Convert | None, dialect: str) -> Convert | None:
    """The function from a held value to JSON that does what a field type's reader does; None: there is none."""
    if dialect != "sqlite":
        return None
    if reader is read_moment and kind == "moment":
        return moment_text
    if reader is read_iso and kind in ("date", "time"):
        return same
    if reader is read_decimal and kind.startswith("decimal:"):
        return _decimal_reader(int(kind.partition(":")[2]))
    return None


def same(held: Any) -> Any:
    """What is held is the JSON already."""
    return held


def moment_text(held: int | None) -> str | None:
    """Microseconds since 1970 as RFC 3339 in UTC."""
    if held is None:
        return None
    day, rest = divmod(held, _DAY)
    minute, rest = divmod(rest, _MINUTE)
    second, fraction = divmod(rest, _SECOND)
    if fraction:
        return f"{_day_text(day)}{_MINUTES[minute]}{_SECONDS[second]}.{fraction:06}Z"
    return f"{_day_text(day)}{_MINUTES[minute]}{_SECONDS[second]}Z"


def _decimal_reader(scale: int) -> Convert:
    def read(held: int | None) -> str | None:
        if held is None:
            return None
        if not scale:
            return str(held)
        digits = str(abs(held)).rjust(scale + 1, "0")
        return f"{'-' if held < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"

    return read


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).date().isoformat()
