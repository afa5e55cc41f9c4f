"""Looking into JSON values never fails."""

from decimal import Decimal

import pytest

from kalip.expressions.functions.json import integer_of, items_of, member, same_json, size_of, text_of
from tests.support.expressions import value


def test_it_works() -> None:
    assert member({"a": 1}, "a") == 1
    assert member({"a": 1}, "b") is None
    assert member("text", "a") is None
    assert value("extra.a == 'x'", extra={"a": "x"}) is True


@pytest.mark.parametrize("odd", [None, True, 1, "x", [], {}])
def test_nothing_raises(odd: object) -> None:
    for look in (items_of, size_of, text_of, integer_of):
        look(odd)
    assert member(odd, "a") is None


def test_numbers_are_the_same_by_value_and_never_booleans() -> None:
    assert same_json(1, Decimal("1.0"))
    assert not same_json(1, True)
