from datetime import UTC

import pytest

from kalip.fields import FieldFault, Style
from kalip.fields.schema import ValueField
from tests.support.fields import Tried


def test_null_is_none_everywhere() -> None:
    field = Tried("decimal", min=5)
    assert field.json(None) is None
    assert field.type.validate(field.field, None) == ()
    assert field.type.to_json(field.field, None) is None
    assert field.type.format(field.field, None, Style()) == ""
    assert field.type.to_text(field.field, None) == ""


def test_blank_text_is_none() -> None:
    assert Tried("decimal").text(" ") is None
    assert Tried("decimal").type.parse_inputs(Tried("decimal").field, {}, "en", UTC) is None


def test_answers_may_be_null_even_of_required_fields() -> None:
    field = Tried("text", required=True)
    assert field.type.json_schema(field.field)["type"] == ["string", "null"]
    assert field.type.json_schema(field.field, write=True)["type"] == "string"


def test_answers_state_no_limits() -> None:
    field = Tried("text", max_length=5)
    assert "maxLength" not in field.type.json_schema(field.field)
    assert field.type.json_schema(field.field, write=True)["maxLength"] == 5


def test_an_enum_of_an_optional_field_admits_null() -> None:
    field = Tried("choice", values=("a",))
    assert field.type.json_schema(field.field, write=True) == {
        "anyOf": [{"type": "string", "enum": ["a"]}, {"type": "null"}]
    }


def test_filters_by_name() -> None:
    assert Tried("integer").filter("between", 1, 5) == "it >= 1 && it <= 5"
    assert Tried("text").filter("one_of", "a", "b") == 'it in ["a", "b"]'
    assert Tried("text").filter("one_of") == "it in []"


@pytest.mark.parametrize(
    ("type_", "operator", "operands", "code"),
    [
        ("integer", "like", (1,), "unknown_operator"),
        ("integer", "is", (), "operands"),
        ("integer", "is", ("x",), "wrong_type"),
        ("text", "contains", (5,), "wrong_type"),
        ("text", "contains", ("x" * 1001,), "wrong_type"),
        ("date", "last_days", ("7",), "wrong_type"),
        ("date", "last_days", (-1,), "wrong_type"),
        ("date", "last_days", (True,), "wrong_type"),
    ],
)
def test_wrong_filters_are_refused(type_: str, operator: str, operands: tuple[object, ...], code: str) -> None:
    with pytest.raises(FieldFault) as refused:
        Tried(type_).filter(operator, *operands)
    assert refused.value.code == code


def test_a_field_for_marshmallow() -> None:
    field = Tried("text")
    assert isinstance(field.type.schema(field.field), ValueField)
