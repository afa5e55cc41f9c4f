"""A calendar day."""

from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from typing import Any

from babel.dates import format_date

from kalip.expressions import DATE
from kalip.fields.columns import IsoDate
from kalip.fields.families import bounds_faults, range_faults
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, OptionFault, Part, Parts, Style
from kalip.fields.locales import locale_of
from kalip.fields.moments import date_operators, parse_iso_date, parse_written_date
from kalip.fields.operators import Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field

_DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


class DateType(FieldType):
    """A calendar day, the same everywhere on earth."""

    name = "date"
    label = words("Day", "Gün", "Дата")
    description = "A calendar day without time and time zone, in the years 1 to 9999."
    widget = "date"
    options = keys(
        {
            "min": option("Earliest day", "Earlier days are refused.", **_DAY),
            "max": option("Latest day", "Later days are refused.", **_DAY),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (date(2026, 1, 31), date(1, 1, 1), date(999, 12, 31), date(9999, 12, 31))

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column."""
        return (Part("", DATE, IsoDate()),)

    def parse_value(self, field: Field, raw: Json) -> date:
        """Read YYYY-MM-DD."""
        if not isinstance(raw, str):
            raise wrong_type("a day as text", raw)
        return parse_iso_date(raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> date:
        """Read ISO, or numbers in the locale's order."""
        return parse_written_date(text, locale)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse what lies outside of the bounds."""
        least, most = (parse_iso_date(raw) if (raw := field.options.get(name)) else None for name in ("min", "max"))
        return range_faults(value, least, most)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The bounds must be days in order."""
        return bounds_faults(field, lambda raw: self.parse_value(field, raw))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An ISO day."""
        return {"type": "string", "format": "date"}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """ISO."""
        return value.isoformat()

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """ISO."""
        return read_iso

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """As the locale writes days, with the month's short name."""
        return format_date(value, "medium", locale=locale_of(style.locale))

    def value_to_text(self, field: Field, value: Any) -> str:
        """ISO."""
        return str(value.isoformat())

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order and relative days."""
        return date_operators()


def read_iso(parts: Parts) -> Json:
    """JSON of a day or a time of day."""
    value = parts[0]
    return None if value is None else value.isoformat()
