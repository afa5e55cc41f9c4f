"""A length of time."""

from collections.abc import Callable, Sequence
from datetime import timedelta, tzinfo
from typing import Any

from babel.units import format_unit

from kalip.expressions import DURATION
from kalip.fields.columns import Microseconds
from kalip.fields.families import bounds_faults, range_faults
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, OptionFault, Part, Parts, Style
from kalip.fields.locales import locale_of
from kalip.fields.moments import MAX_DAYS, iso_duration, parse_duration, parse_written_duration
from kalip.fields.operators import ORDER, Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field

_ISO = {"type": "string", "pattern": "^-?P"}


class DurationType(FieldType):
    """A length of time: exact days of 24 hours, hours, minutes and seconds."""

    name = "duration"
    label = words("Duration", "Süre", "Длительность")
    description = (
        "A length of time with microseconds. ISO 8601 in JSON (`PT2H30M`); people may write 2:30 or 1d 2h 30min."
    )
    widget = "duration"
    sums = True
    options = keys(
        {
            "min": option("Shortest", "Shorter ones are refused; ISO 8601 such as PT0S.", **_ISO),
            "max": option("Longest", "Longer ones are refused; ISO 8601 such as P30D.", **_ISO),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            timedelta(hours=2, minutes=30),
            timedelta(),
            timedelta(microseconds=-1),
            timedelta(days=-3, hours=5),
            timedelta(days=MAX_DAYS),
        )

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column."""
        return (Part("", DURATION, Microseconds()),)

    def parse_value(self, field: Field, raw: Json) -> timedelta:
        """Read ISO 8601."""
        if not isinstance(raw, str):
            raise wrong_type("a duration as text", raw)
        return parse_duration(raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> timedelta:
        """Read ISO 8601, 2:30 or amounts with units."""
        return parse_written_duration(text)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse what lies outside of the bounds."""
        least, most = (parse_duration(raw) if (raw := field.options.get(name)) else None for name in ("min", "max"))
        return range_faults(value, least, most)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The bounds must be durations in order."""
        return bounds_faults(field, lambda raw: self.parse_value(field, raw))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """ISO 8601, with a sign before negative ones."""
        pattern = r"^[+-]?P([0-9]+W)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]{1,6})?S)?)?$"
        return {"type": "string", "pattern": pattern, "examples": ["PT2H30M"]}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """ISO 8601."""
        return iso_duration(value)

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """ISO 8601."""
        return _read

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """In the locale's short units: 1 day, 2 hr, 30 min."""
        length = abs(value)
        counts = {
            "duration-day": length.days,
            "duration-hour": length.seconds // 3600,
            "duration-minute": length.seconds // 60 % 60,
            "duration-second": length.seconds % 60,
        }
        locale = locale_of(style.locale)
        words = [format_unit(count, unit, "short", locale=locale) for unit, count in counts.items() if count]
        text = " ".join(words) or format_unit(0, "duration-minute", "short", locale=locale)
        return f"-{text}" if value < timedelta() else text

    def value_to_text(self, field: Field, value: Any) -> str:
        """ISO 8601."""
        return iso_duration(value)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order."""
        return ORDER


def _read(parts: Parts) -> Json:
    value = parts[0]
    return None if value is None else iso_duration(value)
