import pytest

from kalip.fields import AnyReference
from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried

ID = SAMPLE_IDS[0]


def tried() -> Tried:
    return Tried("any_reference", targets=("lead", "deal"))


def test_it_works() -> None:
    assert tried().json({"entity": "lead", "id": ID}) == AnyReference("lead", ID)
    assert tried().json({"entity": "crm/deal", "id": ID}) == AnyReference("deal", ID)


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        (ID, "wrong_type"),
        ({"entity": "lead"}, "missing/id"),
        ({"id": ID}, "missing/entity"),
        ({"entity": "company", "id": ID}, "wrong_entity/entity"),
        ({"entity": 5, "id": ID}, "wrong_type/entity"),
        ({"entity": "lead", "id": "x"}, "not_an_id/id"),
        ({"entity": "lead", "id": ""}, "missing/id"),
        ({"entity": "lead", "id": ID, "x": 1}, "unknown_key"),
    ],
)
def test_faults_say_the_place(raw: object, refusal: str) -> None:
    assert tried().refusal(raw) == refusal


def test_text_and_inputs() -> None:
    field = tried()
    assert field.text(f"lead:{ID}") == AnyReference("lead", ID)
    assert field.type.parse_inputs(field.field, {"": (ID,), "entity": ("deal",)}, "en") == AnyReference("deal", ID)
    assert field.type.parse_inputs(field.field, {"": ("",), "entity": ("deal",)}, "en") is None


def test_half_a_reference_is_none() -> None:
    field = tried()
    assert field.type.from_parts(field.field, (ID, None)) is None


def test_filters() -> None:
    assert tried().filter("entity", "lead") == 'it.entity == "lead"'
    assert tried().filter("is", {"entity": "lead", "id": ID}) == f'it == "{ID}"'
