"""Calls of functions: found by name and by what they are given."""

from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives, faults


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("round(amount, 1)", {"amount": Decimal("2.25")}, Decimal("2.3")),
        ("amount.round(1)", {"amount": Decimal("2.25")}, Decimal("2.3")),
        ("toUpperCase('a')", {}, "A"),
        ("coalesce(amount, count, 7)", {"count": 2}, Decimal(2)),
        ("max(amount, 1) == null", {}, True),
        ("size(tags)", {}, 0),
        ("size(lines)", {"lines": ({}, {})}, 2),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("now(1)", "'now' takes 0 arguments, not 1"),
        ("has(1)", "'has' asks for a field: write has(company.name)"),
        ("has(lines)", "a collection of records is always there: write size(…) > 0"),
        ("max(1, 'a')", "all arguments of 'max' must be of one type, not integer and text"),
        ("foo(nmae)", "unknown name 'nmae': did you mean 'name'?"),
        ("foo(1)", "unknown function 'foo': did you mean 'floor'?"),
        ("round(name)", "'round' does not take (text): it takes (decimal) or (decimal, integer)"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
