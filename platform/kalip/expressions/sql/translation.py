"""From a typed tree to SQL."""

from dataclasses import dataclass

from kalip.expressions.context import Dialect
from kalip.expressions.errors import ExpressionError, Fault
from kalip.expressions.sql.columns import Columns, Sql
from kalip.expressions.sql.postgresql import PostgresqlWriter
from kalip.expressions.sql.sqlite import SqliteWriter
from kalip.expressions.sql.writer import SqlWriter
from kalip.expressions.typed import Node


@dataclass(frozen=True, slots=True)
class Wanted:
    """How SQL is wanted: for which database, with which prefix of names; `exact`: null may not stand for false."""

    dialect: Dialect
    prefix: str
    exact: bool


def translate(source: str, tree: Node, obstacles: tuple[Fault, ...], columns: Columns, wanted: Wanted) -> Sql:
    """Write a tree as SQL; raises ExpressionError when there are obstacles."""
    if obstacles:
        raise ExpressionError(source, obstacles)
    writer = _writer(columns, wanted)
    if tree.type.kind in ("boolean", "null") and not wanted.exact:
        text = writer.truth(tree).text
    else:
        text = writer.result(tree)
    return Sql(f"({text})", writer.params, frozenset(writer.context))


def _writer(columns: Columns, wanted: Wanted) -> SqlWriter:
    return (SqliteWriter if wanted.dialect == "sqlite" else PostgresqlWriter)(columns, wanted.prefix)
