import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("phone").json("+90 (212) 123 45 67") == "+902121234567"


def test_national_writing_needs_a_country() -> None:
    assert Tried("phone").refusal("0212 123 45 67") == "not_a_phone"
    assert Tried("phone", country="TR").json("0212 123 45 67") == "+902121234567"


def test_in_forms_the_readers_country_counts() -> None:
    assert Tried("phone").text("0212 123 45 67", "tr") == "+902121234567"
    assert Tried("phone").text("8 916 123-45-67", "ru") == "+79161234567"
    assert Tried("phone").text("(650) 253-0000", "en-US") == "+16502530000"


@pytest.mark.parametrize("wrong", ["12", "hello", "+", "+999 123", "+90 1"])
def test_others_are_refused(wrong: str) -> None:
    assert Tried("phone").refusal(wrong) == "not_a_phone"


def test_extensions_are_refused() -> None:
    assert Tried("phone").refusal("+1 650 253 0000 ext. 5") == "extension"


def test_it_is_shown_with_blanks() -> None:
    assert Tried("phone").shown("+902121234567") == "+90 212 123 45 67"


def test_options() -> None:
    assert Tried("phone", country="ZZ").option_faults() == ["/country"]
    assert Tried("phone", country="TR").option_faults() == []
