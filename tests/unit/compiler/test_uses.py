"""Who uses what."""

from pathlib import Path

from kalip.compiler import compile_packs, where_used
from kalip.fields import builtin_types
from kalip.metadata import read_pack

TINY = Path(__file__).parents[2] / "packs" / "tiny"


def users(address: str) -> set[str]:
    model = compile_packs([read_pack(TINY)], builtin_types()).required()
    return {use.user for use in where_used(model, address)}


def test_a_field() -> None:
    assert users("field:order.total") == {
        "tiny/order/views/form",
        "tiny/order/views/list",
        "tiny/order/views/card",
        "tiny/order/views/board",
    }
    assert users("field:order.discount") == {"tiny/order/entity", "tiny/order/views/form"}


def test_choices_stages_roles_and_pipelines() -> None:
    assert users("choices:customer_kind") == {"tiny/customer/entity"}
    assert users("choice:customer_kind.company") == {"tiny/customer/entity"}
    assert users("stage:order.flow.draft") == {
        "tiny/order/pipelines/flow",
        "tiny/order/access",
        "tiny/order/views/list.open",
    }
    assert users("role:manager") == {"tiny/customer/access", "tiny/order/access", "tiny/order/pipelines/flow"}
    assert users("pipeline:order.flow") >= {"tiny/order/views/board"}


def test_an_entity_with_what_is_inside() -> None:
    assert "tiny/order_line/entity" in users("entity:order")
    assert "tiny/order/access" in users("entity:order")


def test_what_nobody_uses() -> None:
    assert users("field:customer.notes") == set()
    assert users("role:nobody") == set()


def test_a_use_knows_its_place() -> None:
    model = compile_packs([read_pack(TINY)], builtin_types()).required()
    use = next(each for each in where_used(model, "field:order.discount") if each.pointer.startswith("/checks"))
    assert use.pointer == "/checks/plausible/expression"
    line = (TINY / "entities" / "order" / "entity.json").read_text().splitlines()[use.line - 1]
    assert "discount <= 50" in line
