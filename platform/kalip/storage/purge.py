"""Purging: the only thing that drops. What the model retired waits until somebody says that it may go for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kalip.storage.catalogue import forget_column, forget_table, live_columns, live_tables
from kalip.storage.ddl import Ddl
from kalip.storage.rewrite import count_filled, count_rows
from kalip.storage.session import Session


@dataclass(frozen=True, slots=True)
class Retired:
    """A table or column that waits: what it was, since when, and how many rows it holds or is filled in."""

    table: str
    column: str | None
    was: str
    retired_at: datetime
    rows: int


def list_retired(session: Session) -> list[Retired]:
    """Everything that is retired, the longest waiting first."""
    found = []
    gone = set()
    entities = {table.name: table.entity for table in live_tables(session)}
    for table in live_tables(session):
        if table.retired_at is not None:
            gone.add(table.name)
            was = f"{table.entity}.{table.field}" if table.field else table.entity
            found.append(Retired(table.name, None, was, table.retired_at, count_rows(session, table.name)))
    for column in live_columns(session):
        if column.retired_at is not None and column.table not in gone:
            path = f"{column.field}.{column.part}" if column.part else column.field
            was = f"{entities[column.table]}.{path}"
            filled = count_filled(session, column)
            found.append(Retired(column.table, column.name, was, column.retired_at, filled))
    return sorted(found, key=lambda each: (each.retired_at, each.was))


def purge(session: Session, before: datetime, only: Collection[str] = ()) -> list[Retired]:
    """Drop what was retired before a moment, and say what it was. Call it in `database.publish()`.

    `only` says what it must have been: `lead`, or `lead.email`; whatever it was otherwise.
    """
    ddl = Ddl(session)
    waiting = [each for each in list_retired(session) if each.retired_at < before]
    going = [each for each in waiting if not only or each.was in only]
    for each in going:
        if each.column is None:
            ddl.run(f"DROP TABLE {ddl.quote(each.table)}")
            forget_table(session, each.table)
        else:
            ddl.run(f"ALTER TABLE {ddl.quote(each.table)} DROP COLUMN {ddl.quote(each.column)}")
            forget_column(session, each.table, each.column)
    return going
