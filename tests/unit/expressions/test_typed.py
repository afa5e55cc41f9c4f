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
