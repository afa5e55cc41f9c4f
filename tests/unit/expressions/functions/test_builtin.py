"""What a function of the language is, and what a plugin adds."""

import pytest

from kalip.expressions import BOOLEAN, TEXT, ExpressionError, Function, compile_expression
from kalip.expressions.functions.builtin import fitting
from tests.support.expressions import CONTEXT, SCOPE, FlatColumns

SHOUTS = Function("shouts", (TEXT,), BOOLEAN, lambda text: text.endswith("!"))


def test_it_works() -> None:
    expression = compile_expression("shouts(name)", SCOPE, functions={"shouts": SHOUTS})
    assert expression.evaluate({"name": "hey!"}, CONTEXT) is True
    assert not expression.evaluate({}, CONTEXT)


def test_without_sql_it_is_an_obstacle() -> None:
    expression = compile_expression("shouts(name)", SCOPE, functions={"shouts": SHOUTS})
    assert [fault.message for fault in expression.sql_obstacles] == ["the function 'shouts' has no SQL"]
    with pytest.raises(ExpressionError):
        expression.sql("sqlite", FlatColumns())


def test_whole_numbers_fit_64_bits_or_are_null() -> None:
    assert fitting(2**63 - 1) == 2**63 - 1
    assert fitting(2**63) is None
