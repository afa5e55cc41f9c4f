import pytest

from kalip.fields import FieldFault
from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried


def test_it_works() -> None:
    lines = [{"id": SAMPLE_IDS[0], "quantity": 2}, {"id": None, "name": "new"}]
    assert Tried("children", target="line").json(lines) == ({"id": SAMPLE_IDS[0], "quantity": 2}, {"name": "new"})


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ({}, "wrong_type"),
        ([1], "wrong_type/0"),
        ([{}, {"id": "x"}], "not_an_id/1/id"),
        ([{"id": SAMPLE_IDS[0]}, {"id": SAMPLE_IDS[0]}], "repeated"),
        ([{"name": "a\0"}], "forbidden_character/0/name"),
        ([{}] * 501, "too_many"),
    ],
)
def test_faults_say_the_place(raw: object, refusal: str) -> None:
    assert Tried("children", target="line").refusal(raw) == refusal


def test_none_is_an_empty_list_in_json() -> None:
    field = Tried("children", target="line")
    assert field.json([]) is None
    assert field.type.to_json(field.field, None) == []


def test_lines_are_not_compared() -> None:
    field = Tried("children", target="line")
    with pytest.raises(FieldFault, match="can't be compared"):
        field.type.literal(field.field, ())
    assert field.filter("empty") == "size(it) == 0"
