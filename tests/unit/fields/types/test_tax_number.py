import pytest

from tests.support.fields import Tried


@pytest.mark.parametrize(
    ("country", "text", "kept"),
    [
        ("TR", "454 053 6920", "4540536920"),
        ("TR", "17291716060", "17291716060"),
        ("RU", "7707083893", "7707083893"),
        ("RU", "500100732259", "500100732259"),
        ("DE", "DE 136,695 976".replace(",", " "), "136695976"),
        ("GB", "GB 980 7806 84", "980780684"),
        ("US", "04-2103594", "042103594"),
        ("KZ", "1234-5678", "12345678"),
    ],
)
def test_it_works(country: str, text: str, kept: str) -> None:
    assert Tried("tax_number", country=country).json(text) == kept


@pytest.mark.parametrize(
    ("country", "wrong"),
    [("TR", "4540536921"), ("TR", "17291716061"), ("RU", "7707083894"), ("DE", "136695978"), ("US", "04210359")],
)
def test_a_wrong_digit_is_refused(country: str, wrong: str) -> None:
    assert Tried("tax_number", country=country).refusal(wrong) == "not_a_tax_number"


def test_without_country_the_number_says_its_own() -> None:
    field = Tried("tax_number")
    assert field.json("tr 4540536920") == "TR4540536920"
    assert field.json("EL094259216") == "GR094259216"
    assert field.refusal("4540536920") == "no_country"
    assert field.refusal("TR4540536921") == "not_a_tax_number"


@pytest.mark.parametrize("odd", ["<x>", "TR\u00b2", "'; --"])
def test_odd_characters_are_refused(odd: str) -> None:
    assert Tried("tax_number", country="TR").refusal(odd) == "not_a_tax_number"


def test_options() -> None:
    assert Tried("tax_number", country="XX").option_faults() == ["/country"]
