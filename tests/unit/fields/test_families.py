from decimal import Decimal

import pytest

from kalip.fields.families import bound, bounds_faults, decimal_text, range_faults, read_decimal, read_list
from kalip.fields.numbers import decimal_from_json
from tests.support.fields import Tried, a_field


def test_bounds_are_exact() -> None:
    assert bound(a_field("decimal", min=0.1), "min") == Decimal("0.1")
    assert bound(a_field("decimal"), "min") is None


def test_faults_of_a_range() -> None:
    assert [fault.message for fault in range_faults(9, 1, 5)] == ["Must be at most 5."]
    assert [fault.message for fault in range_faults(0, 1, 5)] == ["Must be at least 1."]
    assert range_faults(3, None, None) == []


def test_unreadable_bounds_are_named() -> None:
    field = a_field("decimal", min="x", max="1.005")
    assert [pointer for pointer, _, _ in bounds_faults(field, lambda raw: decimal_from_json(raw, 2))] == [
        "/min",
        "/max",
    ]


@pytest.mark.parametrize(
    ("locale", "grouped", "text"),
    [("en", True, "1,234.5000"), ("tr", True, "1.234,5000"), ("tr", False, "1234,5000"), ("hi", True, "1,234.5000")],
)
def test_decimals_by_locale(locale: str, grouped: bool, text: str) -> None:
    assert decimal_text(Decimal("1234.5"), locale, 4, grouped=grouped) == text


def test_nothing_is_rounded_when_shown() -> None:
    assert decimal_text(Decimal("0.123456789"), "en", 2) == "0.123456789"


def test_readers() -> None:
    assert read_decimal((Decimal("1E+2"),)) == "100"
    assert read_decimal((None,)) is None
    assert read_list((("a",),)) == ["a"]
    assert read_list((None,)) is None


def test_several_inputs_are_one_item_each() -> None:
    field = Tried("tags")
    assert field.type.parse_inputs(field.field, {"": ("a", "b")}, "en") == ("a", "b")
    assert field.type.parse_inputs(field.field, {"": ("a, b",)}, "en") == ("a", "b")
    assert field.type.parse_inputs(field.field, {}, "en") is None


def test_a_list_of_megabytes_is_refused() -> None:
    assert Tried("tags").text_refusal("a," * 60_000) == "too_long"
