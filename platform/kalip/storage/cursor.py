"""Cursors of keyset pages: opaque text that carries where a page ended, and is checked when it comes back."""

import base64
import binascii
from collections.abc import Sequence
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
        if len(text) > _LONGEST:
            raise ValueError(text)
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        found = orjson.loads(raw)
        if not isinstance(found, list) or len(found) != len(kinds) + 1 or found[0] != order:
            raise ValueError(text)
        return [None if each is None else _value(kind, each) for kind, each in zip(kinds, found[1:], strict=True)]
    except (ValueError, TypeError, UnicodeEncodeError, binascii.Error, InvalidOperation, OverflowError):
        raise BadRequest(
            "the cursor does not belong to this list",
            hint="start again without cursor; a cursor is valid for the sort it came with",
            code="R102",
        ) from None


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
    match kind.partition(":")[0]:
        case "text":
            if not isinstance(held, str) or "\0" in held:
                raise ValueError(held)
            return held
        case "integer" | "integer32":
            if not isinstance(held, int) or isinstance(held, bool) or not -(2**63) <= held < 2**63:
                raise ValueError(held)
            return held
        case "boolean":
            if not isinstance(held, bool):
                raise ValueError(held)
            return held
        case "decimal":
            return Decimal(held)
        case "moment":
            moment = datetime.fromisoformat(held)
            if moment.tzinfo is None:
                raise ValueError(held)
            return moment
        case "date":
            return date.fromisoformat(held)
        case "time":
            return time.fromisoformat(held)
        case "duration":
            return timedelta(microseconds=held)
    raise ValueError(kind)
