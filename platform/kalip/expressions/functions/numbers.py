"""Arithmetic and functions on numbers: 64-bit integers and exact decimals.

An integer that would not fit is null, and so is anything divided by zero. Decimals never overflow and are rounded only
where something is divided or asked to be rounded, half away from zero.
"""

import re
from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from kalip.expressions.functions.builtin import INT_MAX, INT_MIN, Builtin, fitting
from kalip.expressions.types import DECIMAL, INTEGER, TEXT

DIVISION_SCALE: Final = 10
"""Decimal places of a quotient."""

ROUND_LIMIT: Final = 20
"""Decimal places, either way, within which round works; beyond it gives null."""

# Wide enough that no expression within the bounds on its size can be inexact.
EXACT: Final = Context(prec=200_000, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
add: Final = EXACT.add
subtract: Final = EXACT.subtract
multiply: Final = EXACT.multiply
negate: Final = EXACT.minus
_TWO: Final = Decimal(2)
_SHIFTED_TWO: Final = _TWO.scaleb(DIVISION_SCALE)
_INTEGER_TEXT: Final = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL_TEXT: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,20})?")


def add_integers(left: int, right: int) -> int | None:
    """Add."""
    return fitting(left + right)


def subtract_integers(left: int, right: int) -> int | None:
    """Subtract."""
    return fitting(left - right)


def multiply_integers(left: int, right: int) -> int | None:
    """Multiply."""
    return fitting(left * right)


def negate_integer(value: int) -> int | None:
    """Change the sign."""
    return fitting(-value)


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """Divide to DIVISION_SCALE places, rounded half away from zero once; null by zero."""
    if not right:
        return None
    divisor = multiply(_TWO, EXACT.abs(right))
    dividend = add(multiply(_SHIFTED_TWO, EXACT.abs(left)), EXACT.abs(right))
    quotient = EXACT.divide_int(dividend, divisor).scaleb(-DIVISION_SCALE, EXACT)
    return negate(quotient) if (left < 0) != (right < 0) else quotient


def remainder(left: Decimal, right: Decimal) -> Decimal | None:
    """Give what division leaves, with the sign of the dividend; null by zero."""
    return EXACT.remainder(left, right) if right else None


def remainder_integers(left: int, right: int) -> int | None:
    """Give what division leaves, with the sign of the dividend; null by zero."""
    if not right:
        return None
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def round_to(value: Decimal, places: int) -> Decimal | None:
    """Round half away from zero to so many places, which may be negative."""
    if abs(places) > ROUND_LIMIT:
        return None
    return value.quantize(Decimal(1).scaleb(-places), context=EXACT)


def round_whole(value: Decimal) -> Decimal:
    """Round half away from zero to a whole number."""
    return value.quantize(Decimal(1), context=EXACT)


def floor(value: Decimal) -> Decimal:
    """Give the greatest whole number not above."""
    return value.to_integral_value("ROUND_FLOOR", EXACT)


def ceiling(value: Decimal) -> Decimal:
    """Give the least whole number not below."""
    return value.to_integral_value("ROUND_CEILING", EXACT)


def absolute(value: Decimal) -> Decimal:
    """Drop the sign."""
    return EXACT.abs(value)


def absolute_integer(value: int) -> int | None:
    """Drop the sign."""
    return fitting(abs(value))


def integer_of_decimal(value: Decimal) -> int | None:
    """Cut the fraction off."""
    return fitting(int(value))


def integer_of_text(text: str) -> int | None:
    """Read a text of digits, null when it is none."""
    return fitting(int(text)) if _INTEGER_TEXT.fullmatch(text) else None


def decimal_of_text(text: str) -> Decimal | None:
    """Read a plain decimal number, null when it is none."""
    return Decimal(text) if _DECIMAL_TEXT.fullmatch(text) else None


def sum_integers(values: Iterable[int | None]) -> int | None:
    """Add up what isn't null; null when it does not fit in 64 bits."""
    return fitting(sum(value for value in values if value is not None))


def sum_decimals(values: Iterable[Decimal | None]) -> Decimal:
    """Add up what isn't null."""
    total = Decimal(0)
    for value in values:
        if value is not None:
            total = add(total, value)
    return total


def average(values: Iterable[Decimal | None]) -> Decimal | None:
    """Give the mean of what isn't null, as a quotient; null of nothing."""
    known = [value for value in values if value is not None]
    return divide(sum_decimals(known), Decimal(len(known)))


def _same(value: Any) -> Any:
    return value


_FITS = f"BETWEEN {INT_MIN} AND {INT_MAX}"
_WHOLE = f"CASE WHEN trunc({{0}}) {_FITS} THEN CAST(trunc({{0}}) AS BIGINT) END"
_FITTING_TEXT = f"CASE WHEN CAST({{0}} AS NUMERIC) {_FITS} THEN CAST({{0}} AS BIGINT) END"
_READ_INTEGER = f"CASE WHEN {{0}} ~ '^[+-]?[0-9]{{{{1,19}}}}$' THEN {_FITTING_TEXT} END"
_READ_DECIMAL = "CASE WHEN {0} ~ '^[+-]?[0-9]{{1,30}}([.][0-9]{{1,20}})?$' THEN CAST({0} AS NUMERIC) END"
_ROUND = f"CASE WHEN {{1}} BETWEEN -{ROUND_LIMIT} AND {ROUND_LIMIT} THEN round({{0}}, CAST({{1}} AS INTEGER)) END"
_ABS_INTEGER = f"CASE WHEN {{0}} <> {INT_MIN} THEN abs({{0}}) END"
_NO_NUMBER = "this is not a number"

NUMBER_FUNCTIONS: Final = (
    Builtin("abs", (INTEGER,), INTEGER, absolute_integer, _ABS_INTEGER, _ABS_INTEGER, nullable=True),
    Builtin("abs", (DECIMAL,), DECIMAL, absolute, "abs({0})"),
    Builtin("round", (DECIMAL,), DECIMAL, round_whole, "round({0})"),
    Builtin("round", (DECIMAL, INTEGER), DECIMAL, round_to, _ROUND, nullable=True),
    Builtin("floor", (DECIMAL,), DECIMAL, floor, "floor({0})"),
    Builtin("ceil", (DECIMAL,), DECIMAL, ceiling, "ceil({0})"),
    Builtin("int", (INTEGER,), INTEGER, _same, "{0}", "{0}"),
    Builtin("int", (DECIMAL,), INTEGER, integer_of_decimal, _WHOLE, nullable=True),
    Builtin("int", (TEXT,), INTEGER, integer_of_text, _READ_INTEGER, nullable=True, complaint=_NO_NUMBER),
    Builtin("decimal", (DECIMAL,), DECIMAL, _same, "{0}", "{0}"),
    Builtin("decimal", (TEXT,), DECIMAL, decimal_of_text, _READ_DECIMAL, nullable=True, complaint=_NO_NUMBER),
)
"""All overloads, in the order in which they are tried."""
