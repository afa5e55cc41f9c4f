import pytest

from kalip.fields.locales import ascii_digits, date_order, locale_of, number_shape


@pytest.mark.parametrize(
    ("code", "name"), [("tr", "tr"), ("pt-BR", "pt_BR"), ("en_GB", "en_GB"), ("", "en"), ("xx", "en"), ("../x", "en")]
)
def test_locales(code: str, name: str) -> None:
    assert str(locale_of(code)) == name


@pytest.mark.parametrize(
    ("code", "order"), [("en", "mdy"), ("en-GB", "dmy"), ("tr", "dmy"), ("ru", "dmy"), ("sv", "ymd"), ("hu", "ymd")]
)
def test_date_orders(code: str, order: str) -> None:
    assert date_order(locale_of(code)) == order


def test_number_shapes() -> None:
    turkish, russian, swiss = (number_shape(locale_of(code)) for code in ("tr", "ru", "de-CH"))
    assert (turkish.decimal, turkish.group) == (",", ".")
    assert russian.group == " "
    assert swiss.group == "'"
    assert number_shape(locale_of("hi")).grouped.fullmatch("12,34,567")
    assert not number_shape(locale_of("en")).grouped.fullmatch("12,34,567")


def test_digits_of_every_script() -> None:
    assert ascii_digits("١٢٣") == "123"
    assert ascii_digits(" 1\u202f234\u00a0567 ") == "1 234 567"
    assert ascii_digits("−5") == "-5"
    assert ascii_digits("²") == "²"
