"""A record of another entity."""

from typing import Any, ClassVar

from kalip.expressions import TEXT, Type, record_of
from kalip.fields.families import TextFamily
from kalip.fields.field_type import Json, Style
from kalip.fields.ids import SAMPLE_IDS, id_schema, parse_id
from kalip.fields.operators import MEMBERSHIP, Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field

ENTITY_NAME = {"type": "string", "pattern": "^([a-z][a-z0-9_]*/)?[a-z][a-z0-9_]*$"}


class ReferenceType(TextFamily):
    """One record of another entity, by its id."""

    name = "reference"
    label = words("Reference", "Bağlantı", "Ссылка")
    description = (
        "One record of another entity. In JSON its id; expressions, lists and filters reach its fields by a path such "
        "as `company.name`."
    )
    widget = "reference"
    searchable = False
    options = keys(
        {
            "to": option("Entity", "The entity it points to.", **ENTITY_NAME),
            "on_delete": option(
                "When the target is archived",
                "`restrict` refuses, `clear` empties the field, `cascade` archives this record too.",
                type="string",
                enum=["restrict", "clear", "cascade"],
                default="restrict",
            ),
            "filter": option(
                "Filter", "Expression over the target: only such records can be chosen.", type="string", minLength=1
            ),
        }
    )
    needs: ClassVar[tuple[str, ...]] = ("to",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return SAMPLE_IDS[:2]

    def value_type(self, field: Field) -> Type:
        """A record of the target."""
        return record_of(field.target) if field.target else TEXT

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read an id."""
        return parse_id(raw)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An id."""
        return id_schema(write=write)

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The target's title."""
        return style.titles.get(value, value)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Equal and among."""
        return MEMBERSHIP
