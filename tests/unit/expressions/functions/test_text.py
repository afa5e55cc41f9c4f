"""Text, Turkish letters included."""

from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("name.contains('ul')", {"name": "İstanbul"}, True),
        ("name.substring(1, 2)", {"name": "abc"}, "b"),
        ("name.replace('a', 'b')", {"name": "aa"}, "bb"),
        ("name.indexOf('b')", {"name": "ab"}, 1),
        ("'a,b'.split(',')", {}, ("a", "b")),
        ("string(amount)", {"amount": Decimal("1.50")}, "1.5"),
        ("name.matches('^A.*')", {"name": "Abc"}, True),
        ("name.trim()", {"name": " a "}, "a"),
        ("size(name)", {"name": "ığ"}, 2),
        ("name.startsWith('a')", {"name": "ba"}, False),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)
