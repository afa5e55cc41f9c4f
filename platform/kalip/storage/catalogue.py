"""The catalogue: which tables and columns in the database stand for which entities and fields, and which are retired.

It changes in the transaction of the DDL that it describes, so both always agree.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select, update

from kalip.storage.own import KalipColumn, KalipTable, table_of
from kalip.storage.session import Session
from kalip.storage.tables import EntityTable, StoredPart
from kalip.storage.terms import is_aside, terms_of

TABLES: Final = table_of(KalipTable)
COLUMNS: Final = table_of(KalipColumn)


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table that is there. `field` and `target` are set for the links of a `references` field."""

    name: str
    entity: str
    field: str | None = None
    target: str | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LiveColumn:
    """A column that is there; `target` and `on_delete` describe its foreign key, `terms` its field (see `terms`)."""

    table: str
    name: str
    field: str
    part: str
    kind: str
    target: str | None = None
    on_delete: str | None = None
    retired_at: datetime | None = None
    terms: str | None = None


def column_entry(wanted: EntityTable, part: StoredPart) -> LiveColumn:
    """Describe a column that the model wants."""
    return LiveColumn(
        wanted.name,
        part.name,
        part.field.name,
        part.part,
        part.kind,
        part.target,
        part.on_delete,
        terms=terms_of(wanted.entity, part.field).text,
    )


def live_tables(session: Session) -> list[LiveTable]:
    """Read the tables of the catalogue, retired ones too, the last retired first."""
    query = select(TABLES).order_by(TABLES.c.retired_at.desc(), TABLES.c.name)
    return [LiveTable(row.name, row.entity, row.field, row.target, row.retired_at) for row in session.run(query)]


def live_columns(session: Session) -> list[LiveColumn]:
    """Read the columns of the catalogue, retired ones too, the last retired first."""
    query = select(COLUMNS).order_by(COLUMNS.c.table_name, COLUMNS.c.retired_at.desc(), COLUMNS.c.name)
    return [
        LiveColumn(
            row.table_name,
            row.name,
            row.field,
            row.part,
            row.kind,
            row.target,
            row.on_delete,
            row.retired_at,
            row.terms,
        )
        for row in session.run(query)
    ]


def note_table(session: Session, table: LiveTable, columns: Iterable[LiveColumn]) -> None:
    """Enter a new table with its columns."""
    session.write(
        insert(TABLES), {"name": table.name, "entity": table.entity, "field": table.field, "target": table.target}
    )
    for column in columns:
        note_column(session, column)


def note_column(session: Session, column: LiveColumn) -> None:
    """Enter a new column."""
    session.write(
        insert(COLUMNS),
        {
            "table_name": column.table,
            "name": column.name,
            "field": column.field,
            "part": column.part,
            "kind": column.kind,
            "target": column.target,
            "on_delete": column.on_delete,
            "retired_at": column.retired_at,
            "terms": column.terms,
        },
    )


def change_table(session: Session, name: str, new: LiveTable) -> None:
    """Enter what a table became; its columns follow."""
    values = {
        "name": new.name,
        "entity": new.entity,
        "field": new.field,
        "target": new.target,
        "retired_at": new.retired_at,
    }
    session.write(update(TABLES).where(TABLES.c.name == name).values(values))


def change_column(session: Session, name: str, new: LiveColumn) -> None:
    """Enter what a column of a table became."""
    values = {
        "name": new.name,
        "field": new.field,
        "part": new.part,
        "kind": new.kind,
        "target": new.target,
        "on_delete": new.on_delete,
        "retired_at": new.retired_at,
        "terms": new.terms,
    }
    session.write(update(COLUMNS).where(COLUMNS.c.table_name == new.table, COLUMNS.c.name == name).values(values))


def follow_field(session: Session, old: LiveColumn, new: LiveColumn) -> None:
    """Let what was set aside for a field follow its new name, so that no other field of the old name finds it."""
    for column in live_columns(session):
        same = (column.table, column.field) == (new.table, old.field)
        if same and is_aside(column.terms):
            change_column(session, column.name, replace(column, field=new.field))


def forget_column(session: Session, table: str, name: str) -> None:
    """Strike out a column that is dropped."""
    session.write(delete(COLUMNS).where(COLUMNS.c.table_name == table, COLUMNS.c.name == name))


def forget_table(session: Session, table: str) -> None:
    """Strike out a table that is dropped, with its columns."""
    session.write(delete(COLUMNS).where(COLUMNS.c.table_name == table))
    session.write(delete(TABLES).where(TABLES.c.name == table))


def retarget(session: Session, old: str, new: str) -> None:
    """Enter the new name of an entity that references point to."""
    session.write(update(COLUMNS).where(COLUMNS.c.target == old).values(target=new))
    session.write(update(TABLES).where(TABLES.c.target == old).values(target=new))
