"""Counts what columns and tables hold, and fills a new column."""

from typing import Any

from sqlalchemy import Column, MetaData, Table, func, select, update

from kalip.storage.catalogue import LiveColumn
from kalip.storage.kinds import type_of
from kalip.storage.session import Session


def fill_column(session: Session, column: LiveColumn, value: Any, beside: str) -> None:
    """Write one value into a column wherever another column of the row holds something."""
    table = Table(column.table, MetaData(), Column(column.name, type_of(column.kind)), Column(beside, type_of("text")))
    session.write(update(table).where(table.c[beside].is_not(None)).values({column.name: value}))


def count_filled(session: Session, column: LiveColumn) -> int:
    """Count the rows in which a column holds something."""
    table = _table(column)
    return int(session.run(select(func.count()).where(table.c[column.name].is_not(None))).scalar_one())


def count_rows(session: Session, table: str) -> int:
    """Count the rows of a table."""
    return int(session.run(select(func.count()).select_from(Table(table, MetaData()))).scalar_one())


def _table(*columns: LiveColumn) -> Table:
    return Table(
        columns[0].table,
        MetaData(),
        Column("id", type_of("text"), primary_key=True),
        *(Column(column.name, type_of(column.kind)) for column in columns if column.name != "id"),
    )
