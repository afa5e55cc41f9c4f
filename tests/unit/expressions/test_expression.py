"""What a compiled expression says of itself."""

import pytest

from kalip.expressions import DECIMAL, INTEGER, ExpressionError, compile_expression
from tests.support.expressions import CONTEXT, SCOPE, compiled


def test_it_works() -> None:
    expression = compiled("amount > 10 && lines.exists(l, l.price > amount)")
    assert expression.paths == {"amount", "lines"}
    assert expression.element_paths == {"lines": frozenset({"price"})}
    assert not expression.volatile
    assert expression.sql_obstacles == ()


def test_the_moment_makes_it_volatile() -> None:
    assert compiled("due < today()").volatile


def test_two_of_the_same_source_are_equal() -> None:
    assert compiled("amount > 1") == compiled("amount > 1")


def test_an_expected_type_is_kept() -> None:
    assert compile_expression("1 + 1", SCOPE, expects=DECIMAL).type.kind == "decimal"
    with pytest.raises(ExpressionError):
        compile_expression("name", SCOPE, expects=INTEGER)


def test_what_is_missing_is_null() -> None:
    assert compiled("amount > 1").evaluate({}, CONTEXT) is False
    assert compiled("amount == null").evaluate({}, CONTEXT) is True
