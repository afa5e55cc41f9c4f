from decimal import Decimal

import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("percent").json("12.5") == Decimal("12.50")


@pytest.mark.parametrize(
    ("text", "locale"), [("12.5%", "en"), ("12.5 %", "en"), ("%12,5", "tr"), ("12,5 %", "ru"), ("12,5", "tr")]
)
def test_the_sign_may_be_written(text: str, locale: str) -> None:
    assert Tried("percent").text(text, locale) == Decimal("12.50")


def test_it_is_shown_with_the_sign() -> None:
    shown = [Tried("percent").shown(Decimal("12.50"), locale) for locale in ("en", "tr", "ru")]
    assert shown == ["12.5%", "%12,5", "12,5 %"]
    assert Tried("percent").shown(Decimal("100.00")) == "100%"


def test_percentages_are_not_summed() -> None:
    assert not Tried("percent").type.sums
