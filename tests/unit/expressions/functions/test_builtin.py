"""What a function of the language is, and what a plugin adds."""

import pytest

from kalip.expressions import BOOLEAN, TEXT, ExpressionError, Function, Type, compile_expression, list_of, record_of
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


@pytest.mark.parametrize("result", [record_of("line"), list_of(record_of("line"))])
def test_it_cannot_answer_records(result: Type) -> None:
    with pytest.raises(ValueError, match="'lines_of' can't answer records; answer their ids as text"):
        Function("lines_of", (TEXT,), result, lambda _: ())


def test_a_list_that_it_answers_is_walked_like_any_other() -> None:
    letters = Function("letters", (TEXT,), list_of(TEXT), tuple)
    expression = compile_expression("letters(name).exists(l, l == 'b')", SCOPE, functions={"letters": letters})
    assert expression.evaluate({"name": "abc"}, CONTEXT) is True
    assert expression.evaluate({"name": "xyz"}, CONTEXT) is False


def test_whole_numbers_fit_64_bits_or_are_null() -> None:
    assert fitting(2**63 - 1) == 2**63 - 1
    assert fitting(2**63) is None
