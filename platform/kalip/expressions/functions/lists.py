"""Functions and macros on lists. A null list counts as an empty one everywhere."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from kalip.expressions.encoding import microseconds_of
from kalip.expressions.functions.dates import duration_of
from kalip.expressions.functions.numbers import average, sum_decimals, sum_integers


def least(values: Iterable[Any]) -> Any:
    """Give the least of what isn't null; null of nothing."""
    return min((value for value in values if value is not None), default=None)


def greatest(values: Iterable[Any]) -> Any:
    """Give the greatest of what isn't null; null of nothing."""
    return max((value for value in values if value is not None), default=None)


def sum_durations(values: Iterable[timedelta | None]) -> timedelta | None:
    """Add up what isn't null; null when it does not fit."""
    return duration_of(sum(microseconds_of(value) for value in values if value is not None))


def average_integers(values: Iterable[int | None]) -> Decimal | None:
    """Give the mean of what isn't null, as a quotient; null of nothing."""
    return average(None if value is None else Decimal(value) for value in values)


def join(values: Iterable[str | None], separator: str) -> str:
    """Put texts together, leaving nulls out."""
    return separator.join(value for value in values if value is not None)


def item_at(values: Sequence[Any], index: int) -> Any:
    """Give the element at a position counted from 0, null outside of the list."""
    return values[index] if 0 <= index < len(values) else None


def exists(values: Iterable[Any], condition: Callable[[Any], Any]) -> bool:
    """Tell whether a condition holds for some element."""
    return any(condition(value) for value in values)


def exists_one(values: Iterable[Any], condition: Callable[[Any], Any]) -> bool:
    """Tell whether a condition holds for exactly one element."""
    return sum(1 for value in values if condition(value)) == 1


def holds_for_all(values: Iterable[Any], condition: Callable[[Any], Any]) -> bool:
    """Tell whether a condition holds for each element."""
    return all(condition(value) for value in values)


def filtered(values: Iterable[Any], condition: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Keep the elements for which a condition holds."""
    return tuple(value for value in values if condition(value))


def transformed(values: Iterable[Any], change: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Make a value of each element."""
    return tuple(change(value) for value in values)


def same_list(left: Sequence[Any] | None, right: Sequence[Any] | None) -> bool:
    """Compare element by element, whatever kind of sequence holds them; a null list is as an empty one."""
    return tuple(left or ()) == tuple(right or ())


AGGREGATES: dict[tuple[str, str], Callable[..., Any]] = {
    ("sum", "integer"): sum_integers,
    ("sum", "decimal"): sum_decimals,
    ("sum", "duration"): sum_durations,
    ("avg", "integer"): average_integers,
    ("avg", "decimal"): average,
}
"""The Python meaning of sum and avg by the kind of element."""
