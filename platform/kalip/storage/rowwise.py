"""Writes a value of its own into each of many rows, with as few round trips as the database allows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, Update, bindparam, cast, func, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from kalip.storage.catalogue import LiveColumn
from kalip.storage.kinds import type_of
from kalip.storage.session import Session

ROW = "row_id"


def table_of_columns(*columns: LiveColumn) -> Table:
    """The table that columns are of, with these and `id` alone."""
    return Table(
        columns[0].table,
        MetaData(),
        Column("id", type_of("text"), primary_key=True),
        *(Column(column.name, type_of(column.kind)) for column in columns),
    )


def write_each(
    session: Session,
    columns: Sequence[LiveColumn],
    rows: Sequence[tuple[str, Sequence[Any]]],
    *,
    empty_only: bool = False,
) -> None:
    """Give each row, named by its id, values for the columns, which are of one table. Commits nothing.

    With `empty_only` a row whose first column holds something by now keeps it.
    """
    if not rows:
        return
    table = table_of_columns(*columns)
    if session.dialect == "postgresql":
        # A statement for each row would be a round trip and a plan for each.
        values = {f"new_{at}": [parts[at] for _, parts in rows] for at in range(len(columns))}
        statement = _from_arrays(table, columns)
        if empty_only:
            statement = statement.where(table.c[columns[0].name].is_(None))
        session.write(statement, {ROW: [row_id for row_id, _ in rows], **values})
        return
    changes: dict[str, Any] = {column.name: bindparam(f"new_{at}") for at, column in enumerate(columns)}
    statement = update(table).where(table.c.id == bindparam(ROW)).values(changes)
    if empty_only:
        statement = statement.where(table.c[columns[0].name].is_(None))
    session.write(
        statement, [{ROW: row_id, **{f"new_{at}": part for at, part in enumerate(parts)}} for row_id, parts in rows]
    )


def _from_arrays(table: Table, columns: Sequence[LiveColumn]) -> Update:
    types: dict[str, TypeEngine[Any]] = {ROW: Text()}
    for at, column in enumerate(columns):
        # An array's type can't name a collation.
        types[f"new_{at}"] = Text() if column.kind == "text" else type_of(column.kind)
    arrays = [
        cast(bindparam(name, type_=ARRAY(type_, dimensions=1)), ARRAY(type_, dimensions=1))
        for name, type_ in types.items()
    ]
    given = func.unnest(*arrays).table_valued(*(Column(name, type_) for name, type_ in types.items()), name="given")
    given = given.render_derived()
    changes = {column.name: given.c[f"new_{at}"] for at, column in enumerate(columns)}
    return update(table).where(table.c.id == given.c[ROW]).values(changes)
