"""What SQL can't say is a diagnostic with a place."""

import sqlite3
from collections.abc import Callable

import pytest

from kalip.expressions import ExpressionError, sqlite_functions
from tests.support.expressions import compiled, sql

ADVICE = "it works where records are evaluated one by one, not in filters and rights"


@pytest.mark.parametrize(
    ("source", "message", "offset"),
    [
        ("open && extra.a == 1", "SQL can't look into a JSON value", 8),
        ("old.name == 'a'", "SQL doesn't know the record before the change", 0),
        ("open && join(tags, '-') == 'a'", "SQL can't say 'join'", 8),
        ("tags.map(t, t)", "SQL has no list as result", 0),
    ],
)
def test_it_works(source: str, message: str, offset: int) -> None:
    found = compiled(source).sql_obstacles[0]
    assert (found.message, found.hint, found.offset) == (message, ADVICE, offset)
    with pytest.raises(ExpressionError, match="SQL"):
        sql(source)


def test_ordinary_conditions_have_none() -> None:
    assert compiled("amount > 1 && 'a' in tags && lines.exists(l, l.price > 1)").sql_obstacles == ()


NESTINGS: dict[str, Callable[[int], str]] = {
    "ternary": lambda depth: "(open ? " * depth + "true" + " : false)" * depth,
    "ternary in else": lambda depth: "open ? true : " * depth + "false",
    "calls": lambda depth: "abs(" * depth + "count" + ")" * depth + " > 1",
    "decimals": lambda depth: "(" * depth + "amount" + " + amount)" * depth + " > 1",
    "integers": lambda depth: "(" * depth + "count" + " + count)" * depth + " > 1",
    "texts": lambda depth: "(" * depth + "name" + " + name)" * depth + " == stage",
    "not": lambda depth: "!(" * depth + "open" + ")" * depth,
    "and in or": lambda depth: "(open && (open || " * depth + "open" + "))" * depth,
    "coalesce": lambda depth: "coalesce(" * depth + "count" + ", 1)" * depth + " > 1",
}


@pytest.mark.parametrize("kind", list(NESTINGS))
def test_sqlite_can_parse_whatever_has_no_obstacle(kind: str) -> None:
    connection = sqlite3.connect(":memory:")
    for name, arguments, function in sqlite_functions():
        connection.create_function(name, arguments, function, deterministic=True)
    columns = ("amount", "price", "count", "name", "stage", "open")
    connection.execute(f"CREATE TABLE tried ({', '.join(columns)})")
    deepest = 0
    for depth in range(1, 24):
        try:
            expression = compiled(NESTINGS[kind](depth))
        except ExpressionError:
            break
        if expression.sql_obstacles:
            assert [fault.message for fault in expression.sql_obstacles] == [
                "the expression is nested too deep for SQL"
            ]
            break
        found = sql(NESTINGS[kind](depth))
        statement = f"SELECT 1 FROM tried WHERE {found.text}"  # noqa: S608 - the writer's SQL
        connection.execute(statement, found.params)
        deepest = depth
    connection.close()
    assert deepest >= 5
