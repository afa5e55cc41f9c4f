"""Steps on empty rows: filled by a field's back-fill, left for people to fill, or emptied again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import null, update

from kalip.storage import catalogue
from kalip.storage.backfill import Fill
from kalip.storage.catalogue import LiveColumn
from kalip.storage.ddl import Ddl
from kalip.storage.rowwise import table_of_columns, write_each
from kalip.storage.session import Session
from kalip.storage.step import LONG, Kind, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class FillEmpty(Step):
    """Empty rows that the field's back-fill fills; `failures` are those that it leaves empty, None: not known yet.

    `keep` is a column that remembers what was filled in, so that taking the change back empties the rows again.
    `guarded`: a unique key or a duplicate rule looks at the field.
    """

    pace: ClassVar[int | None] = 12_000
    columns: tuple[LiveColumn, ...]
    entity: str
    required: bool
    unfilled: int | None = None
    keep: LiveColumn | None = None
    fill: Fill = field(compare=False, repr=False)
    guarded: bool = False

    @property
    def goes_on(self) -> bool:
        """Values that a unique key or a duplicate rule looks at have to be there at once."""
        return self.rows > LONG and not self.guarded

    @property
    def kind(self) -> Kind:
        """Rows are written."""
        return "slow"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say how many rows are filled, and how many stay empty."""
        name = f"{self.entity}.{self.columns[0].field}"
        values: dict[str, object] = {"name": name, "rows": self.rows, "left": self.unfilled}
        if self.unfilled is None:
            return "fill {name} in up to {rows} empty rows", values
        if self.unfilled and self.required:
            return "fill {name} in {rows} empty rows; {left} more stay empty, and saving them asks for it", values
        if self.unfilled:
            return "fill {name} in {rows} empty rows; {left} more stay empty", values
        return "fill {name} in {rows} empty rows", values

    def run(self, session: Session, now: datetime) -> None:
        """Fill the rows, and remember which."""
        self.begin(session, now)
        columns = (*self.columns, *((self.keep,) if self.keep else ()))
        for batch in self.fill.values(session, self.columns[0].table, self.columns[0], now):
            filled = [(row_id, parts) for row_id, parts in batch if parts is not None]
            kept = [(row_id, (*parts, parts[0]) if self.keep else parts) for row_id, parts in filled]
            write_each(session, columns, kept)

    def begin(self, session: Session, now: datetime) -> None:
        """Make the column that remembers."""
        if self.keep is not None:
            Ddl(session).add_column(self.keep)
            catalogue.note_column(session, replace(self.keep, retired_at=now))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForValue(Step):
    """A field that becomes required though rows are empty: nothing is written, people are asked when they save."""

    entity: str
    field: str

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say how many rows are empty."""
        values = {"name": f"{self.entity}.{self.field}", "rows": self.rows}
        return "{name} is required from now on; {rows} rows are empty, and saving them asks for it", values

    def run(self, session: Session, now: datetime) -> None:
        """Leave the rows as they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyAgain(Step):
    """What a back-fill filled in and nobody changed, emptied as the back-fill is taken back."""

    pace: ClassVar[int | None] = 15_000
    columns: tuple[LiveColumn, ...]
    filled: LiveColumn
    entity: str

    @property
    def kind(self) -> Kind:
        """Values go."""
        return "lossy" if self.rows else "safe"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say how many rows are emptied."""
        values = {"name": f"{self.entity}.{self.columns[0].field}", "rows": self.rows}
        return "empty {name} again in {rows} rows that its back-fill had filled", values

    def run(self, session: Session, now: datetime) -> None:
        """Empty the rows, and forget which they were."""
        table = table_of_columns(*self.columns, self.filled)
        same = table.c[self.columns[0].name] == table.c[self.filled.name]
        session.write(update(table).where(same).values({column.name: null() for column in self.columns}))
        ddl = Ddl(session)
        ddl.run(f"ALTER TABLE {ddl.quote(self.filled.table)} DROP COLUMN {ddl.quote(self.filled.name)}")
        catalogue.forget_column(session, self.filled.table, self.filled.name)
