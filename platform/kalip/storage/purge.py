"""Purging: the only thing that drops. What the model retired waits until somebody says that it may go for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kalip.storage.catalogue import LiveColumn, forget_column, forget_table, live_columns, live_tables
from kalip.storage.ddl import Ddl
from kalip.storage.own import KalipFile, table_of
from kalip.storage.rewrite import count_filled, count_rows
from kalip.storage.select import driver_text
from kalip.storage.session import Session

_FILES: Final = table_of(KalipFile).name
# Whether a column of a record names a file, by how its values stand.
_NAMES: Final = {
    "text": {"sqlite": "t.{} = f.id", "postgresql": "t.{} = f.id"},
    "texts": {
        "sqlite": "EXISTS (SELECT 1 FROM json_each(t.{}) AS e WHERE e.value = f.id)",
        "postgresql": "t.{} @> to_jsonb(f.id)",
    },
}


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

    Files that it named are forgotten along; their contents go when contents are collected. `only` says what it must
    have been: `lead`, or `lead.email`; whatever it was otherwise.
    """
    ddl = Ddl(session)
    waiting = [each for each in list_retired(session) if each.retired_at < before]
    going = [each for each in waiting if not only or each.was in only]
    for each in going:
        if each.column is None:
            _forget_files(session, ddl, each.table, "true")
            ddl.run(f"DROP TABLE {ddl.quote(each.table)}")
            forget_table(session, each.table)
        else:
            _forget_files_named(session, ddl, each.table, each.column)
            ddl.run(f"ALTER TABLE {ddl.quote(each.table)} DROP COLUMN {ddl.quote(each.column)}")
            forget_column(session, each.table, each.column)
    return going


def _forget_files_named(session: Session, ddl: Ddl, table: str, column: str) -> None:
    columns = [each for each in live_columns(session) if each.table == table]
    dropped = next(each for each in columns if each.name == column)
    # What a living field held before it was converted names files that the field may still have.
    lives = any(each.field == dropped.field and each.retired_at is None for each in columns)
    if dropped.kind in _NAMES and not lives:
        _forget_files(session, ddl, table, _names(session, ddl, dropped))


def _names(session: Session, ddl: Ddl, column: LiveColumn) -> str:
    return _NAMES[column.kind][session.dialect].format(ddl.quote(column.name))


def _forget_files(session: Session, ddl: Ddl, table: str, condition: str) -> None:
    """Forget files of a table's records that meet a condition on the record `t` and the file `f`."""
    entity = next((each.entity for each in live_tables(session) if each.name == table and each.field is None), None)
    if entity is None:
        return
    text = (
        f"DELETE FROM {_FILES} AS f WHERE f.entity = :entity"
        f" AND EXISTS (SELECT 1 FROM {ddl.quote(table)} AS t WHERE t.id = f.record_id AND {condition})"
    )
    session.connection.exec_driver_sql(driver_text(text, session.dialect), {"entity": entity})
