"""How values stand in columns of SQLite and PostgreSQL: the same values, the same limits, exact both ways.

Knows SQLAlchemy types; knows nothing of fields. Result processors are plain closures, since lists read thousands of
cells. Binding a value that the column can't hold exactly raises ValueError: field types refuse it before.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Date, Dialect, Integer, Numeric, String, Text
from sqlalchemy import Time as SqlTime
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

from kalip.fields.numbers import MAX_DIGITS, from_scaled, to_scaled

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WIDE = Context(prec=200)
Processor = Callable[[Any], Any]


class ScaledDecimal(TypeDecorator[Decimal]):
    """An exact decimal of up to 18 digits: an integer scaled by 10^scale on SQLite, NUMERIC(18, scale) elsewhere."""

    impl = Numeric
    cache_ok = True

    def __init__(self, scale: int) -> None:
        self.scale = scale
        super().__init__(MAX_DIGITS, scale)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The integer or numeric type."""
        return BigInteger() if dialect.name == "sqlite" else Numeric(MAX_DIGITS, self.scale)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Scale, and refuse what would be rounded."""
        if value is None:
            return None
        scaled = to_scaled(value, self.scale)
        return scaled if dialect.name == "sqlite" else from_scaled(scaled, self.scale)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Scale back; NUMERIC is a Decimal already."""
        if dialect.name != "sqlite":
            return None
        scale = -self.scale

        def read(value: int | None) -> Decimal | None:
            return None if value is None else Decimal(value).scaleb(scale)

        return read


class ComputedDecimal(ScaledDecimal):
    """A decimal that SQL computes: an integer scaled by 10^scale on SQLite, NUMERIC of more places elsewhere.

    It is rounded half to even, as the SQL for SQLite is.
    """

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The integer or numeric type, of any count of digits."""
        return BigInteger() if dialect.name == "sqlite" else Numeric()

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Scale back, or round."""
        if dialect.name == "sqlite":
            return super().result_processor(dialect, coltype)
        unit = Decimal(1).scaleb(-self.scale)

        def read(value: Decimal | int | None) -> Decimal | None:
            return None if value is None else Decimal(value).quantize(unit, context=_WIDE)

        return read


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: microseconds since 1970 on SQLite, TIMESTAMPTZ elsewhere; always aware and in UTC."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The integer or timestamp type."""
        return BigInteger() if dialect.name == "sqlite" else TIMESTAMP(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Count the microseconds; refuse a moment without time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone can't be stored")
        return (value - EPOCH) // _MICROSECOND if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """An aware moment in UTC."""
        if dialect.name != "sqlite":
            return _in_utc

        def read(value: int | None) -> datetime | None:
            return None if value is None else EPOCH + timedelta(microseconds=value)

        return read


class IsoDate(TypeDecorator[date]):
    """A calendar day: ISO text on SQLite, DATE elsewhere."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The text or date type."""
        return String(10) if dialect.name == "sqlite" else Date()

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Write ISO text for SQLite."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Read ISO text of SQLite."""
        return _optional(date.fromisoformat) if dialect.name == "sqlite" else None


class IsoTime(TypeDecorator[time]):
    """A time of day: ISO text on SQLite (as `time.isoformat` writes it), TIME elsewhere."""

    impl = SqlTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The text or time type."""
        return String(15) if dialect.name == "sqlite" else SqlTime()

    def process_bind_param(self, value: time | None, dialect: Dialect) -> Any:
        """Write ISO text for SQLite."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Read ISO text of SQLite."""
        return _optional(time.fromisoformat) if dialect.name == "sqlite" else None


class Microseconds(TypeDecorator[timedelta]):
    """A duration in microseconds on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> Any:
        """Count the microseconds."""
        return None if value is None else value // _MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """A timedelta."""

        def read(value: int | None) -> timedelta | None:
            return None if value is None else timedelta(microseconds=value)

        return read


class JsonValue(TypeDecorator[Any]):
    """Plain JSON: text on SQLite, JSONB elsewhere; None is SQL NULL.

    On PostgreSQL the engine should be made with `json_options()`, or whole numbers above 64 bits come back.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The text or JSONB type."""
        return Text() if dialect.name == "sqlite" else JSONB(none_as_null=True)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write JSON text for SQLite."""
        return orjson.dumps(value).decode() if value is not None and dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """Read JSON text of SQLite; the driver read JSONB already."""
        return _optional(orjson.loads) if dialect.name == "sqlite" else None


class JsonTexts(JsonValue):
    """A tuple of texts as a JSON list; the empty one is SQL NULL."""

    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> Any:
        """Write the list, NULL when it is empty."""
        return super().process_bind_param(list(value) if value else None, dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor | None:
        """A tuple."""
        if dialect.name != "sqlite":
            return _optional(tuple)
        loads = orjson.loads

        def read(value: str | None) -> tuple[str, ...] | None:
            return None if value is None else tuple(loads(value))

        return read


def text_column() -> TypeEngine[Any]:
    """Text; its length is bounded by the field, so that changing the bound needs no DDL."""
    return Text()


def integer_column() -> TypeEngine[Any]:
    """A whole number of 64 bits."""
    return BigInteger()


def small_integer_column() -> TypeEngine[Any]:
    """A whole number of 32 bits."""
    return Integer()


def boolean_column() -> TypeEngine[Any]:
    """0 and 1 on SQLite, BOOLEAN elsewhere."""
    return Boolean(create_constraint=False)


def json_options() -> dict[str, Callable[[Any], Any]]:
    """Arguments for `create_engine`, by which JSONB is read and written as on SQLite."""
    return {"json_serializer": _json_text, "json_deserializer": orjson.loads}


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _optional(read: Processor) -> Processor:
    def process(value: Any) -> Any:
        return None if value is None else read(value)

    return process
