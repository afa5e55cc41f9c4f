"""The model as somebody sees it: nothing in it names what is hidden, and views that would tell of it are not there."""

from typing import Any

import pytest

from kalip.access import SYSTEM, Actor, comparable_model, seen_model
from kalip.model import Entity
from kalip.runtime import Served
from tests.support.builders import a_pack, a_served, an_entity

FORM: dict[str, Any] = {
    "tabs": {"main": {"sections": {"all": {"fields": {"name": {}}}, "secret": {"fields": {"margin": {}}}}}}
}


@pytest.fixture(scope="module")
def served() -> Served:
    company = an_entity("company").with_field("name", "text").with_field("revenue", "decimal")
    company = company.with_document(
        "access", {"permissions": {"rep": {"read": "all"}}, "fields": {"rep": {"revenue": "none", "name": "read"}}}
    ).with_document(
        "views/form",
        {"tabs": {"main": {"sections": {"all": {"fields": {"name": {}}}}}}, "related": {"deal.company": {}}},
    )
    deal = (
        an_entity("deal")
        .with_keys(title="margin", search={"name": {}, "iban": {}}, duplicates={"same": {"fields": {"iban": "exact"}}})
        .with_field("margin", "text")
        .with_field("name", "text", unique=True)
        .with_field("iban", "text")
        .with_field("amount", "decimal")
        .with_field("company", "reference", to="company")
        .with_pipeline("sales", "new", "won")
        .with_list("name", "margin", "company.revenue", name="wide", sort={"margin": "desc", "name": "asc"})
        .with_list("name", name="rich", filter="company.revenue > 5")
        .with_list("margin", name="bare")
        .with_document("views/form", FORM)
        .with_document("views/card", {"fields": {"name": {}, "margin": {}}})
        .with_document("views/board", {"pipeline": "sales", "sum": "amount"})
        .with_document(
            "access",
            {
                "permissions": {"rep": {"all": "all"}, "boss": {"all": "all"}},
                "fields": {
                    "rep": {"margin": "none", "iban": "mask", "amount": {"read": ["won"]}, "company": {"read": ["won"]}}
                },
            },
        )
    )
    return a_served(a_pack().with_entity(company, deal).with_role("rep", "boss"))


def seen(served: Served, role: str = "rep", entity: str = "deal") -> Entity:
    return seen_model(served, Actor("u", "U", "u@example.com", (role,))).entities[entity]


def test_it_works(served: Served) -> None:
    found = seen(served)
    assert list(found.fields) == ["name", "iban", "amount", "company"]
    assert found.title == "name"
    assert found.search == ("name", "iban")


def test_who_sees_everything_sees_the_model_itself(served: Served) -> None:
    assert seen_model(served, SYSTEM) is served.model
    assert seen(served, "boss").fields is served.model.entities["deal"].fields


def test_views_without_what_is_hidden(served: Served) -> None:
    found = seen(served)
    assert list(found.lists) == ["default", "wide"]  # one filters by a hidden value, one has nothing left
    assert [column.field for column in found.lists["wide"].columns] == ["name"]
    assert [key.field for key in found.lists["wide"].sort] == ["name"]
    assert found.cards["default"].fields == ("name",)
    assert next(iter(found.forms.values())).fields == ("name",)
    assert len(next(iter(found.forms.values())).tabs[0].sections) == 1
    assert not seen(served, entity="company").fields.get("revenue")


def test_a_sum_stays_where_the_stage_decides_and_related_lists_need_their_field(served: Served) -> None:
    assert next(iter(seen(served).boards.values())).sum == "amount"
    assert next(iter(seen(served, entity="company").forms.values())).related == ()
    assert next(iter(seen(served, "boss", "company").forms.values())).related == ("deal.company",)


def test_only_what_is_whole_on_every_record_can_be_compared(served: Served) -> None:
    found = comparable_model(served, Actor("u", "U", "u@example.com", ("rep",))).entities["deal"]
    assert list(found.fields) == ["name"]
