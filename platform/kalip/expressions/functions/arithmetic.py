"""What the arithmetic operators mean for which operands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from kalip.expressions.functions import dates, numbers
from kalip.expressions.types import DATE, DATETIME, DECIMAL, DURATION, INTEGER, TEXT, Type


@dataclass(frozen=True, slots=True)
class Operation:
    """The result of an operator for a pair of operand kinds; `nullable`: null although no operand is."""

    result: Type
    call: Callable[[Any, Any], Any]
    nullable: bool = False


def concatenate(left: str, right: str) -> str:
    """Put two texts together."""
    return left + right


def between_moments(left: datetime, right: datetime) -> timedelta:
    """Give the time from the right moment to the left one."""
    return left - right


def between_days(left: date, right: date) -> timedelta:
    """Give the time from the right day to the left one."""
    return left - right


def _turned(call: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: call(right, left)


OPERATIONS: Final[Mapping[tuple[str, str, str], Operation]] = {
    ("+", "integer", "integer"): Operation(INTEGER, numbers.add_integers, nullable=True),
    ("-", "integer", "integer"): Operation(INTEGER, numbers.subtract_integers, nullable=True),
    ("*", "integer", "integer"): Operation(INTEGER, numbers.multiply_integers, nullable=True),
    ("%", "integer", "integer"): Operation(INTEGER, numbers.remainder_integers, nullable=True),
    ("+", "decimal", "decimal"): Operation(DECIMAL, numbers.add),
    ("-", "decimal", "decimal"): Operation(DECIMAL, numbers.subtract),
    ("*", "decimal", "decimal"): Operation(DECIMAL, numbers.multiply),
    ("/", "decimal", "decimal"): Operation(DECIMAL, numbers.divide, nullable=True),
    ("%", "decimal", "decimal"): Operation(DECIMAL, numbers.remainder, nullable=True),
    ("+", "text", "text"): Operation(TEXT, concatenate),
    ("+", "duration", "duration"): Operation(DURATION, dates.add_durations, nullable=True),
    ("-", "duration", "duration"): Operation(DURATION, dates.subtract_durations, nullable=True),
    ("*", "duration", "integer"): Operation(DURATION, dates.multiply_duration, nullable=True),
    ("*", "integer", "duration"): Operation(DURATION, _turned(dates.multiply_duration), nullable=True),
    ("+", "datetime", "duration"): Operation(DATETIME, dates.move_moment, nullable=True),
    ("+", "duration", "datetime"): Operation(DATETIME, _turned(dates.move_moment), nullable=True),
    ("-", "datetime", "duration"): Operation(DATETIME, dates.move_moment_back, nullable=True),
    ("-", "datetime", "datetime"): Operation(DURATION, between_moments),
    ("+", "date", "duration"): Operation(DATE, dates.move_date, nullable=True),
    ("+", "duration", "date"): Operation(DATE, _turned(dates.move_date), nullable=True),
    ("-", "date", "duration"): Operation(DATE, dates.move_date_back, nullable=True),
    ("-", "date", "date"): Operation(DURATION, between_days),
}
"""Operator and kinds of both operands to what is done; mixed numbers are decimals before they come here."""

NEGATIONS: Final[Mapping[str, tuple[Callable[[Any], Any], bool]]] = {
    "integer": (numbers.negate_integer, True),
    "decimal": (numbers.negate, False),
    "duration": (dates.negate_duration, True),
}
"""Kind of the operand to what the minus sign does, and whether that can be null."""
