import pytest

from kalip.base.ids import is_id, new_id
from kalip.fields import FieldFault
from kalip.fields.ids import SAMPLE_IDS, id_schema, parse_id


def test_it_works() -> None:
    made = new_id()
    assert parse_id(f" {made.upper()} ") == made
    assert parse_id("") is None


@pytest.mark.parametrize("wrong", [5, None, "x", SAMPLE_IDS[0] + "0", "é" * 36])
def test_others_are_refused(wrong: object) -> None:
    with pytest.raises(FieldFault):
        parse_id(wrong)


def test_samples_are_ids() -> None:
    assert all(is_id(each) for each in SAMPLE_IDS)


def test_schemas() -> None:
    assert id_schema(write=False) == {"type": "string", "format": "uuid"}
    assert "pattern" in id_schema(write=True)
