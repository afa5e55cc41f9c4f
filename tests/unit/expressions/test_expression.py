"""What a compiled expression says of itself."""

from decimal import Decimal

import pytest

from kalip.expressions import DECIMAL, INTEGER, ExpressionError, compile_expression
from kalip.expressions.parser import MAX_DEPTH
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


def test_a_very_long_condition_is_compiled_and_evaluated() -> None:
    source = " || ".join(["open"] * 1_200)
    assert compiled(source).evaluate({"open": True}, CONTEXT) is True
    assert compiled(source).evaluate({}, CONTEXT) is False


def test_every_fault_of_a_very_long_source_is_found() -> None:
    with pytest.raises(ExpressionError) as caught:
        compiled("||".join(["nmae"] * 1_600))
    assert len(caught.value.faults) == 1_600
    assert caught.value.faults[-1].offset == 6 * 1_599


def test_the_deepest_expression_allowed_is_compiled_and_evaluated() -> None:
    deepest = MAX_DEPTH - 2
    source = "abs(" * deepest + "amount" + ")" * deepest
    assert compiled(source).evaluate({"amount": Decimal(-1)}, CONTEXT) == 1
