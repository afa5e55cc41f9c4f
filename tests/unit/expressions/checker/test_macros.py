"""Macros over lists, and literals of lists and maps."""

from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives, faults

ROW = f"[{', '.join(map(str, range(101)))}]"


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("tags.exists(t, t == 'b')", {"tags": ("a", "b")}, True),
        ("tags.exists_one(t, t == 'b')", {"tags": ("b", "b")}, False),
        ("tags.all(t, t.size() == 1)", {"tags": ("a", "bb")}, False),
        ("tags.filter(t, t != 'a')", {"tags": ("a", "b")}, ("b",)),
        ("lines.map(l, l.price)", {"lines": ({"price": Decimal(1)},)}, (Decimal(1),)),
        ("has(name)", {}, False),
        ("tags.all(t, false)", {}, True),
        ("tags.exists(t, true)", {}, False),
        ("tags.map(t, t != 'a', t + '!')", {"tags": ("a", "b")}, ("b!",)),
        ("tags.exists(name, name == 'a') && name == 'x'", {"name": "x", "tags": ("a",)}, True),
        ("has(extra.a)", {"extra": {"a": 0}}, True),
        ("[1, 2][1]", {}, 2),
        (f"{ROW}.all(a, tags.exists(t, t == 'b')) && {ROW}.exists(a, a == 100)", {"tags": ("a", "b")}, True),
        ("[1, 2][2] == null", {}, True),
        ("{'a': 1}", {}, {"a": 1}),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("tags.exists(1, true)", "'exists' takes a name and a condition: write x.exists(y, y.amount > 0)"),
        ("name.exists(t, true)", "'exists' takes a list, not text"),
        ("tags.exists(t, t)", "'exists' needs true or false, not text: compare it, as in name != \"\""),
        ("[1, 'a']", "a list holds values of one type, not integer and text"),
        (
            f"{ROW}.all(a, {ROW}.map(b, b + a).exists(c, c == a))",
            "macros go through lists more than 10000 times: write shorter lists, or a condition that needs no macro",
        ),
        ("{1: 2}", 'the key of a map is a text: write {"key": value}'),
        (
            "tags.exists(a, tags.exists(b, tags.exists(c, tags.exists(d, true))))",
            "macros are nested deeper than 3: make a field of the inner part",
        ),
        ("lines.exists(l, l.pric > 1)", "unknown name 'pric': did you mean 'price'?"),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
