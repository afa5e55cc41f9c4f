"""A time of day."""

from collections.abc import Callable
from datetime import time, tzinfo
from typing import Any

from babel.dates import format_time

from kalip.expressions import TIME
from kalip.fields.columns import IsoTime
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Parts, Style
from kalip.fields.locales import locale_of
from kalip.fields.moments import parse_clock
from kalip.fields.operators import ORDER, Operator, words
from kalip.fields.types.date import read_iso
from kalip.model import Field


class TimeType(FieldType):
    """A time of day in whole seconds."""

    name = "time"
    label = words("Time of day", "Saat", "Время")
    description = "A time of day in whole seconds, without day and time zone: opening hours, a daily run."
    widget = "time"

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (time(8, 30), time(0), time(23, 59, 59))

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column."""
        return (Part("", TIME, IsoTime()),)

    def parse_value(self, field: Field, raw: Json) -> time:
        """Read HH:MM or HH:MM:SS."""
        if not isinstance(raw, str):
            raise wrong_type("a time of day as text", raw)
        if len(raw) not in (5, 8) or not raw.replace(":", "").isdecimal() or not raw.isascii() or "." in raw:
            raise FieldFault("not_a_time", "Expected a time of day such as 08:30.")
        return parse_clock(raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> time:
        """Read 08:30, 8.30 or 8:30 pm."""
        return parse_clock(text)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """HH:MM:SS; seconds may be left out when written."""
        return {"type": "string", "pattern": f"^[0-2][0-9]:[0-5][0-9]{'(:[0-5][0-9])?' if write else ':[0-5][0-9]'}$"}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """HH:MM:SS."""
        return value.isoformat()

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """HH:MM:SS."""
        return read_iso

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """As the locale writes it; seconds only where there are some."""
        return format_time(value, "medium" if value.second else "short", locale=locale_of(style.locale))

    def value_to_text(self, field: Field, value: Any) -> str:
        """HH:MM:SS."""
        return str(value.isoformat())

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order."""
        return ORDER
