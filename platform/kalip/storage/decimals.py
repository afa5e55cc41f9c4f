"""Scaled integers of SQLite: from the places that one side has to those that the other wants, half to even."""

from typing import Final

from kalip.expressions import Type
from kalip.expressions.types import DEFAULT_SCALE

RATIO_FUNCTION: Final = "kalip_ratio"
"""The name of `ratio` inside SQLite."""


def ratio(number: int | None, multiplier: int, divisor: int) -> int | None:
    """Multiply and divide a whole number exactly, rounding half to even; null when it is null or divided by zero."""
    if number is None or not divisor:
        return None
    quotient, rest = divmod(number * multiplier, divisor)
    return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1))


def scale_of(type_: Type) -> int:
    """The places of a decimal type, of others none."""
    if type_.kind != "decimal":
        return 0
    return DEFAULT_SCALE if type_.scale is None else type_.scale


def rescaled(text: str, held: Type, wanted: Type) -> str:
    """Bring the SQL of a number to the scale wanted; other types are left as they are."""
    if wanted.kind != "decimal":
        return text
    have, want = scale_of(held), scale_of(wanted)
    if have == want:
        return text
    if have < want:
        return f"({text}) * {10 ** (want - have)}"
    return f"{RATIO_FUNCTION}({text}, 1, {10 ** (have - want)})"


def average(value: str, have: int, want: int) -> str:
    """The SQL of the average of scaled integers, at the scale wanted."""
    return f"{RATIO_FUNCTION}(sum({value}), {10 ** max(want - have, 0)}, count({value}) * {10 ** max(have - want, 0)})"
