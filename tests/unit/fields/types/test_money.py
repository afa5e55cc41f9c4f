from decimal import Decimal

import pytest

from kalip.fields import Money, Style
from tests.support.fields import Tried


def money(amount: str, currency: str) -> Money:
    return Money(Decimal(amount), currency)


def test_it_works() -> None:
    assert str(Tried("money").json({"amount": "12.5", "currency": "TRY"}).amount) == "12.50"


def test_the_field_may_say_the_currency() -> None:
    assert Tried("money", currency="TRY").json({"amount": 3}) == money("3.00", "TRY")
    assert Tried("money").refusal({"amount": 3}) == "missing/currency"


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ("12.50", "wrong_type"),
        ({}, "missing/amount"),
        ({"amount": "x", "currency": "TRY"}, "not_a_number/amount"),
        ({"amount": "1.005", "currency": "TRY"}, "too_many_decimals/amount"),
        ({"amount": "1.5", "currency": "JPY"}, "not_whole/amount"),
        ({"amount": "1", "currency": "ABC"}, "unknown_currency/currency"),
        ({"amount": "1", "currency": ["TRY"]}, "unknown_currency/currency"),
        ({"amount": "1", "currency": "TRY", "rate": 1}, "unknown_key"),
        ({"amount": "9" * 14, "currency": "KWD"}, ""),
        ({"amount": "1" + "0" * 14, "currency": "KWD"}, "too_large/amount"),
    ],
)
def test_faults_say_the_place(raw: object, refusal: str) -> None:
    assert Tried("money").refusal(raw) == refusal


def test_only_allowed_currencies() -> None:
    field = Tried("money", currencies=["TRY", "EUR"])
    assert field.refusal({"amount": "1", "currency": "USD"}) == "currency_not_allowed/currency"


@pytest.mark.parametrize(
    ("text", "locale", "value"),
    [
        ("₺1.234,50", "tr", money("1234.50", "TRY")),
        ("1.234,50 TL", "tr", money("1234.50", "TRY")),
        ("1234.50 EUR", "en", money("1234.50", "EUR")),
        ("-$5.10", "en", money("-5.10", "USD")),
        ("$-5.10", "en", money("-5.10", "USD")),
        ("12 500 ₽", "ru", money("12500.00", "RUB")),
        ("12 500 руб.", "ru", money("12500.00", "RUB")),
        ("eur 7", "en", money("7.00", "EUR")),
    ],
)
def test_people_write_it_in_their_way(text: str, locale: str, value: Money) -> None:
    assert Tried("money").text(text, locale) == value


def test_form_inputs() -> None:
    field = Tried("money", currency="TRY")
    read = field.type.parse_inputs
    assert read(field.field, {"": ("1.234,5",), "currency": ("EUR",)}, "tr") == money("1234.50", "EUR")
    assert read(field.field, {"": ("5 USD",), "currency": ("EUR",)}, "en") == money("5.00", "USD")
    assert read(field.field, {"": ("",), "currency": ("EUR",)}, "tr") is None
    assert field.type.to_inputs(field.field, None, Style("tr")) == {"": ("",), "currency": ("TRY",)}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (money("1234.50", "TRY"), ["TRY 1,234.50", "₺1.234,50", "1 234,50 TRY"]),
        (money("1234", "JPY"), ["¥1,234", "¥1.234", "1 234 ¥"]),
        (money("0.1234", "EUR"), ["€0.1234", "€0,1234", "0,1234 €"]),
    ],
)
def test_it_is_shown_by_locale(value: Money, shown: list[str]) -> None:
    field = Tried("money", scale=4) if value.currency == "EUR" else Tried("money")
    assert [field.shown(value, locale).replace("JP¥", "¥") for locale in ("en", "tr", "ru")] == shown


def test_columns_keep_places_that_the_currency_has_no_more() -> None:
    field = Tried("money")
    assert field.type.from_parts(field.field, (Decimal("1.2500"), "JPY")) == money("1.25", "JPY")
    assert field.type.from_parts(field.field, (None, "JPY")) is None


def test_options() -> None:
    assert Tried("money", currency="ABC").option_faults() == ["/currency"]
    assert Tried("money", currency="USD", currencies=["TRY", "XQX"]).option_faults() == ["/currencies/1", "/currency"]
    assert Tried("money", min=2, max=1).option_faults() == ["/min"]


def test_filters_compare_amounts() -> None:
    assert Tried("money").filter("more", "1000") == "it > 1000.0000"
    assert Tried("money").filter("more", {"amount": "10", "currency": "TRY"}) == "it > 10.00"
    assert Tried("money").filter("currency", "TRY") == 'it.currency == "TRY"'
