"""How values stand in SQLite."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kalip.expressions import BOOLEAN, DATE, DATETIME, DECIMAL, DURATION, TEXT, TIME, Type, list_of
from kalip.expressions.encoding import canonical, decimal_held, decode, encode


@pytest.mark.parametrize(
    ("value", "type_", "held"),
    [
        (True, BOOLEAN, 1),
        (Decimal("12.50"), DECIMAL, "12.5"),
        (date(2026, 1, 31), DATE, "2026-01-31"),
        (datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), DATETIME, 1_000_000),
        (timedelta(milliseconds=1), DURATION, 1_000),
        (("a", "ı"), list_of(TEXT), '["a", "ı"]'),
        (time(8, 30), TIME, "08:30:00"),
        (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), DATETIME, -1_000_000),
        (None, DATE, None),
    ],
)
def test_there_and_back(value: Any, type_: Type, held: object) -> None:
    assert encode(value, type_) == held
    back = decode(held, type_)
    assert (tuple(back) if isinstance(back, list) else back) == value


def test_decimals_are_held_scaled() -> None:
    assert decimal_held(1250, 2) == Decimal("12.5")


@pytest.mark.parametrize(("number", "text"), [("1E+3", "1000"), ("-0.00", "0"), ("1.10", "1.1"), ("100", "100")])
def test_decimals_have_one_text(number: str, text: str) -> None:
    assert canonical(Decimal(number)) == text
