from typing import Any

import marshmallow
import pytest

from tests.support.fields import Tried


def schema(**fields: Tried) -> marshmallow.Schema:
    return marshmallow.Schema.from_dict({name: each.type.schema(each.field) for name, each in fields.items()})()


def test_it_works() -> None:
    loaded = schema(amount=Tried("integer", min=1), name=Tried("text")).load({"amount": 5, "name": " Ada "})
    assert loaded == {"amount": 5, "name": "Ada"}


def test_null_and_absence_are_told_apart() -> None:
    assert schema(amount=Tried("integer"), name=Tried("text")).load({"name": None}) == {"name": None}


def test_faults_of_every_field_are_found_at_once() -> None:
    with pytest.raises(marshmallow.ValidationError) as refused:
        schema(amount=Tried("integer", min=1), name=Tried("text")).load({"amount": 0, "name": "a\0", "more": 1})
    messages: Any = refused.value.messages
    assert [fault.code for fault in messages["amount"]] == ["too_small"]
    assert [fault.code for fault in messages["name"]] == ["forbidden_character"]
    assert messages["more"] == ["Unknown field."]


def test_it_writes_what_rest_answers() -> None:
    assert schema(on=Tried("date")).dump({"on": Tried("date").json("2026-01-31")}) == {"on": "2026-01-31"}
