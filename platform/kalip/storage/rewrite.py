"""Rewrites the values of a column row by row: conversion into another kind, and filling a new column."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, bindparam, func, select, update

from kalip.storage.catalogue import LiveColumn
from kalip.storage.convert import Unconvertible, conversion
from kalip.storage.kinds import type_of
from kalip.storage.session import Session

_BATCH: Final = 2000


def count_failures(session: Session, old: LiveColumn, new_kind: str) -> tuple[int, int]:
    """Count the values in a column, and those of them that don't convert to another kind."""
    total = failures = 0
    convert = conversion(old.kind, new_kind)
    for rows in _batches(session, _table(old), old):
        for _id, value in rows:
            total += 1
            try:
                if convert is None:
                    failures += 1
                else:
                    convert(value)
            except Unconvertible:
                failures += 1
    return total, failures


def copy_converted(session: Session, old: LiveColumn, new: LiveColumn) -> None:
    """Write the converted values of one column into another of the same table; what doesn't convert stays null."""
    convert = conversion(old.kind, new.kind)
    if convert is None:
        return
    table = _table(old, new)
    statement = update(table).where(table.c.id == bindparam("row_id")).values({new.name: bindparam("new_value")})
    for rows in _batches(session, table, old):
        changed = []
        for row_id, value in rows:
            try:
                changed.append({"row_id": row_id, "new_value": convert(value)})
            except Unconvertible:
                continue
        if changed:
            session.write(statement, changed)


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


def _batches(session: Session, table: Table, column: LiveColumn) -> Iterator[Sequence[Any]]:
    last = ""
    value = table.c[column.name]
    while True:
        query = (
            select(table.c.id, value).where(table.c.id > last, value.is_not(None)).order_by(table.c.id).limit(_BATCH)
        )
        rows = session.run(query).all()
        if rows:
            yield rows
        if len(rows) < _BATCH:
            return
        last = rows[-1][0]


def _table(*columns: LiveColumn) -> Table:
    return Table(
        columns[0].table,
        MetaData(),
        Column("id", type_of("text"), primary_key=True),
        *(Column(column.name, type_of(column.kind)) for column in columns if column.name != "id"),
    )
