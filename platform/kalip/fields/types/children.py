"""Lines owned by a record."""

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

import orjson

from kalip.base.ids import is_id
from kalip.expressions import list_of, record_of
from kalip.fields.columns import JsonValue
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Parts, Style
from kalip.fields.ids import SAMPLE_IDS
from kalip.fields.operators import Operator, words
from kalip.fields.options import keys, option, setting
from kalip.fields.plain_json import plain_json
from kalip.fields.types.reference import ENTITY_NAME
from kalip.model import Field

DEFAULT_MOST = 500


class ChildrenType(FieldType):
    """Records of another entity that live and die with this one; each is a mapping of its own fields."""

    name = "children"
    label = words("Lines", "Satırlar", "Строки")
    description = (
        "Lines owned by this record, such as the items of an order: records of an entity that says `owned_by`. "
        "Written as a list of objects: one with `id` changes that line, one without makes a new one, and a line left "
        "out is removed."
    )
    widget = "children"
    stored = False
    sortable = False
    indexable = False
    options = keys(
        {
            "of": option("Entity", "The entity of the lines.", **ENTITY_NAME),
            "via": option(
                "Through",
                "The reference field of the lines that points back; its `owned_by` when left out.",
                type="string",
                pattern="^[a-z][a-z0-9_]*$",
            ),
            "max_count": option(
                "Most lines",
                f"{DEFAULT_MOST} when left out.",
                type="integer",
                minimum=1,
                maximum=5000,
                default=DEFAULT_MOST,
            ),
        }
    )
    needs = ("of",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            ({"id": SAMPLE_IDS[0], "quantity": 2}, {"name": "new line"}),
            ({"price": {"amount": "1.50", "currency": "TRY"}},),
        )

    def parts(self, field: Field) -> tuple[Part, ...]:
        """The type of its path; the lines are loaded apart."""
        return (Part("", list_of(record_of(field.target or "")), JsonValue()),)

    def parse_value(self, field: Field, raw: Json) -> tuple[dict[str, Any], ...] | None:
        """Read a list of objects; their values stay raw, since the child entity's fields read them."""
        if not isinstance(raw, list | tuple):
            raise wrong_type("a list", raw)
        most = setting(field.options, "max_count", DEFAULT_MOST)
        if len(raw) > most:
            raise FieldFault("too_many", "At most {most} items.", {"most": most})
        lines = [_line(index, each) for index, each in enumerate(raw)]
        ids = [line["id"] for line in lines if "id" in line]
        if len(set(ids)) != len(ids):
            raise FieldFault("repeated", "A line may occur only once.")
        return tuple(lines) or None

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Any:
        """Read a JSON list."""
        try:
            raw = orjson.loads(text)
        except (orjson.JSONDecodeError, UnicodeEncodeError) as error:
            raise FieldFault("not_json", "This is not JSON: {reason}.", {"reason": str(error)}) from None
        return self.parse(field, raw)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A list of objects; the child entity's own schema says what is in them."""
        return {"type": "array", "items": {"type": "object"}}

    def json_schema(self, field: Field, *, write: bool = False) -> dict[str, Any]:
        """A list; null too when written."""
        return super().json_schema(field, write=True) if write else self.value_schema(field, write=False)

    def to_json(self, field: Field, value: Any) -> Json:
        """A list, empty when there are none."""
        return [dict(line) for line in value or ()]

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """A list, empty when there are none."""
        return _read

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """How many there are."""
        return str(len(value))

    def value_to_text(self, field: Field, value: Any) -> str:
        """A JSON list."""
        return orjson.dumps(self.to_json(field, value)).decode()

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """None: lines have inputs of their own fields."""
        return {}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Any or none."""
        return (
            Operator("empty", words("is empty", "boş", "пусто"), "size({path}) == 0", ()),
            Operator("not_empty", words("is not empty", "dolu", "не пусто"), "size({path}) > 0", ()),
        )

    def literal(self, field: Field, value: Any) -> str:
        """None: lines are not compared."""
        raise FieldFault("no_literal", "Lines can't be compared.")


def _line(index: int, raw: Json) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or not all(isinstance(key, str) for key in raw):
        raise wrong_type("an object", raw).under(f"/{index}")
    line = {key: _value(f"/{index}/{key}", each) for key, each in raw.items()}
    if line.get("id") is None:
        line.pop("id", None)
    elif not isinstance(line["id"], str) or not is_id(line["id"]):
        raise FieldFault("not_an_id", "'{text}' is not an id.", {"text": str(line["id"])[:60]}, f"/{index}/id")
    return line


def _value(suffix: str, raw: Json) -> Json:
    try:
        return plain_json(raw)
    except FieldFault as fault:
        raise fault.under(suffix) from fault


def _read(parts: Parts) -> Json:
    return [dict(line) for line in parts[0] or ()]
