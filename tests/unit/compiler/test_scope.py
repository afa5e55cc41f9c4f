"""What expressions may say."""

import pytest

from kalip.compiler import EntityScope, entity_scope
from kalip.expressions import BOOLEAN, DATETIME, INTEGER, TEXT, Type, compile_expression, list_of, record_of
from kalip.expressions.types import decimal_of
from kalip.fields import builtin_types
from tests.support.builders import a_model, a_pack, an_entity


def scope(*, old: bool = False) -> EntityScope:
    deal = (
        an_entity("deal")
        .with_field("name", "text", was=["title"])
        .with_field("amount", "money")
        .with_field("company", "reference", to="shop/company")
        .with_field("about", "any_reference", to={"company": {}})
        .with_field("tags", "tags")
        .with_field("lines", "children", of="deal_line")
        .with_field("double", "computed", expression="amount * 2")
        .with_pipeline("flow", "new", "won")
    )
    company = an_entity("company").with_field("name", "text").with_field("parent", "reference", to="company")
    line = an_entity("deal_line").with_keys(owned_by="deal").with_field("deal", "reference", to="deal")
    line.with_field("price", "decimal", scale=2)
    return entity_scope(a_model(a_pack().with_entity(deal, company, line)), builtin_types(), "deal", old=old)


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("name", TEXT),
        ("amount", decimal_of(4)),
        ("amount.currency", TEXT),
        ("company", record_of("company")),
        ("company.name", TEXT),
        ("company.parent.parent.name", TEXT),
        ("company.owner.email", TEXT),
        ("owner.name", TEXT),
        ("about", TEXT),
        ("about.entity", TEXT),
        ("tags", list_of(TEXT)),
        ("lines", list_of(record_of("deal_line"))),
        ("stage", TEXT),
        ("stage_since", DATETIME),
        ("version", INTEGER),
        ("nothing", None),
        ("title", None),
        ("amount.curency", None),
        ("about.name", None),
        ("name.x", None),
        ("owner.password", None),
        ("company.owner.name.x", None),
        ("lines.price", None),
        ("old.name", None),
    ],
)
def test_types_of_paths(path: str, type_: Type | None) -> None:
    assert scope().lookup(tuple(path.split("."))) == type_


def test_a_computed_field_has_the_type_of_its_result() -> None:
    found = scope().lookup(("double",))
    assert found is not None
    assert found.kind == "decimal"


def test_the_record_before_the_change() -> None:
    known = scope(old=True)
    assert known.lookup(("old", "name")) == TEXT
    assert known.lookup(("old", "company", "name")) == TEXT
    assert known.lookup(("old",)) is None
    assert "currency" in known.names(("old", "amount"))


def test_names_that_may_follow() -> None:
    known = scope()
    assert {"name", "amount", "stage", "owner"} <= set(known.names(()))
    assert tuple(known.names(("amount",))) == ("currency",)
    assert {"name", "parent", "created_at"} <= set(known.names(("company",)))
    assert tuple(known.names(("owner",))) == ("id", "name", "email", "locale", "timezone")
    assert known.names(("nothing", "x")) == ()


def test_earlier_names_are_remembered() -> None:
    known = scope()
    known.lookup(("title",))
    assert known.renamed == {"title": "name"}


def test_elements_of_collections() -> None:
    assert scope().element("deal_line").lookup(("price",)) == decimal_of(2)


def test_an_ad_hoc_filter_of_a_finished_model() -> None:
    found = compile_expression("lines.exists(x, x.price > 5) && owner == actor.id", scope(), expects=BOOLEAN)
    assert found.sql_obstacles == ()


def test_an_entity_without_pipeline_has_no_stage() -> None:
    from_disk = a_model(a_pack().with_entity(an_entity("a")))
    known = entity_scope(from_disk, builtin_types(), "a")
    assert known.lookup(("stage",)) is None
    with pytest.raises(KeyError):
        entity_scope(from_disk, builtin_types(), "b")
