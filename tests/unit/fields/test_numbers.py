from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.fields import FieldFault
from kalip.fields.numbers import (
    decimal_from_json,
    decimal_from_text,
    fit,
    from_scaled,
    integer_from_text,
    machine_number,
    to_scaled,
)


@given(st.integers(1 - 10**18, 10**18 - 1), st.integers(0, 9))
def test_scaled_there_and_back(digits: int, scale: int) -> None:
    assert to_scaled(from_scaled(digits, scale), scale) == digits
    assert fit(format(from_scaled(digits, scale), "f"), scale) == from_scaled(digits, scale)


@given(st.integers(-(10**8), 10**8), st.integers(0, 7))
def test_floats_mean_what_their_shortest_text_says(digits: int, places: int) -> None:
    number = digits / 10**places
    assert decimal_from_json(number, 9) == Decimal(repr(number))


@given(st.floats())
def test_any_float_is_exact_or_refused(number: float) -> None:
    with suppress(FieldFault):
        assert decimal_from_json(number, 9) == Decimal(repr(number))


@pytest.mark.parametrize("value", ["1e18", "1e999999", "NaN", "Infinity", "0.00001", "-1e-999999", "123456789012345.6"])
def test_what_does_not_fit_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"fit|digits"):
        to_scaled(Decimal(value), 4)


@pytest.mark.parametrize(
    ("text", "locale", "plain"),
    [
        ("1,234.5", "en", "1234.5"),
        ("1.234,5", "tr", "1234.5"),
        ("1 234,5", "ru", "1234.5"),
        ("1'234.5", "de-CH", "1234.5"),
        ("1’234.5", "de-CH", "1234.5"),
        ("-1234", "tr", "-1234"),
    ],
)
def test_numbers_by_locale(text: str, locale: str, plain: str) -> None:
    assert machine_number(text, locale) == plain


@pytest.mark.parametrize(
    ("text", "locale"), [("1234.5", "tr"), ("1,5", "en"), ("1.2.3", "en"), ("", "en"), ("1e5", "en"), ("1" * 65, "en")]
)
def test_other_texts_are_refused_with_an_example(text: str, locale: str) -> None:
    with pytest.raises(FieldFault) as refused:
        machine_number(text, locale)
    assert refused.value.code == "not_a_number"


def test_the_example_is_in_the_locale() -> None:
    with pytest.raises(FieldFault, match=r"1\.234,5"):
        decimal_from_text("x", 2, "tr")


def test_whole_numbers() -> None:
    assert integer_from_text("9.223.372.036.854.775.807", "tr") == 2**63 - 1
    with pytest.raises(FieldFault, match="64 bits"):
        integer_from_text("9223372036854775808", "en")
