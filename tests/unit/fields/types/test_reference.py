import pytest

from kalip.expressions import TEXT, record_of
from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("reference", target="company").json(SAMPLE_IDS[0].upper()) == SAMPLE_IDS[0]


@pytest.mark.parametrize("wrong", ["1", "company", SAMPLE_IDS[0][:-1]])
def test_others_are_refused(wrong: str) -> None:
    assert Tried("reference", target="company").refusal(wrong) == "not_an_id"


def test_its_type_is_the_target() -> None:
    field = Tried("reference", target="company")
    assert field.type.parts(field.field)[0].type == record_of("company")
    unbound = Tried("reference")
    assert unbound.type.parts(unbound.field)[0].type == TEXT


def test_it_is_shown_by_title() -> None:
    field = Tried("reference", target="company")
    assert field.shown(SAMPLE_IDS[0], titles={SAMPLE_IDS[0]: "Acme"}) == "Acme"
    assert field.shown(SAMPLE_IDS[0]) == SAMPLE_IDS[0]
