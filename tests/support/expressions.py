"""Short ways to compile and evaluate expressions in tests."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest

from kalip.expressions import (
    BOOLEAN,
    DATE,
    DATETIME,
    DECIMAL,
    DURATION,
    INTEGER,
    JSON,
    TEXT,
    ActorContext,
    Context,
    Expression,
    ExpressionError,
    MappingScope,
    Sql,
    compile_expression,
    list_of,
    record_of,
)
from kalip.expressions.sql.columns import Collection

CONTEXT = Context(datetime(2026, 11, 24, 12, tzinfo=UTC), date(2026, 11, 24), ActorContext("u1", "ada@example.com"))
LINES = MappingScope({"price": DECIMAL, "name": TEXT})
SCOPE = MappingScope(
    {
        "amount": DECIMAL,
        "count": INTEGER,
        "name": TEXT,
        "stage": TEXT,
        "open": BOOLEAN,
        "due": DATE,
        "at": DATETIME,
        "took": DURATION,
        "extra": JSON,
        "tags": list_of(TEXT),
        "lines": list_of(record_of("line")),
    },
    {"line": LINES},
    old=True,
)


class FlatColumns:
    """Each path is a column of its own name; collections are tables."""

    def column(self, path: tuple[str, ...]) -> str:
        """A quoted name."""
        return '"' + "__".join(path) + '"'

    def collection(self, path: tuple[str, ...]) -> Collection:
        """A table of the collection's name."""
        return Collection(f'"{path[-1]}" AS t', "t.parent = id", FlatColumns())

    def actor_set(self, name: str) -> Sql:
        """A table of the set's name."""
        return Sql(f'SELECT member FROM "{name}"', {}, frozenset())  # noqa: S608  a test's own name

    def in_actor_set(self, name: str, item: str) -> Sql:
        """A table of the set's name."""
        return Sql(f'{item} IN (SELECT member FROM "{name}")', {}, frozenset())  # noqa: S608  a test's own name


def compiled(source: str) -> Expression:
    """Compile against the common scope."""
    return compile_expression(source, SCOPE)


def value(source: str, **record: Any) -> Any:
    """Evaluate for a record."""
    return compiled(source).evaluate(record, CONTEXT)


def values(source: str, record: Mapping[str, object]) -> Any:
    """Evaluate for a record whose paths have dots."""
    return compiled(source).evaluate(record, CONTEXT)


def assert_gives(source: str, record: Mapping[str, object], expected: object) -> None:
    """Fail unless the value for a record is the expected one, in type too: 1 is not 1.0 here."""
    found = values(source, record)
    assert (type(found), found) == (type(expected), expected)


def faults(source: str) -> list[str]:
    """What is wrong with a source, each with its hint."""
    with pytest.raises(ExpressionError) as caught:
        compiled(source)
    return [str(fault) for fault in caught.value.faults]


def sql(source: str, dialect: Any = "sqlite") -> Sql:
    """Translate on flat columns."""
    return compiled(source).sql(dialect, FlatColumns())
