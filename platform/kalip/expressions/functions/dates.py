"""Functions on days, moments, times of day and durations.

A day is no moment: the one becomes the other only through `date(x)` and `datetime(x)`, in UTC. Whatever leaves the
years 1 to 9999, or a duration its 64 bits of microseconds, is null.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from kalip.expressions.encoding import microseconds_of
from kalip.expressions.functions.builtin import INT_MAX, INT_MIN, Builtin
from kalip.expressions.types import DATE, DATETIME, DURATION, INTEGER, TEXT, TIME, Type

MAX_MONTHS: Final = 120_000

_MICROSECONDS: Final = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_DURATION_TEXT: Final = re.compile(r"([+-])?((?:[0-9]{1,15}(?:\.[0-9]{1,6})?(?:us|ms|s|m|h|d|w))+)")
_DURATION_PART: Final = re.compile(r"([0-9.]+)(us|ms|s|m|h|d|w)")
_DATE_TEXT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME_TEXT: Final = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_DATETIME_TEXT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def duration_of(microseconds: int) -> timedelta | None:
    """Make a duration, null when it does not fit in 64 bits of microseconds."""
    return timedelta(microseconds=microseconds) if INT_MIN <= microseconds <= INT_MAX else None


def add_durations(left: timedelta, right: timedelta) -> timedelta | None:
    """Add."""
    return duration_of(microseconds_of(left) + microseconds_of(right))


def subtract_durations(left: timedelta, right: timedelta) -> timedelta | None:
    """Subtract."""
    return duration_of(microseconds_of(left) - microseconds_of(right))


def multiply_duration(duration: timedelta, by: int) -> timedelta | None:
    """Multiply."""
    return duration_of(microseconds_of(duration) * by)


def negate_duration(duration: timedelta) -> timedelta | None:
    """Turn a duration round."""
    return duration_of(-microseconds_of(duration))


def move_moment(moment: datetime, duration: timedelta) -> datetime | None:
    """Move a moment; null outside of the years 1 to 9999."""
    try:
        return moment + duration
    except OverflowError:
        return None


def move_moment_back(moment: datetime, duration: timedelta) -> datetime | None:
    """Move a moment back; null outside of the years 1 to 9999."""
    try:
        return moment - duration
    except OverflowError:
        return None


def whole_days(duration: timedelta) -> int:
    """Count the whole days in a duration, cutting towards zero."""
    return _cut(microseconds_of(duration), _MICROSECONDS["d"])


def move_date(day: date, duration: timedelta) -> date | None:
    """Move a day by the whole days in a duration; null outside of the years 1 to 9999."""
    return add_days(day, whole_days(duration))


def move_date_back(day: date, duration: timedelta) -> date | None:
    """Move a day back by the whole days in a duration; null outside of the years 1 to 9999."""
    return add_days(day, -whole_days(duration))


def add_days(day: date, days: int) -> date | None:
    """Move a day; null outside of the years 1 to 9999."""
    number = day.toordinal() + days
    return date.fromordinal(number) if 1 <= number <= date.max.toordinal() else None


def add_months(day: date, months: int) -> date | None:
    """Move a day by months, to the month's last day where it has no such day."""
    if abs(months) > MAX_MONTHS:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def add_months_to_moment(moment: datetime, months: int) -> datetime | None:
    """Move a moment by months, keeping its time of day in UTC."""
    at = moment.astimezone(UTC)
    day = add_months(at.date(), months)
    return None if day is None else datetime.combine(day, at.timetz())


def add_days_to_moment(moment: datetime, days: int) -> datetime | None:
    """Move a moment by days of 24 hours."""
    return move_moment(moment, timedelta(days=days)) if abs(days) <= date.max.toordinal() else None


def days_between(start: date, end: date) -> int:
    """Count the days from one day to another, negative when it lies before."""
    return end.toordinal() - start.toordinal()


def date_of_moment(moment: datetime) -> date:
    """Give the day of a moment in UTC."""
    return moment.astimezone(UTC).date()


def moment_of_date(day: date) -> datetime:
    """Give the moment at which a day begins in UTC."""
    return datetime.combine(day, time(), UTC)


