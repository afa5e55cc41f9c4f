"""The language of demo dates: `now`, `-2y`, `{created_at}+10d`; and how moments spread between two ends."""

import re
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from kalip.records.provision.demo.world import Making

_UNITS: Final = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 30.4375, "y": 365.25}
_END: Final = re.compile(r"(?P<base>now|\{[a-z_.]+\})?(?P<offset>[+-]\d+(?:\.\d+)?[hdwmy])?")
_SATURDAY: Final = 5
_OPENING, _CLOSING = 9, 18


def read_end(making: Making, said: object) -> datetime | None:
    """The moment that an end means; None when the path in it is empty."""
    match = _END.fullmatch(str(said).strip())
    if match is None or not str(said).strip():
        raise making.fault("'{text}' is no moment: write now, -2y or {created_at}+10d", "date", text=said)
    base: datetime | None = making.world.now
    path = match["base"]
    if path and path != "now":
        base = as_moment(making.get(path.strip("{}")))
    if base is None:
        return None
    offset = match["offset"]
    return base + timedelta(days=float(offset[:-1]) * _UNITS[offset[-1]]) if offset else base


def between(random: Random, low: datetime, high: datetime, spread: str) -> datetime:
    """A moment between two, to the second; `early` and `late` lean to an end."""
    share = random.random()
    if spread == "early":
        share = share**2.5
    elif spread == "late":
        share = 1 - (1 - share) ** 2.5
    span = max((high - low).total_seconds(), 0.0)
    return (low + timedelta(seconds=share * span)).replace(microsecond=0)


def to_working(random: Random, moment: datetime) -> datetime:
    """The moment moved to Monday to Friday between nine and six."""
    while moment.weekday() >= _SATURDAY:
        moment -= timedelta(days=1)
    hour = moment.hour if _OPENING <= moment.hour < _CLOSING else random.randrange(_OPENING, _CLOSING)
    return moment.replace(hour=hour)


def as_moment(value: object) -> datetime | None:
    """A JSON date or datetime as a moment."""
    if not isinstance(value, str):
        return None
    if "T" in value:
        return datetime.fromisoformat(value)
    return datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)


def moment_json(moment: datetime) -> str:
    """A moment as REST says it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
