"""JSON that every database and encoder can hold."""

import math
from collections.abc import Mapping
from typing import Any

from kalip.fields.fault import FieldFault
from kalip.fields.numbers import INTEGER_MAX, INTEGER_MIN
from kalip.fields.texts import check_characters

DEEPEST = 32


def plain_json(raw: Any) -> Any:
    """Copy a JSON value, keys in their order. Raises FieldFault for what can't be held."""
    return _copied(raw, 0)


def _copied(raw: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise FieldFault("too_deep", "JSON may be nested at most {limit} levels deep.", {"limit": DEEPEST})
    match raw:
        case None | bool():
            return raw
        case int():
            if INTEGER_MIN <= raw <= INTEGER_MAX:
                return raw
            raise FieldFault("too_large", "A whole number in JSON doesn't fit in 64 bits.")
        case float():
            # PostgreSQL knows no negative zero, and JSON neither infinity nor NaN.
            if math.isfinite(raw):
                return raw + 0.0 if raw else 0.0
            raise FieldFault("not_a_number", "JSON has no infinity and no NaN.")
        case str():
            check_characters(raw.replace("\r", "\n"))
            return raw
        case Mapping():
            return {_key(key): _copied(value, depth + 1) for key, value in raw.items()}
        case list() | tuple():
            return [_copied(value, depth + 1) for value in raw]
    raise FieldFault("not_json", "A value of type {type} is not JSON.", {"type": type(raw).__name__})


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise FieldFault("not_json", "The keys of a JSON object are texts.")
    check_characters(key)
    return key
