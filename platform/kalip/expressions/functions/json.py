"""Functions that take a JSON value out of its untypedness; what doesn't fit is null."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from kalip.expressions.encoding import canonical
from kalip.expressions.functions.builtin import Builtin, fitting
from kalip.expressions.functions.dates import date_of_text, moment_of_text
from kalip.expressions.functions.numbers import decimal_of_text, integer_of_decimal, integer_of_text
from kalip.expressions.types import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, JSON, TEXT, list_of


def number_of(value: Any) -> Decimal | None:
    """Read a JSON number exactly as it was written, null for anything else and for what JSON has no digits for."""
    if isinstance(value, float):
        number = Decimal(repr(value))
        return number if number.is_finite() else None
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value)
    return None


def same_json(left: Any, right: Any) -> bool:
    """Compare as JSON does: numbers by value, true never as 1, a reference or moment by its value."""
    left_number, right_number = number_of(left), number_of(right)
    if left_number is not None and right_number is not None:
        return left_number == right_number
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same_json, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same_json(left[key], right[key]) for key in left)
    return isinstance(left, bool) is isinstance(right, bool) and bool(left == right)


def ordered_json(operator: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """Compare two values in order; false when they aren't of one ordered kind."""
    left_number, right_number = number_of(left), number_of(right)
    if left_number is not None and right_number is not None:
        return operator(left_number, right_number)
    if type(left) is not type(right) or not isinstance(left, (str, date, datetime)):
        return False
    return operator(left, right)


def member(value: Any, key: Any) -> Any:
    """Give the member of a JSON value under a key or position, null when it has none."""
    if isinstance(value, dict):
        return value.get(key) if isinstance(key, str) else None
    if isinstance(value, (list, tuple)) and isinstance(key, int) and not isinstance(key, bool):
        return value[key] if 0 <= key < len(value) else None
    return None


def is_empty_json(value: Any) -> bool:
    """Tell whether a JSON value is null, empty text, an empty list or an empty map."""
    return value is None or (isinstance(value, (str, list, tuple, dict)) and not value)


def items_of(value: Any) -> tuple[Any, ...]:
    """Give the elements of a JSON list; none for anything else."""
    return tuple(value) if isinstance(value, (list, tuple)) else ()


def text_of(value: Any) -> str | None:
    """Write a JSON scalar as text, null for lists and maps."""
    if isinstance(value, bool):
        return "true" if value else "false"
    number = number_of(value)
    if number is not None:
        return canonical(number)
    return value if isinstance(value, str) else None


def integer_of(value: Any) -> int | None:
    """Read a whole number from a JSON number or text."""
    number = number_of(value)
    if number is not None:
        return integer_of_decimal(number)
    return integer_of_text(value) if isinstance(value, str) else None


def decimal_of(value: Any) -> Decimal | None:
    """Read a decimal from a JSON number or text."""
    return decimal_of_text(value) if isinstance(value, str) else number_of(value)


def boolean_of(value: Any) -> bool | None:
    """Read true or false."""
    return value if isinstance(value, bool) else None


def size_of(value: Any) -> int | None:
    """Count the members of a JSON list or map, or the characters of a text."""
    return fitting(len(value)) if isinstance(value, (str, list, tuple, dict)) else None


def _day_of(value: Any) -> date | None:
    return date_of_text(value) if isinstance(value, str) else None


def _moment_of(value: Any) -> datetime | None:
    return moment_of_text(value) if isinstance(value, str) else None


JSON_ITEMS: Final = Builtin("items", (JSON,), list_of(JSON), items_of)
"""By which macros and `in` see a JSON value as a list."""

JSON_FUNCTIONS: Final = (
    Builtin("string", (JSON,), TEXT, text_of, nullable=True),
    Builtin("int", (JSON,), INTEGER, integer_of, nullable=True),
    Builtin("decimal", (JSON,), DECIMAL, decimal_of, nullable=True),
    Builtin("bool", (JSON,), BOOLEAN, boolean_of, nullable=True),
    Builtin("date", (JSON,), DATE, _day_of, nullable=True),
    Builtin("datetime", (JSON,), DATETIME, _moment_of, nullable=True),
    Builtin("size", (JSON,), INTEGER, size_of, nullable=True),
    JSON_ITEMS,
)
"""All overloads, in the order in which they are tried."""
