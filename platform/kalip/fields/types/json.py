"""Plain JSON of any shape."""

from datetime import tzinfo
from typing import Any

import orjson

from kalip.expressions import JSON
from kalip.fields.columns import JsonValue
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import FieldType, Part
from kalip.fields.field_type import Json as Raw
from kalip.fields.numbers import INTEGER_MAX
from kalip.fields.operators import Operator, words
from kalip.fields.options import keys, option, setting
from kalip.fields.plain_json import plain_json
from kalip.model import Field

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
        value = plain_json(raw)
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
        """None: SQL can't look into JSON."""
        return ()
