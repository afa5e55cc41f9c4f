"""How values stand in SQLite, there and back.

Knows the representation that tables and expressions agree on: booleans 0 and 1, decimals as scaled integers (or text
when computed), dates and times ISO text, moments and durations in microseconds, lists JSON text.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from kalip.expressions.types import Type

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def microseconds_of(duration: timedelta) -> int:
    """Count the microseconds of a duration, exactly."""
    return duration // _MICROSECOND


def canonical(number: Decimal) -> str:
    """Write a decimal without exponent, without trailing zeros and without a negative zero."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def encode(value: Any, type_: Type) -> object:
    """Turn a value into what SQLite holds; a decimal becomes canonical text."""
    if value is None:
        return None
    match type_.kind:
        case "boolean":
            return int(value)
        case "decimal":
            return canonical(value)
        case "date" | "time":
            return value.isoformat()
        case "datetime":
            return microseconds_of(value - EPOCH)
        case "duration":
            return microseconds_of(value)
        case "list":
            return json.dumps(list(value), ensure_ascii=False)
    return value


def decode(held: Any, type_: Type, scale: int = 0) -> Any:
    """Turn what SQLite holds into a value; a decimal given as a scaled integer has `scale` places."""
    if held is None:
        return None
    match type_.kind:
        case "boolean":
            return bool(held)
        case "decimal":
            return decimal_held(held, scale)
        case "date":
            return date.fromisoformat(held)
        case "time":
            return time.fromisoformat(held)
        case "datetime":
            return EPOCH + timedelta(microseconds=held)
        case "duration":
            return timedelta(microseconds=held)
        case "list":
            return json.loads(held)
    return held


def decimal_held(held: int | str, scale: int) -> Decimal:
    """Read a decimal held as scaled integer or, when computed, as text."""
    return Decimal(held) if scale == 0 else Decimal(held).scaleb(-scale)
