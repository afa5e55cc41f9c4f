"""The Python that is made of a tree gives what the language says."""

from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("amount > 10000 && stage == 'won'", {"amount": Decimal(20000), "stage": "won"}, True),
        ("amount > 1", {}, False),
        ("!(amount > 1)", {}, True),
        ("amount == null || open", {"amount": Decimal(1), "open": False}, False),
        ("amount + null", {"amount": Decimal(1)}, None),
        ("open ? 1 : 2", {}, 2),
        ("coalesce(name, 'x')", {}, "x"),
        ("tags.map(t, t.upper())", {"tags": ("a", "b")}, ("A", "B")),
        ("lines.exists(l, l.price > amount)", {"amount": Decimal(1), "lines": ({"price": Decimal(2)},)}, True),
        ("old.name == name", {"old.name": "a", "name": "a"}, True),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)
