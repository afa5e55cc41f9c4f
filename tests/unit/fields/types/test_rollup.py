from decimal import Decimal

from kalip.fields.types.rollup import FUNCTIONS
from tests.support.fields import Tried


def test_it_works() -> None:
    field = Tried("rollup", of="lines", function="sum", result={"type": "decimal", "scale": 2})
    assert field.type.to_json(field.field, Decimal("12.5")) == "12.50"


def test_functions() -> None:
    assert Tried("rollup").type.options["function"]["enum"] == list(FUNCTIONS)


def test_it_is_never_stored() -> None:
    assert not Tried("rollup").type.stored
