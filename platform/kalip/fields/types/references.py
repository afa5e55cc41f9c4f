"""Several records of another entity."""

from collections.abc import Callable
from typing import Any

from kalip.expressions import list_of, record_of
from kalip.fields.columns import JsonTexts
from kalip.fields.families import TextsFamily
from kalip.fields.field_type import Json, Part, Parts, Style
from kalip.fields.ids import SAMPLE_IDS, id_schema, parse_id
from kalip.fields.operators import Operator, words
from kalip.fields.options import keys, option
from kalip.fields.types.reference import ENTITY_NAME
from kalip.model import Field


class ReferencesType(TextsFamily):
    """Many records of another entity, kept in a table of their own and ordered."""

    name = "references"
    label = words("References", "Bağlantılar", "Ссылки")
    description = "Many records of another entity, each once, in an order. In JSON a list of ids; null is read as none."
    widget = "references"
    stored = False
    most = 1000
    options = keys(
        {
            "to": option("Entity", "The entity it points to.", **ENTITY_NAME),
            "filter": option(
                "Filter", "Expression over the target: only such records can be chosen.", type="string", minLength=1
            ),
        }
    )
    needs = ("to",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (SAMPLE_IDS, SAMPLE_IDS[:1])

    def parts(self, field: Field) -> tuple[Part, ...]:
        """The type of its path; rows of the link table are loaded apart."""
        return (Part("", list_of(record_of(field.target or "")), JsonTexts()),)

    def parse_item(self, field: Field, raw: Json) -> str | None:
        """Read an id."""
        return parse_id(raw)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A list of ids."""
        return {**super().value_schema(field, write=write), "items": id_schema(write=write)}

    def to_json(self, field: Field, value: Any) -> Json:
        """A list, empty when there are none."""
        return list(value or ())

    def json_schema(self, field: Field, *, write: bool = False) -> dict[str, Any]:
        """A list; null too when written."""
        return super().json_schema(field, write=True) if write else self.value_schema(field, write=False)

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """A list, empty when there are none."""
        return _read

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The targets' titles."""
        return ", ".join(style.titles.get(each, each) for each in value)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Which records it holds."""
        return (
            Operator("has", words("contains", "içerir", "содержит"), "{path}.exists(each, each.id == {0})"),
            Operator(
                "has_not", words("does not contain", "içermez", "не содержит"), "!{path}.exists(each, each.id == {0})"
            ),
            Operator("empty", words("is empty", "boş", "пусто"), "size({path}) == 0", ()),
            Operator("not_empty", words("is not empty", "dolu", "не пусто"), "size({path}) > 0", ()),
        )


def _read(parts: Parts) -> Json:
    return list(parts[0] or ())
