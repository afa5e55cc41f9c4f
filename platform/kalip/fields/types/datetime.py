"""A moment."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from babel.dates import format_date, format_time, get_datetime_format

from kalip.expressions import DATETIME
from kalip.fields.columns import UtcDateTime
from kalip.fields.fault import wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Parts, Style
from kalip.fields.locales import locale_of
from kalip.fields.moments import datetime_operators, moment_text, parse_moment, parse_written_moment
from kalip.fields.operators import Operator, words
from kalip.model import Field


class DateTimeType(FieldType):
    """A moment, kept in UTC with microseconds and shown in the reader's time zone."""

    name = "datetime"
    label = words("Moment", "Tarih ve saat", "Дата и время")
    description = "A moment with day, time and time zone; kept in UTC, shown in each reader's time zone."
    widget = "datetime"

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            datetime(2026, 1, 31, 8, 30, tzinfo=UTC),
            datetime(2026, 1, 31, 8, 30, 1, 20, tzinfo=UTC),
            datetime(1, 1, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        )

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column."""
        return (Part("", DATETIME, UtcDateTime()),)

    def parse_value(self, field: Field, raw: Json) -> datetime:
        """Read RFC 3339."""
        if not isinstance(raw, str):
            raise wrong_type("a moment as text", raw)
        return parse_moment(raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> datetime:
        """Read RFC 3339, or a day and a time in a time zone."""
        return parse_written_moment(text, locale, timezone)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """RFC 3339."""
        return {"type": "string", "format": "date-time"}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """RFC 3339 with Z."""
        return moment_text(value)

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """RFC 3339 with Z."""
        return read_moment

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """Day and time in the reader's locale and time zone."""
        try:
            local = value.astimezone(style.timezone)
        except OverflowError:
            local = value
        locale = locale_of(style.locale)
        joined = str(get_datetime_format("medium", locale=locale)).replace("'", "")
        return joined.format(
            format_time(local.time(), "short", locale=locale), format_date(local, "medium", locale=locale)
        )

    def value_to_text(self, field: Field, value: Any) -> str:
        """RFC 3339 with Z."""
        return moment_text(value)

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """Local day and time, as `<input type=datetime-local>` takes it."""
        if value is None:
            return {"": ("",)}
        try:
            return {"": (value.astimezone(style.timezone).replace(tzinfo=None).isoformat(),)}
        except OverflowError:
            return {"": (moment_text(value),)}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order and relative days."""
        return datetime_operators()


def read_moment(parts: Parts) -> Json:
    """JSON of a column with a moment in UTC."""
    value = parts[0]
    return None if value is None else value.isoformat()[:-6] + "Z"
