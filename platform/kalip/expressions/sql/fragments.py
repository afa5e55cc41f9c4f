"""Pieces of SQL and what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from kalip.expressions.functions.builtin import INT_MAX, INT_MIN
from kalip.expressions.sql.columns import Columns

INTEGER_BOUND: Final = INT_MAX
MOMENT_BOUND: Final = 320_000_000_000_000_000
"""Microseconds from 1970 that no moment in the years 1 to 9999 exceeds either way."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """The SQL of a value, complete in itself.

    `atomic`: cheap to say twice. `scale`: places of a decimal that SQLite holds as a scaled integer, None for one held
    as text. `bound`: what the integer held never exceeds either way.
    """

    text: str
    atomic: bool = False
    scale: int | None = 0
    bound: int = INTEGER_BOUND

    @property
    def places(self) -> int:
        """Give the scale; TypeError for a decimal held as text."""
        if self.scale is None:
            raise TypeError("a decimal held as text has no scale")
        return self.scale


@dataclass(frozen=True, slots=True)
class Condition:
    """The SQL of a condition, to be put in parentheses inside another; `certain`: it is never null."""

    text: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The elements of a list: what follows FROM, conditions, and either an element's value or its columns."""

    source: str
    conditions: tuple[str, ...]
    element: Fragment | None = None
    columns: Columns | None = None

    @property
    def value(self) -> Fragment:
        """Give the value of an element; TypeError when the elements are records."""
        if self.element is None:
            raise TypeError("the elements are records")
        return self.element

    @property
    def record(self) -> Columns:
        """Give the columns of an element; TypeError when the elements are values."""
        if self.columns is None:
            raise TypeError("the elements are values")
        return self.columns

    def where(self, condition: str) -> "Rows":
        """Keep only some of the rows."""
        return replace(self, conditions=(*self.conditions, condition))

    def select(self, what: str) -> str:
        """Write a query over the rows, in parentheses."""
        where = " AND ".join(f"({condition})" for condition in self.conditions if condition)
        return f"(SELECT {what} FROM {self.source}{' WHERE ' if where else ''}{where})"  # noqa: S608  our own pieces


def joined(parts: Sequence[str], operator: str) -> str:
    """Join conditions; many are nested in halves, as SQLite bounds the depth of an expression."""
    if len(parts) <= 50:
        return f" {operator} ".join(f"({part})" for part in parts)
    half = len(parts) // 2
    return f"({joined(parts[:half], operator)}) {operator} ({joined(parts[half:], operator)})"


def on_integers(operator: str, constant: Decimal, scale: int) -> tuple[str, int]:
    """Say a comparison of a scaled integer with a constant in integers alone.

    A constant between two integers, or beyond all of them, moves to the next integer and changes the operator to match.
    """
    scaled = constant.scaleb(scale)
    below = int(scaled.to_integral_value("ROUND_FLOOR"))
    if below > INT_MAX:
        return (">" if operator in (">", ">=") else "<="), INT_MAX
    if below < INT_MIN:
        return (">=" if operator in (">", ">=") else "<"), INT_MIN
    if below == scaled:
        return operator, below
    return (">" if operator in (">", ">=") else "<="), below
