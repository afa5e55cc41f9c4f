"""Plain JSON of any shape."""

import math
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

import orjson

from kalip.expressions import JSON
from kalip.fields.columns import JsonValue
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import FieldType, Part
from kalip.fields.field_type import Json as Raw
from kalip.fields.numbers import INTEGER_MAX, INTEGER_MIN
from kalip.fields.operators import EMPTINESS, Operator, words
from kalip.fields.options import keys, option, setting
from kalip.fields.texts import check_characters
from kalip.model import Field

DEEPEST = 32
DEFAULT_SIZE = 65_536
LARGEST = 1_048_576


class JsonType(FieldType):
    """Plain JSON of any shape."""

    name = "json"
    label = words("JSON", "JSON", "JSON")
    description = (
        "Plain JSON of any shape: what another system sent, settings. At most 32 levels deep; whole numbers have "
        "64 bits. The order of keys is not kept on every database."
    )
    widget = "json"
    sortable = False
    indexable = False
    options = keys(
        {
            "max_size": option(
                "Largest size",
                f"Most bytes as compact JSON; {DEFAULT_SIZE} when left out.",
                type="integer",
                minimum=2,
                maximum=LARGEST,
                default=DEFAULT_SIZE,
            )
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ({"a": [1, 2.5, None, True, {"ğ": "Ж"}]}, [], {}, 0, False, "text", -0.1, 1e20, INTEGER_MAX, [[]])

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column."""
        return (Part("", JSON, JsonValue()),)

    def parse_value(self, field: Field, raw: Raw) -> Any:
        """Copy the value, refusing what a database can't hold."""
        value = _copied(raw, 0)
        size = len(orjson.dumps(value))
        most = setting(field.options, "max_size", DEFAULT_SIZE)
        if size > most:
            raise FieldFault("too_long", "At most {limit} bytes of JSON, not {size}.", {"limit": most, "size": size})
        return value

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Any:
        """Read JSON text."""
        if len(text) > 4 * LARGEST:
            raise FieldFault("too_long", "The JSON is too long.")
        try:
            raw = orjson.loads(text)
        except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
            raise FieldFault("not_json", "This is not JSON: {reason}.", {"reason": str(error)}) from None
        return self.parse(field, raw)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Anything."""
        return {}

    def json_schema(self, field: Field, *, write: bool = False) -> dict[str, Any]:
        """Anything; null too."""
        return {"not": {"type": "null"}} if write and field.required else {}

    def value_to_text(self, field: Field, value: Any) -> str:
        """Compact JSON."""
        return orjson.dumps(value).decode()

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Empty or not."""
        return EMPTINESS


def _copied(raw: Raw, depth: int) -> Any:
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
