from typing import Any

import pytest

from kalip.fields import FieldFault
from kalip.fields.plain_json import DEEPEST, plain_json


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def test_it_works() -> None:
    value = {"a": [1, "ğ", None, True, {"b": 2.5}]}
    assert plain_json(value) == value


def test_depth() -> None:
    assert plain_json(nested(DEEPEST))
    with pytest.raises(FieldFault, match="32 levels"):
        plain_json(nested(DEEPEST + 1))
    with pytest.raises(FieldFault):
        plain_json(nested(5000))


@pytest.mark.parametrize(
    "wrong", [2**63, float("nan"), float("inf"), "a\0", {"\0": 1}, {1: 2}, {"a": ["\ud800"]}, object(), b"x"]
)
def test_what_no_database_holds_is_refused(wrong: Any) -> None:
    with pytest.raises(FieldFault):
        plain_json(wrong)


def test_there_is_no_negative_zero() -> None:
    assert str(plain_json(-0.0)) == "0.0"
