"""What SQL can't say is a diagnostic with a place."""

import pytest

from kalip.expressions import ExpressionError
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
