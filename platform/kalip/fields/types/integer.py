"""A whole number."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from babel.numbers import format_decimal

from kalip.expressions import INTEGER
from kalip.fields.columns import integer_column
from kalip.fields.families import bounds_faults, range_faults
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, OptionFault, Part, Style
from kalip.fields.locales import locale_of
from kalip.fields.numbers import INTEGER_MAX, INTEGER_MIN, checked_integer, integer_from_text
from kalip.fields.operators import ORDER, Operator, words
from kalip.fields.options import integer_bounds, setting
from kalip.model import Field


class IntegerType(FieldType):
    """A whole number of 64 bits."""

    name = "integer"
    label = words("Whole number", "Tam sayı", "Целое число")
    description = "A whole number of 64 bits: a count, a quantity."
    widget = "integer"
    sums = True
    options = integer_bounds()

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (0, 1, -1, 2**53 + 1, INTEGER_MIN, INTEGER_MAX)

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column of 64 bits."""
        return (Part("", INTEGER, integer_column()),)

    def parse_value(self, field: Field, raw: Json) -> int:
        """Read a JSON number without a fraction."""
        if isinstance(raw, float) and raw.is_integer() and abs(raw) < 2**53:
            raw = int(raw)
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise wrong_type("a whole number", raw)
        return checked_integer(raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> int:
        """Read a number as the locale writes it."""
        return integer_from_text(text, locale)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse what lies outside of the bounds."""
        return range_faults(value, field.options.get("min"), field.options.get("max"))

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The bounds must be in order."""
        return bounds_faults(field, lambda raw: self.parse_value(field, raw))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A whole number, with its bounds when written."""
        if not write:
            return {"type": "integer", "format": "int64"}
        least, most = setting(field.options, "min", INTEGER_MIN), setting(field.options, "max", INTEGER_MAX)
        return {"type": "integer", "format": "int64", "minimum": least, "maximum": most}

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """Grouped as the locale does."""
        return format_decimal(value, locale=locale_of(style.locale))

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order."""
        return ORDER
