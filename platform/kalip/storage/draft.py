"""A plan in the making: the catalogue as it is, and the steps found so far."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from kalip.runtime import Served
from kalip.storage.catalogue import LiveColumn, LiveTable, live_columns, live_tables
from kalip.storage.naming import retired_name
from kalip.storage.session import Session
from kalip.storage.step import Step
from kalip.storage.tables import EntityTable


@dataclass(frozen=True, slots=True)
class Pair:
    """A column as it is, and as it will be."""

    old: LiveColumn
    new: LiveColumn


@dataclass(frozen=True, slots=True)
class Filling:
    """A table that stays, under its present name, with the main columns of its fields before, by the fields' names."""

    wanted: EntityTable
    table: str
    before: Mapping[str, LiveColumn]


@dataclass(slots=True)
class Draft:
    """What the parts of planning share. `renamed` maps old names of entities to the present ones.

    `quick` spares looking at very many rows only to count them.
    `notes` are columns whose entry in the catalogue changes without a step, `refusals` say why there can be no plan.
    """

    session: Session
    served: Served
    tables: list[LiveTable]
    columns: Mapping[str, list[LiveColumn]]
    steps: list[Step] = field(default_factory=list)
    filling: list[Filling] = field(default_factory=list)
    notes: list[LiveColumn] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    numbers: int = 0
    quick: bool = False

    @classmethod
    def of(cls, session: Session, served: Served, *, quick: bool = False) -> "Draft":
        """Read the catalogue."""
        tables = live_tables(session)
        columns: dict[str, list[LiveColumn]] = defaultdict(list)
        retired = sum(each.retired_at is not None for each in tables)
        for column in live_columns(session):
            columns[column.table].append(column)
            retired += column.retired_at is not None
        return cls(session, served, tables, columns, numbers=retired, quick=quick)

    def retired(self, name: str) -> str:
        """A free name for what is retired."""
        taken = {table.name for table in self.tables} | {each.name for group in self.columns.values() for each in group}
        while True:
            self.numbers += 1
            new = retired_name(name, self.numbers)
            if new not in taken:
                return new

    def target_of(self, target: str | None) -> str | None:
        """The present name of the entity that a reference points to."""
        return self.renamed.get(target, target) if target else None
