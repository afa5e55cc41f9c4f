"""Calls of functions: found by name and by what they are given."""

from decimal import Decimal

import pytest

from tests.support.expressions import faults, values


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("round(amount, 1)", {"amount": Decimal("2.25")}, Decimal("2.3")),
        ("amount.round(1)", {"amount": Decimal("2.25")}, Decimal("2.3")),
        ("toUpperCase('a')", {}, "A"),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    found = values(source, record)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("foo(1)", "unknown function 'foo': did you mean 'floor'?"),
        ("round(name)", "'round' does not take (text): it takes (decimal) or (decimal, integer)"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
