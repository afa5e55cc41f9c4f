"""What was measured against what was wanted, as a table for people and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One result: `value` in `unit`, beside `other` when it is compared, and the `ratio` of both.

    `wanted` bounds the ratio, or the value when nothing is compared: from below, unless `at_most`.
    """

    name: str
    where: str
    value: float
    unit: str
    other: float | None = None
    ratio: float | None = None
    wanted: float | None = None
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        """Whether it is as wanted; None when nothing was asked of it."""
        if self.wanted is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured <= self.wanted if self.at_most else measured >= self.wanted

    def to_json(self) -> dict[str, Any]:
        """The figure and whether it is met."""
        return {**asdict(self), "met": self.met}


def table_of(figures: Sequence[Figure]) -> Table:
    """The figures as a table."""
    table = Table("what", "where", title="Kalip beside the floor")
    for heading in ("Kalip", "beside", "ratio", "wanted"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for figure in figures:
        table.add_row(
            figure.name,
            figure.where,
            f"{_number(figure.value)} {figure.unit}",
            "" if figure.other is None else f"{_number(figure.other)} {figure.unit}",
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            _wanted(figure),
            {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.met],
        )
    return table


def _wanted(figure: Figure) -> str:
    if figure.wanted is None:
        return ""
    return f"{'≤' if figure.at_most else '≥'} {_number(figure.wanted)}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
