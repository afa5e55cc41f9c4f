"""Conditions and coercion."""

from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives, compiled, faults, values


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("lines.filter(l, l.price > 1).size()", {"lines": ({"price": Decimal(1)}, {"price": Decimal(2)})}, 1),
        ("lines.all(l, l.name != name)", {"name": "x", "lines": ({"name": "a"},)}, True),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("amount ? 1 : 2", "the condition of ? needs true or false, not decimal"),
        ("amount && open", "&& needs true or false, not decimal"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]


def test_a_filtered_collection_is_still_that_collection() -> None:
    expression = compiled("lines.filter(l, l.price > 1).exists(m, m.name == 'a')")
    assert expression.element_paths == {"lines": frozenset({"price", "name"})}
    assert expression.paths == {"lines"}


def test_lists_widen_with_what_is_sought_in_them() -> None:
    assert values("amount in [1, 2]", {"amount": Decimal("2.00")}) is True
    assert values("null in [1, 2]", {}) is False


def test_one_fault_is_told_once() -> None:
    assert faults("(nmae + 1 > 2 ? 1 : 2) == 1 && true") == ["unknown name 'nmae': did you mean 'name'?"]
