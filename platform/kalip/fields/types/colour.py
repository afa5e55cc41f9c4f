"""A colour."""

import re
from typing import Any

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json
from kalip.fields.operators import MEMBERSHIP, Operator, words
from kalip.fields.texts import clean_line
from kalip.model import Field

_HEX = re.compile(r"#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


class ColourType(TextFamily):
    """A colour, kept as `#rrggbb`."""

    name = "colour"
    label = words("Colour", "Renk", "Цвет")
    description = "A colour as `#rrggbb`; `#rgb` is read too."
    widget = "colour"
    searchable = False

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ("#1f6feb", "#000000")

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read three or six hexadecimal digits."""
        text = clean_line(raw, 20)
        if text is None:
            return None
        if not _HEX.fullmatch(text):
            raise FieldFault("not_a_colour", "'{text}' is not a colour; write it like #1f6feb.", {"text": text})
        digits = text.lstrip("#").lower()
        return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Hexadecimal."""
        return {"type": "string", "pattern": "^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$" if write else "^#[0-9a-f]{6}$"}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Equal and among."""
        return MEMBERSHIP
