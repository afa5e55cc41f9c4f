"""Operators: which types they take, and what they say of others."""

from decimal import Decimal

import pytest

from tests.support.expressions import faults, values


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("1 / 3", {}, Decimal("0.3333333333")),
        ("7 % 3", {}, 1),
        ("name + 'x'", {"name": "a"}, "ax"),
        ("'a' in tags", {"tags": ("a",)}, True),
        ("-count", {"count": 3}, -3),
        ("amount != null", {}, False),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    found = values(source, record)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("amount == 'x'", "cannot compare decimal with text: write decimal(x) of the text"),
        ("due > at", "cannot compare date with datetime: write date(x) of the moment"),
        ("true ? 1 : 'a'", "both branches of ? must be of one type, not integer and text"),
        ("1 < 2 < 3", "cannot compare boolean with integer"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
