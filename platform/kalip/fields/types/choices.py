"""Several values of a choice list."""

from collections.abc import Sequence
from typing import Any

from kalip.fields.families import TextsFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json, Style
from kalip.fields.operators import words
from kalip.fields.options import keys
from kalip.fields.types.choice import (
    CHOICES_OPTION,
    choice_label,
    choice_schema,
    labelled,
    parse_choice,
    retired_faults,
)
from kalip.model import Field


class ChoicesType(TextsFamily):
    """Several values of a choice list, each once, in the order chosen."""

    name = "choices"
    label = words("Several choices", "Çoklu seçim", "Несколько вариантов")
    description = "Several values of a choice list, each once. No value is null."
    widget = "choices"
    options = keys({"choices": CHOICES_OPTION})
    needs = ("choices",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        values = tuple(field.options.get("values", ())) or ("new", "old")
        return ((values[0],), tuple(reversed(values)))

    def parse_item(self, field: Field, raw: Json) -> str | None:
        """Read a value of the list."""
        return parse_choice(field, raw)

    def parse_items(self, field: Field, texts: Sequence[str]) -> tuple[str, ...] | None:
        """Read values, or their labels in any language."""
        return super().parse_items(field, [labelled(field, text.strip()) for text in texts])

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse retired values."""
        return retired_faults(field, value)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A list; when written, of the values."""
        return {**super().value_schema(field, write=write), "items": choice_schema(field, write=write)}

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The labels."""
        return ", ".join(choice_label(field, each, style) for each in value)
