"""Operators: which types they take, and what they say of others."""

from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives, faults


def doubled(times: int) -> str:
    """Two times as many texts, put together, each time."""
    return "name" if times == 0 else f"({doubled(times - 1)} + {doubled(times - 1)})"


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("1 / 3", {}, Decimal("0.3333333333")),
        ("7 % 3", {}, 1),
        ("name + 'x'", {"name": "a"}, "ax"),
        ("name" + " + name" * 40, {"name": "a"}, "a" * 41),
        ("'a' in tags", {"tags": ("a",)}, True),
        ("-count", {"count": 3}, -3),
        ("amount != null", {}, False),
        ("amount > 1", {}, False),
        ("!(amount > 1)", {}, True),
        ("amount == count", {}, True),
        ("!open", {}, True),
        ("true || open", {}, True),
        ("false && open", {"open": True}, False),
        ("false || open", {"open": True}, True),
        ("true && open", {}, False),
        ("open ? 1 : 2", {}, 2),
        ("open ? 1 : 2.5", {"open": True}, Decimal(1)),
        ("name in tags", {"tags": ("a",)}, False),
        ("null in ['a', null]", {}, True),
        ("amount / 0 == null", {"amount": Decimal(1)}, True),
        ("9223372036854775807 + 1 == null", {}, True),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("amount == 'x'", "cannot compare decimal with text: write decimal(x) of the text"),
        ("due > at", "cannot compare date with datetime: write date(x) of the moment"),
        ("true ? 1 : 'a'", "both branches of ? must be of one type, not integer and text"),
        ("'a' in name", "'in' needs a list, not text: write x.contains(y)"),
        ("1 in tags", 'cannot find integer in list of text: write "1"'),
        ("count in tags", "cannot find integer in list of text: write string(x)"),
        ("'1' in [1, 2]", "cannot find text in list of integer: write 1 without quotes"),
        ("tags == 'a'", "cannot compare list of text with text: write x in list"),
        ("due == '2026-01-30'", 'cannot compare date with text: write date("2026-01-30")'),
        ("name + 1", "cannot add text and integer: write string(x) to add it to a text"),
        ("open < open", "boolean has no order: compare with == or !="),
        ("-name", "text has no negative"),
        ("1 < 2 < 3", "cannot compare boolean with integer"),
        (doubled(7), "more than 100 texts are put together: make fields of the parts"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
