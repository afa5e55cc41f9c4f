"""A percentage."""

from datetime import tzinfo
from decimal import Decimal
from typing import Any

from kalip.fields.families import DecimalFamily, decimal_text
from kalip.fields.field_type import Style
from kalip.fields.locales import locale_of
from kalip.fields.operators import words
from kalip.fields.options import decimal_bounds, keys, scale_option
from kalip.model import Field


class PercentType(DecimalFamily):
    """A percentage: 12.5 means 12.5 %."""

    name = "percent"
    label = words("Percentage", "Yüzde", "Процент")
    description = "A percentage, kept as people say it: 12.5 means 12.5 %, so expressions divide it by 100."
    widget = "percent"
    sums = False
    options = keys({"scale": scale_option(2, 9), **decimal_bounds()})

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Decimal:
        """Read a number with or without the percent sign."""
        return super().parse_written(field, text.strip().strip("%٪").strip(), locale, timezone)

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """With the locale's percent sign, without zeros at the end."""
        places = max(0, -int(value.normalize().as_tuple().exponent))
        pattern = str(locale_of(style.locale).percent_formats[None].pattern)
        return pattern.replace("#,##0", decimal_text(value, style.locale, places))
