import pytest

from kalip.base.text import Text
from kalip.fields.operators import BETWEEN, EQUAL, ONE_OF, Operator, words


def test_it_works() -> None:
    assert EQUAL.expression("company.name", ['"Acme"']) == 'company.name == "Acme"'
    assert BETWEEN.expression("amount", ["1", "5"]) == "amount >= 1 && amount <= 5"
    assert ONE_OF.expression("stage", ['"a"', '"b"']) == 'stage in ["a", "b"]'


def test_braces_inside_a_literal_are_text() -> None:
    assert BETWEEN.expression("name", ['"{1}{path}"', '"{0}"']) == 'name >= "{1}{path}" && name <= "{0}"'


def test_arity() -> None:
    assert [operator.arity for operator in (EQUAL, BETWEEN, ONE_OF)] == [1, 2, -1]


def test_a_wrong_count_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="takes 1 operands, not 2"):
        EQUAL.expression("x", ["1", "2"])


def test_operators_need_no_operand() -> None:
    assert Operator("never", Text.of("never"), "false", ()).expression("x", []) == "false"


def test_words() -> None:
    assert words("is", "eşit", "равно").get("tr") == "eşit"
