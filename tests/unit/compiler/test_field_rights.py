"""Rights on single fields: what roles say, and which fields are closed because a layer added them."""

from typing import Any

import pytest

from kalip.model import Entity, FieldRight
from kalip.model.field_right import CLOSED, NOWHERE, OPEN
from tests.support.builders import EntityBuilder, PackBuilder, a_model, a_pack, an_entity, diagnostics_of, told

WON = frozenset({"sales.won", "service.won"})


def a_deal(fields: Any = None, **access: Any) -> EntityBuilder:
    return (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("amount", "money")
        .with_pipeline("sales", "new", "won", default=True)
        .with_pipeline("service", "won", "paid")
        .with_document("access", {"permissions": {"rep": {"all": "all"}}, "fields": fields or {}, **access})
    )


def pack(fields: Any = None) -> PackBuilder:
    return a_pack().with_entity(a_deal(fields)).with_role("rep", "boss")


def site(*names: str, **access: Any) -> PackBuilder:
    """The site's pack, which adds fields to the deal."""
    entity = an_entity("deal").with_keys(extends="shop/deal")
    for name in names:
        entity = entity.with_field(name, "text")
    if access:
        entity = entity.with_document("access", {"extends": "shop/deal", **access})
    return a_pack("site").requiring(shop=">=1").with_entity(entity)


def deal(*packs: PackBuilder) -> Entity:
    return a_model(*packs).entities["deal"]


def test_it_works() -> None:
    found = deal(pack({"rep": {"amount": "read", "name": "write"}}))
    assert found.field_rights["rep", "amount"] == FieldRight(read=None)
    assert found.field_rights["rep", "name"] == OPEN
    assert found.closed_fields == frozenset()


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ("none", CLOSED),
        ("mask", FieldRight(mask=None)),
        ("create", FieldRight(read=None, create=None)),
        ({"read": True, "update": True}, FieldRight(read=None, update=None)),
        ({"write": ["won"]}, FieldRight(WON, NOWHERE, WON, WON)),
        ({"read": ["sales.won"], "create": True}, FieldRight(frozenset({"sales.won"}), create=None)),
        ({"read": False}, CLOSED),
    ],
)
def test_words_and_stages(said: Any, right: FieldRight) -> None:
    assert deal(pack({"rep": {"name": said}})).field_rights["rep", "name"] == right


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"rep": {"amont": "read"}}, ("C102", "/fields/rep/amont")),
        ({"nobody": {"name": "read"}}, ("C107", "/fields/nobody")),
        ({"rep": {"name": {"read": ["lost"]}}}, ("C106", "/fields/rep/name/read")),
        ({"rep": {"amount": "mask"}}, ("C131", "/fields/rep/amount")),
        ({"rep": {"created_at": "none"}}, ("C131", "/fields/rep/created_at")),
    ],
)
def test_faults_have_places(fields: Any, fault: tuple[str, str]) -> None:
    assert told(diagnostics_of(pack(fields))) == [fault]


def test_an_administrator_needs_no_rights_on_fields() -> None:
    shop = (
        a_pack()
        .with_entity(a_deal({"chief": {"name": "read"}}))
        .with_role("rep")
        .with_role("chief", administrator=True)
    )
    assert told(diagnostics_of(shop)) == [("C133", "/fields/chief")]


def test_a_field_that_a_layer_adds_is_closed_until_that_layer_names_it() -> None:
    assert deal(pack(), site("salary", "note")).closed_fields == {"salary", "note"}
    opened = deal(pack(), site("salary", fields={"rep": {"salary": "read"}}))
    assert opened.closed_fields == {"salary"}
    assert opened.field_rights["rep", "salary"] == FieldRight(read=None)


def test_a_layer_below_can_not_open_what_comes_above_it() -> None:
    """The name that a pack says may come to be another field's once the pack's own is gone."""
    shop = a_pack().with_entity(a_deal({"rep": {"salary": "write"}}).with_field("salary", "text")).with_role("rep")
    assert deal(shop).closed_fields == frozenset()
    gone = an_entity("deal").with_keys(extends="shop/deal", fields={"salary": None})
    again = an_entity("deal").with_keys(extends="shop/deal").with_field("salary", "money")
    extension = a_pack("extension").requiring(shop=">=1").with_entity(gone)
    own = a_pack("site").requiring(shop=">=1", extension=">=1").with_entity(again)
    # The pack had it first: bringing it back opens nothing that was not open.
    assert deal(shop, extension, own).closed_fields == frozenset()


def test_all_fields_of_an_entity_of_the_site_are_closed() -> None:
    visit = an_entity("visit").with_field("place", "text").with_access(rep={"all": "all"})
    own = a_pack("site").requiring(shop=">=1").with_entity(visit)
    assert a_model(pack(), own).entities["visit"].closed_fields == {"place"}


def test_a_renamed_field_is_no_new_one() -> None:
    entity = an_entity("deal").with_keys(
        extends="shop/deal", fields={"name": None, "title": {"type": "text", "was": ["name"]}}
    )
    assert deal(pack(), a_pack("site").requiring(shop=">=1").with_entity(entity)).closed_fields == frozenset()


def test_the_way_to_the_parent_is_never_hidden() -> None:
    line = (
        an_entity("line")
        .with_keys(owned_by="deal")
        .with_field("deal", "reference", to="deal", required=True)
        .with_document("access", {"fields": {"rep": {"deal": "none"}}})
    )
    shop = a_pack().with_entity(a_deal(), line).with_role("rep")
    assert told(diagnostics_of(shop)) == [("C131", "/fields/rep/deal")]
