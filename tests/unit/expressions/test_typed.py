"""The typed tree: what was written, with types made equal."""

from kalip.expressions import typed
from tests.support.expressions import compiled


def test_it_works() -> None:
    tree = compiled("amount > 10").tree
    assert isinstance(tree, typed.Order)
    assert tree.type.name == "boolean"


def test_integers_beside_decimals_become_decimals() -> None:
    tree = compiled("amount + count").tree
    assert isinstance(tree, typed.Arithmetic)
    assert isinstance(tree.right, typed.ToDecimal)
    assert tree.type.kind == "decimal"


def test_spans_point_into_the_source() -> None:
    tree = compiled("open && amount > 10").tree
    assert isinstance(tree, typed.Junction)
    assert (tree.operands[1].span.offset, tree.operands[1].span.length) == (8, 11)


def test_what_may_be_null_is_marked() -> None:
    assert compiled("amount / count").tree.nullable
    assert not compiled("coalesce(amount, 0.0) + 1").tree.nullable
    assert not compiled("1 + 2 == 3").tree.nullable


def test_what_is_constant_is_folded() -> None:
    tree = compiled("true ? 1 + 2 : count").tree
    assert isinstance(tree, typed.Literal)
    assert tree.value == 3
