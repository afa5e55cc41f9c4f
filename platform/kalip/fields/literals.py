"""Writes values as literals of the expression language."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

_ESCAPES = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
_MICROSECOND = timedelta(microseconds=1)


def literal_of(value: Any) -> str:
    """The literal of a Python value; lists become list literals. Raises TypeError for what has none."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return _decimal(value)
        case str():
            return text_literal(value)
        case tuple() | list():
            return "[" + ", ".join(literal_of(each) for each in value) + "]"
    return _moment(value)


def text_literal(text: str) -> str:
    """A text in double quotes, with what needs it escaped."""
    return '"' + text.translate(_ESCAPES) + '"'


def duration_literal(value: timedelta) -> str:
    """A duration in whole seconds and their fraction, by CEL's grammar."""
    microseconds = value // _MICROSECOND
    sign, microseconds = ("-" if microseconds < 0 else ""), abs(microseconds)
    seconds, rest = divmod(microseconds, 1_000_000)
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    return f'duration("{sign}{seconds}{fraction}s")'


def _moment(value: Any) -> str:
    match value:
        case datetime():
            return f'datetime("{value.astimezone(UTC).replace(tzinfo=None).isoformat()}Z")'
        case date():
            return f'date("{value.isoformat()}")'
        case time():
            return f'time("{value.isoformat()}")'
        case timedelta():
            return duration_literal(value)
    raise TypeError(f"no literal for {type(value).__name__}")


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    return text if "." in text else f"{text}.0"
