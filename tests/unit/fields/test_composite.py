import pytest

from kalip.fields import Style
from kalip.fields.composite import most_characters
from tests.support.fields import Tried


def test_text_is_an_object_of_what_is_there() -> None:
    field = Tried("person_name")
    value = field.json({"first": "Ada", "last": "Lovelace"})
    assert field.type.to_text(field.field, value) == '{"first":"Ada","last":"Lovelace"}'


def test_json_has_every_part() -> None:
    field = Tried("person_name")
    value = field.json({"first": "Ada"})
    assert field.type.to_json(field.field, value) == {"first": "Ada", "middle": None, "last": None}


def test_a_broken_object_is_refused() -> None:
    assert Tried("address").text_refusal('{"street": ') == "not_json"
    assert Tried("address").text_refusal('{"zip": "1"}') == "unknown_key"


def test_inputs_of_nothing_are_blank() -> None:
    field = Tried("person_name")
    inputs = field.type.to_inputs(field.field, None, Style())
    assert inputs == {"first": ("",), "middle": ("",), "last": ("",)}
    assert field.type.parse_inputs(field.field, inputs, "en") is None


def test_one_input_is_a_line() -> None:
    field = Tried("person_name")
    assert field.type.parse_inputs(field.field, {"": ("Ada Lovelace",)}, "en") == field.json(
        {"first": "Ada", "last": "Lovelace"}
    )


def test_lengths_are_read_only() -> None:
    lengths = most_characters(street=5)
    with pytest.raises(TypeError):
        lengths["street"] = 6  # type: ignore[index]
