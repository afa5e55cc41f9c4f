"""Numbers are exact, and what does not exist is null."""

from decimal import Decimal

import pytest

from kalip.expressions.functions import numbers


def test_it_works() -> None:
    assert numbers.add_integers(1, 2) == 3
    assert numbers.add_integers(2**63 - 1, 1) is None
    assert numbers.divide(Decimal(1), Decimal(0)) is None


@pytest.mark.parametrize(
    ("value", "places", "rounded"), [("2.25", 1, "2.3"), ("-2.25", 1, "-2.3"), ("1250", -2, "1300")]
)
def test_rounding_goes_away_from_zero_at_the_half(value: str, places: int, rounded: str) -> None:
    assert numbers.round_to(Decimal(value), places) == Decimal(rounded)


def test_remainders_have_the_sign_of_the_dividend() -> None:
    assert numbers.remainder_integers(-7, 3) == -1
    assert numbers.remainder_integers(7, 0) is None


def test_reading() -> None:
    assert numbers.integer_of_text("12") == 12
    assert numbers.integer_of_text("12a") is None
    assert numbers.decimal_of_text("1.50") == Decimal("1.5")
    assert numbers.decimal_of_text("NaN") is None


def test_sums_skip_nulls() -> None:
    assert numbers.sum_decimals([Decimal("0.1"), None, Decimal("0.2")]) == Decimal("0.3")
    assert numbers.average([]) is None
