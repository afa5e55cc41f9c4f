"""Conversion of stored values from one kind to another: what converts exactly, and what is counted as a failure.

A value that would lose anything fails: it is null in the new column and stays in the retired one.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from kalip.fields.numbers import MAX_DIGITS

Convert = Callable[[Any], Any]

_INTEGER_BITS: Final[Mapping[str, int]] = {"integer": 63, "integer32": 31}
_TRUE: Final = frozenset({"true", "yes", "1", "evet", "да"})
_FALSE: Final = frozenset({"false", "no", "0", "hayır", "нет"})


class Unconvertible(ValueError):
    """A value has no exact counterpart in the other kind."""


def conversion(source: str, target: str) -> Convert | None:
    """Give the function from values of one kind to the other, which raises Unconvertible; None: there is none."""
    from_name, _, _scale = source.partition(":")
    to_name, _, scale = target.partition(":")
    to_decimal = _to_decimal(int(scale or 0))
    to_integer = _to_integer(_INTEGER_BITS.get(to_name, 0))
    table: dict[tuple[str, str], Convert] = {
        ("text", "integer"): lambda text: to_integer(_number(text)),
        ("text", "integer32"): lambda text: to_integer(_number(text)),
        ("text", "decimal"): lambda text: to_decimal(_number(text)),
        ("text", "boolean"): _boolean,
        ("text", "date"): _iso(date.fromisoformat),
        ("text", "time"): _iso(time.fromisoformat),
        ("text", "moment"): _iso(_moment),
        ("text", "texts"): lambda text: (text,),
        ("text", "json"): lambda text: text,
        ("integer", "text"): str,
        ("integer32", "text"): str,
        ("decimal", "text"): lambda number: format(number, "f"),
        ("boolean", "text"): lambda value: "true" if value else "false",
        ("date", "text"): date.isoformat,
        ("time", "text"): time.isoformat,
        ("moment", "text"): datetime.isoformat,
        ("integer", "decimal"): to_decimal,
        ("integer32", "decimal"): to_decimal,
        ("integer32", "integer"): to_integer,
        ("integer", "integer32"): to_integer,
        ("decimal", "integer"): to_integer,
        ("decimal", "integer32"): to_integer,
        ("decimal", "decimal"): to_decimal,
        ("boolean", "integer"): int,
        ("integer", "boolean"): _flag,
        ("date", "moment"): lambda day: datetime.combine(day, time(), UTC),
        ("texts", "text"): _only,
        ("texts", "json"): list,
    }
    return table.get((from_name, to_name))


def _to_decimal(scale: int) -> Convert:
    def convert(number: Any) -> Decimal:
        value = Decimal(number)
        try:
            rounded = round(value, scale)
        except InvalidOperation:
            raise Unconvertible(str(number)) from None
        if rounded != value or len(rounded.as_tuple().digits) > MAX_DIGITS:
            raise Unconvertible(str(number))
        return rounded

    return convert


def _to_integer(bits: int) -> Convert:
    def convert(number: Any) -> int:
        if int(number) != number or not -(2**bits) <= number < 2**bits:
            raise Unconvertible(str(number))
        return int(number)

    return convert


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise Unconvertible(text) from None
    if not number.is_finite() or not text.isascii() or abs(number.adjusted()) > MAX_DIGITS:
        raise Unconvertible(text)
    return number


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        raise Unconvertible(text)
    return word in _TRUE


def _flag(number: int) -> bool:
    if number not in (0, 1):
        raise Unconvertible(str(number))
    return number == 1


def _iso(read: Convert) -> Convert:
    def convert(text: str) -> Any:
        try:
            return read(text.strip())
        except ValueError:
            raise Unconvertible(text) from None

    return convert


def _moment(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _only(values: tuple[str, ...]) -> str:
    if len(values) != 1:
        raise Unconvertible(str(values))
    return values[0]
