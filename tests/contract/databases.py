"""Bare databases for contract tests: the engine as storage makes it, and conditions put to one table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import sqlalchemy as sa

from kalip.expressions import Collection, Context, Sql, context_params
from kalip.storage.engine import make_engine


class NamedColumns:
    """Columns of one table: a field's own column, and `<field>__<part>`."""

    def column(self, path: tuple[str, ...]) -> str:
        """The column of a path."""
        return "__".join(path)

    def collection(self, path: tuple[str, ...]) -> Collection:
        """There is none."""
        raise LookupError(path)

    def actor_set(self, name: str) -> Sql:
        """Nobody is in it, as without sets."""
        return Sql("SELECT '' AS member WHERE 1 = 0", {}, frozenset())

    def in_actor_set(self, name: str, item: str) -> Sql:
        """Nobody is in it."""
        return Sql(f"{item} IN ({self.actor_set(name).text})", {}, frozenset())


@contextmanager
def engine_of(url: str) -> Iterator[sa.Engine]:
    """An engine, disposed of at the end."""
    engine = make_engine(url)
    yield engine
    engine.dispose()


def select_where(engine: sa.Engine, table: sa.Table, sql: Sql, context: Context) -> list[int]:
    """The numbers of the rows for which a condition holds, in order."""
    dialect: Literal["sqlite", "postgresql"] = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
    params: dict[str, Any] = {**sql.params, **context_params(context, sql.context, dialect)}
    statement = sa.text(f"SELECT at FROM {table.name} WHERE {sql.text} ORDER BY at")  # noqa: S608 - the writer's SQL
    with engine.connect() as connection:
        return list(connection.execute(statement, params).scalars())
