"""Cursors of keyset pages: opaque text that carries where a page ended, and is checked when it comes back."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import orjson

from kalip.base.errors import BadRequest

_LONGEST: Final = 8000


def write_cursor(order: str, kinds: Sequence[str], values: Sequence[Any]) -> str:
    """Write the cursor of a page that ended at these values of the sort keys; `order` names the order itself."""
    held = [None if value is None else _plain(kind, value) for kind, value in zip(kinds, values, strict=True)]
    return base64.urlsafe_b64encode(orjson.dumps([order, *held])).rstrip(b"=").decode()


def read_cursor(text: str, order: str, kinds: Sequence[str]) -> list[Any]:
    """Read the values of a cursor. BadRequest when no page of this order gave it."""
    try:
        named, *found = _listed(text)
        values = [None if each is None else _value(kind, each) for kind, each in zip(kinds, found, strict=True)]
    except (ValueError, TypeError, binascii.Error, InvalidOperation, OverflowError):
        raise _strange() from None
    if named != order:
        raise _strange()
    return values


def _listed(text: str) -> list[Any]:
    if len(text) > _LONGEST:
        raise ValueError(text)
    found = orjson.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    if not isinstance(found, list):
        raise TypeError(text)
    return found


def _strange() -> BadRequest:
    return BadRequest(
        "the cursor does not belong to this list",
        hint="start again without cursor; a cursor is valid for the sort it came with",
        code="R102",
    )


def _plain(kind: str, value: Any) -> Any:
    match kind.partition(":")[0]:
        case "decimal":
            return format(value, "f")
        case "moment" | "date" | "time":
            return value.isoformat()
        case "duration":
            return value // timedelta(microseconds=1)
    return value


def _value(kind: str, held: Any) -> Any:
    name = kind.partition(":")[0]
    wanted = _HELD_AS[name]
    if not isinstance(held, wanted) or (wanted is int and isinstance(held, bool)):
        raise TypeError(kind)
    if isinstance(held, int) and not -(2**63) <= held < 2**63:
        raise ValueError(kind)
    if isinstance(held, str) and "\0" in held:
        raise ValueError(kind)
    return _VALUES.get(name, _same)(held)


def _same(held: Any) -> Any:
    return held


def _decimal(held: str) -> Decimal:
    number = Decimal(held)
    if not number.is_finite():
        raise ValueError(held)
    return number


def _moment(held: str) -> datetime:
    moment = datetime.fromisoformat(held)
    if moment.tzinfo is None:
        raise ValueError(held)
    return moment


_HELD_AS: Final[dict[str, type]] = {
    "text": str,
    "integer": int,
    "integer32": int,
    "boolean": bool,
    "decimal": str,
    "moment": str,
    "date": str,
    "time": str,
    "duration": int,
}
_VALUES: Final[dict[str, Callable[[Any], Any]]] = {
    "decimal": _decimal,
    "moment": _moment,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": lambda held: timedelta(microseconds=held),
}
