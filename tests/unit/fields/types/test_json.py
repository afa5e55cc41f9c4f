from typing import Any

import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    value = {"b": [1, 2.5, None, True], "a": {"ğ": ""}}
    assert Tried("json").json(value) == value
    assert list(Tried("json").json(value)) == ["b", "a"]


def test_a_copy_is_taken() -> None:
    value: dict[str, Any] = {"a": []}
    assert Tried("json").json(value)["a"] is not value["a"]


def test_size() -> None:
    assert Tried("json", max_size=10).refusal("x" * 9) == "too_long"
    assert Tried("json", max_size=10).refusal("x" * 8) == ""


def test_text_is_json_text() -> None:
    assert Tried("json").text('{"a": 1}') == {"a": 1}
    assert Tried("json").text_refusal("{a: 1}") == "not_json"


@pytest.mark.parametrize("null", ["null", " null "])
def test_null_is_none(null: str) -> None:
    assert Tried("json").text(null) is None


def test_sql_cannot_look_inside() -> None:
    field = Tried("json")
    assert field.type.operators(field.field) == ()
