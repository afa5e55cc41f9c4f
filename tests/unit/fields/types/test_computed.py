from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kalip.expressions import DATE, INTEGER, TEXT, MappingScope, compile_expression, decimal_of, record_of
from kalip.fields import FieldFault
from kalip.fields.types.computed import rounded
from tests.support.fields import Tried

SCOPE = MappingScope(
    {"amount": decimal_of(4), "count": INTEGER, "name": TEXT, "day": DATE, "company": record_of("company")}
)


def computed(source: str, **options: Any) -> Tried:
    return Tried("computed", computed=compile_expression(source, SCOPE), expression=source, **options)


@pytest.mark.parametrize(
    ("source", "value", "json"),
    [
        ("amount > 1.0", True, True),
        ("count + 1", 5, 5),
        ("name + '!'", "a!", "a!"),
        ("day", date(2026, 1, 31), "2026-01-31"),
        ("amount", Decimal("2.5"), "2.5000"),
    ],
)
def test_the_type_follows_from_the_expression(source: str, value: Any, json: Any) -> None:
    field = computed(source)
    assert field.type.to_json(field.field, value) == json


def test_the_result_may_say_the_type() -> None:
    field = computed("amount / 3.0", result={"type": "percent", "scale": 1})
    assert field.type.to_json(field.field, Decimal("33.333333")) == "33.3"
    assert field.shown(Decimal("33.333333"), "tr") == "%33,3"


def test_whole_numbers_are_shown_as_decimals() -> None:
    field = computed("count", result="decimal")
    assert field.type.to_json(field.field, 5) == "5.00"


def test_a_record_is_shown_by_title() -> None:
    field = computed("company")
    assert field.shown("x", titles={"x": "Acme"}) == "Acme"


@pytest.mark.parametrize("result", ["tekst", "money", "computed", "children"])
def test_a_result_needs_a_type_of_one_column(result: str) -> None:
    assert computed("amount", result=result).option_faults() == ["/result"]


def test_the_result_must_fit_the_expression() -> None:
    assert computed("name", result="integer").option_faults() == ["/result"]
    assert computed("count", result="percent").option_faults() == []
    assert computed("amount", result="integer").option_faults() == ["/result"]
    assert computed("amount", result={"type": "decimal", "scale": 2, "min": 5, "max": 1}).option_faults() == [
        "/result/min"
    ]


def test_filters_are_those_of_the_result() -> None:
    assert computed("count").filter("more", 5) == "it > 5"


def test_nobody_writes_it() -> None:
    field = computed("count")
    assert field.type.readonly
    assert not field.type.stored
    assert field.type.json_schema(field.field)["readOnly"] is True


def test_rounding_is_half_to_even() -> None:
    assert [str(rounded(Decimal(text), 2)) for text in ("0.125", "0.135", "-0.125")] == ["0.12", "0.14", "-0.12"]
    with pytest.raises(FieldFault):
        rounded(Decimal("1e300"), 2)
