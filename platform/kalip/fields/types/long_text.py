"""Text of many lines."""

from collections.abc import Sequence
from typing import Any

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json
from kalip.fields.operators import EMPTINESS, SUBSTRINGS, Operator, words
from kalip.fields.options import keys, length_option, option, setting
from kalip.fields.texts import clean_text
from kalip.fields.types.text import length_faults
from kalip.model import Field

DEFAULT_LENGTH = 20_000
LONGEST = 1_000_000


class LongTextType(TextFamily):
    """Text of many lines."""

    name = "long_text"
    label = words("Long text", "Uzun metin", "Длинный текст")
    description = "Text of many lines: a description, a note. Line ends are stored as one line feed."
    widget = "long_text"
    sortable = False
    indexable = False
    options = keys(
        {
            "max_length": length_option(DEFAULT_LENGTH, LONGEST),
            "rows": option("Rows", "Height of the input in lines.", type="integer", minimum=2, maximum=40),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ("One line", "First\n\n  third, indented\ttab", "ğüşıöç ЁЖЩ " * 50 + ".")

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read lines."""
        return clean_text(raw, LONGEST)

    def parse_text(self, field: Field, text: str, locale: str = "en", timezone: Any = None) -> str | None:
        """Read lines, with the blanks before the first word."""
        return self.parse_value(field, text)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse what is too long."""
        return length_faults(field, value, DEFAULT_LENGTH)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text, with its bound when written."""
        bound = {"maxLength": setting(field.options, "max_length", DEFAULT_LENGTH)} if write else {}
        return {"type": "string", **bound}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Parts of text."""
        return (*SUBSTRINGS, *EMPTINESS)
