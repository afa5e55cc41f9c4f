from decimal import Decimal

import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    value = Tried("decimal").json("12.5")
    assert str(value) == "12.50"


@pytest.mark.parametrize(
    ("raw", "value"), [("0.10", "0.10"), (0.1, "0.10"), (7, "7.00"), (1e2, "100.00"), ("-3", "-3.00")]
)
def test_text_and_numbers_are_exact(raw: object, value: str) -> None:
    assert str(Tried("decimal").json(raw)) == value


@pytest.mark.parametrize(
    "wrong", ["NaN", "Infinity", "1e5", "1e999999", "", " 1", "1,5", "0x1", "9" * 5000, float("nan"), float("inf")]
)
def test_what_is_no_decimal_is_refused(wrong: object) -> None:
    assert Tried("decimal").refusal(wrong) == "not_a_number"


def test_nothing_is_rounded() -> None:
    assert Tried("decimal").refusal("1.005") == "too_many_decimals"
    assert Tried("decimal").refusal("1.0000") == ""
    assert Tried("decimal", scale=0).refusal("1.5") == "not_whole"


def test_eighteen_digits_at_most() -> None:
    assert Tried("decimal").refusal("9" * 16 + ".99") == ""
    assert Tried("decimal").refusal("1" + "0" * 16) == "too_large"
    assert Tried("decimal").refusal(10**30) == "too_large"


def test_people_write_it_in_their_way() -> None:
    assert Tried("decimal").text("1.234,50", "tr") == Decimal("1234.50")
    assert Tried("decimal").text("1 234,5", "ru") == Decimal("1234.50")
    assert Tried("decimal").text_refusal("1234.50", "tr") == "not_a_number"


def test_bounds() -> None:
    field = Tried("decimal", min="0.5", max=2)
    assert [field.refusal(each) for each in ("0.49", "0.5", "2", "2.01")] == ["too_small", "", "", "too_large"]
    assert Tried("decimal", min="2", max="1").option_faults() == ["/min"]
    assert Tried("decimal", scale=0, min="0.5").option_faults() == ["/min"]


def test_it_is_shown_with_all_its_places() -> None:
    shown = [Tried("decimal", scale=3).shown(Decimal("1234.500"), locale) for locale in ("en", "tr", "ru")]
    assert shown == ["1,234.500", "1.234,500", "1 234,500"]
