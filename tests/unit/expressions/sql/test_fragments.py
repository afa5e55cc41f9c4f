"""Pieces of SQL and how they are put together."""

from decimal import Decimal

import pytest

from kalip.expressions.sql.fragments import joined, on_integers


def test_it_works() -> None:
    assert joined(["a", "b"], "AND") == "(a) AND (b)"
    assert joined(["a"], "AND") == "(a)"


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize("constant", ["1.5", "2", "-0.05"])
def test_a_comparison_on_scaled_integers_means_the_same(operator: str, constant: str) -> None:
    scale = 1
    changed, bound = on_integers(operator, Decimal(constant), scale)
    tests = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}
    plain = {"<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__, ">=": Decimal.__ge__}
    for held in range(-30, 31):
        assert tests[changed](held, bound) == plain[operator](Decimal(held) / 10, Decimal(constant))
