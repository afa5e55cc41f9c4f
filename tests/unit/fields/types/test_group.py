from kalip.expressions import TEXT
from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("group").json(SAMPLE_IDS[0]) == SAMPLE_IDS[0]


def test_in_expressions_it_is_an_id() -> None:
    field = Tried("group")
    assert field.type.parts(field.field)[0].type == TEXT


def test_mine() -> None:
    assert Tried("group").filter("mine") == "it in actor.own_groups"
    assert Tried("group").filter("not_mine") == "!(it in actor.own_groups)"
