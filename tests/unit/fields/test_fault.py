from typing import Any

import pytest

from kalip.base.errors import Violation
from kalip.fields.fault import FieldFault, json_kind, wrong_type


def test_it_works() -> None:
    fault = FieldFault("too_long", "At most {limit} characters.", {"limit": 5})
    assert fault.message == str(fault) == "At most 5 characters."
    assert fault.violation("/name") == Violation("/name", "too_long", "At most {limit} characters.", {"limit": 5})


def test_it_goes_deeper() -> None:
    inner = FieldFault("not_an_id", "No id.", suffix="/id")
    assert inner.under("/3").suffix == "/3/id"
    assert inner.under("/3").violation("/lines").pointer == "/lines/3/id"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (None, "null"),
        (True, "a boolean"),
        (1, "a number"),
        (1.5, "a number"),
        ("", "text"),
        ({}, "an object"),
        ([], "a list"),
        (set(), "set"),
    ],
)
def test_json_types_have_words(raw: Any, kind: str) -> None:
    assert json_kind(raw) == kind
    assert wrong_type("text", raw).message == f"Expected text, got {kind}."
