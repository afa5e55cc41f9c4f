"""Arithmetic over kinds of values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.expressions import assert_gives


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("amount + count", {"amount": Decimal("0.1"), "count": 2}, Decimal("2.1")),
        ("at - at", {"at": datetime(2026, 1, 1, tzinfo=UTC)}, timedelta(0)),
        ("due - date('2026-01-01')", {"due": date(2026, 1, 3)}, timedelta(2)),
        ("amount * 0.1", {"amount": Decimal("0.3")}, Decimal("0.03")),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)