def date_of_text(text: str) -> date | None:
    """Read YYYY-MM-DD, null when it is no day."""
    if not _DATE_TEXT.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def time_of_text(text: str) -> time | None:
    """Read HH:MM or HH:MM:SS, null when it is no time of day."""
    if not _TIME_TEXT.fullmatch(text):
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def moment_of_text(text: str) -> datetime | None:
    """Read an RFC 3339 moment, whose zone must be said; null when it is none."""
    match = _DATETIME_TEXT.fullmatch(text)
    if match is None:
        return None
    day, at, zone = match.groups()
    try:
        return datetime.fromisoformat(f"{day}T{at}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def duration_of_text(text: str) -> timedelta | None:
    """Read a duration such as 3d4h, 1.5h or -90s; null when it is none."""
    match = _DURATION_TEXT.fullmatch(text)
    if match is None:
        return None
    parts = _DURATION_PART.findall(match.group(2))
    total = int(sum(Decimal(number) * _MICROSECONDS[unit] for number, unit in parts))
    return duration_of(-total if match.group(1) == "-" else total)


def _cut(number: int, by: int) -> int:
    quotient = abs(number) // by
    return -quotient if number < 0 else quotient


def _lasting(unit: str) -> Callable[[int], timedelta | None]:
    return lambda number: duration_of(number * _MICROSECONDS[unit])


def _counting(unit: str) -> Callable[[timedelta], int]:
    return lambda duration: _cut(microseconds_of(duration), _MICROSECONDS[unit])


def _in_utc(read: Callable[[datetime], int]) -> Callable[[datetime], int]:
    return lambda moment: read(moment.astimezone(UTC))


def _units() -> list[Builtin]:
    """`days(n)` makes a duration, `inDays(d)` counts the whole ones in it."""
    names = {"weeks": "w", "days": "d", "hours": "h", "minutes": "m", "seconds": "s"}
    functions = []
    for name, unit in names.items():
        size = _MICROSECONDS[unit]
        made = f"CASE WHEN {{0}} BETWEEN -{INT_MAX // size} AND {INT_MAX // size} THEN {{0}} * {size} END"
        functions += [
            Builtin(name, (INTEGER,), DURATION, _lasting(unit), made, made, nullable=True),
            Builtin(f"in{name.title()}", (DURATION,), INTEGER, _counting(unit), f"{{0}} / {size}", f"{{0}} / {size}"),
        ]
    for name, unit in {"getHours": "h", "getMinutes": "m", "getSeconds": "s"}.items():
        size = _MICROSECONDS[unit]
        functions.append(Builtin(name, (DURATION,), INTEGER, _counting(unit), f"{{0}} / {size}", f"{{0}} / {size}"))
    return functions


def _day_parts() -> list[Builtin]:
    parts: list[tuple[str, Callable[[date], int], str]] = [
        ("year", lambda day: day.year, "extract(year FROM {})"),
        ("month", lambda day: day.month, "extract(month FROM {})"),
        ("day", lambda day: day.day, "extract(day FROM {})"),
        ("weekday", lambda day: day.isoweekday(), "extract(isodow FROM {})"),
        ("getFullYear", lambda day: day.year, "extract(year FROM {})"),
        ("getMonth", lambda day: day.month - 1, "extract(month FROM {}) - 1"),
        ("getDate", lambda day: day.day, "extract(day FROM {})"),
        ("getDayOfMonth", lambda day: day.day - 1, "extract(day FROM {}) - 1"),
        ("getDayOfWeek", lambda day: day.isoweekday() % 7, "extract(dow FROM {})"),
        ("getDayOfYear", lambda day: day.timetuple().tm_yday - 1, "extract(doy FROM {}) - 1"),
    ]
    functions = []
    for name, read, sql in parts:
        functions += [_part(name, DATE, read, sql, "{0}"), _part(name, DATETIME, _in_utc(read), sql, _AT_UTC)]
    return functions


def _clock_parts() -> list[Builtin]:
    parts: list[tuple[str, str, Callable[[time], int], str]] = [
        ("hour", "getHours", lambda at: at.hour, "extract(hour FROM {})"),
        ("minute", "getMinutes", lambda at: at.minute, "extract(minute FROM {})"),
        ("second", "getSeconds", lambda at: at.second, "trunc(extract(second FROM {}))"),
    ]
    functions = []
    for name, alias, read, sql in parts:
        of_moment = _in_utc(_clock(read))
        functions += [
            _part(name, TIME, read, sql, "{0}"),
            _part(name, DATETIME, of_moment, sql, _AT_UTC),
            _part(alias, DATETIME, of_moment, sql, _AT_UTC),
        ]
    return functions


def _clock(read: Callable[[time], int]) -> Callable[[datetime], int]:
    return lambda moment: read(moment.time())


def _part(name: str, of: Type, read: Callable[..., int], sql: str, operand: str) -> Builtin:
    return Builtin(name, (of,), INTEGER, read, f"CAST({sql.format(operand)} AS BIGINT)")


_AT_UTC: Final = "({0} AT TIME ZONE 'UTC')"
IN_DATES: Final = "CASE WHEN {0} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN {0} END"
IN_MOMENTS: Final = "CASE WHEN {0} >= TIMESTAMPTZ '0001-01-01 UTC' AND {0} < TIMESTAMPTZ '10000-01-01 UTC' THEN {0} END"
"""SQL of PostgreSQL for a result that must lie within the years 1 to 9999."""

_MONTHS = f"CASE WHEN {{1}} BETWEEN -{MAX_MONTHS} AND {MAX_MONTHS} THEN %s END"
_MOVED = "{0} + make_interval(0, CAST({1} AS INTEGER))"
_MOVED_AT_UTC = f"(({_AT_UTC} + make_interval(0, CAST({{1}} AS INTEGER))) AT TIME ZONE 'UTC')"
_DAYS = f"CASE WHEN {{1}} BETWEEN -{date.max.toordinal()} AND {date.max.toordinal()} THEN %s END"

DATE_FUNCTIONS: Final = (
    Builtin("date", (DATE,), DATE, lambda day: day, "{0}", "{0}"),
    Builtin("date", (DATETIME,), DATE, date_of_moment, f"CAST({_AT_UTC} AS DATE)"),
    Builtin(
        "date", (TEXT,), DATE, date_of_text, nullable=True, complaint='this is not a day, write date("2026-01-31")'
    ),
    Builtin("datetime", (DATETIME,), DATETIME, lambda moment: moment, "{0}", "{0}"),
    Builtin("datetime", (DATE,), DATETIME, moment_of_date, "(CAST({0} AS TIMESTAMP) AT TIME ZONE 'UTC')"),
    Builtin(
        "datetime", (TEXT,), DATETIME, moment_of_text, nullable=True,
        complaint='this is not a moment, write datetime("2026-01-31T08:30:00Z")',
    ),
    Builtin("time", (TIME,), TIME, lambda at: at, "{0}", "{0}"),
    Builtin(
        "time", (TEXT,), TIME, time_of_text, nullable=True, complaint='this is no time of day, write time("08:30")'
    ),
    Builtin("duration", (DURATION,), DURATION, lambda duration: duration, "{0}", "{0}"),
    Builtin(
        "duration", (TEXT,), DURATION, duration_of_text, nullable=True,
        complaint='this is not a duration, write duration("3d4h")',
    ),
    Builtin(
        "addDays", (DATE, INTEGER), DATE, add_days, _DAYS % IN_DATES.format("({0} + CAST({1} AS INTEGER))"),
        nullable=True,
    ),
    Builtin(
        "addDays", (DATETIME, INTEGER), DATETIME, add_days_to_moment,
        _DAYS % IN_MOMENTS.format("({0} + {1} * interval '24 hours')"), nullable=True,
    ),
    Builtin(
        "addMonths", (DATE, INTEGER), DATE, add_months, _MONTHS % IN_DATES.format(f"CAST({_MOVED} AS DATE)"),
        nullable=True,
    ),
    Builtin(
        "addMonths", (DATETIME, INTEGER), DATETIME, add_months_to_moment, _MONTHS % IN_MOMENTS.format(_MOVED_AT_UTC),
        nullable=True,
    ),
    Builtin("daysBetween", (DATE, DATE), INTEGER, days_between, "CAST({1} - {0} AS BIGINT)"),
    *_units(),
    *_day_parts(),
    *_clock_parts(),
)  # fmt: skip
"""All overloads, in the order in which they are tried."""
