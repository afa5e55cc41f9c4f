"""Roles add up over fields; only roles for the record count; a stage narrows."""

import pytest

from kalip.access import SYSTEM, Actor, place_of, sight_of
from kalip.runtime import Served
from tests.support.builders import a_pack, a_served, an_entity


@pytest.fixture(scope="module")
def served() -> Served:
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("iban", "text")
        .with_field("margin", "decimal")
        .with_pipeline("sales", "new", "won")
        .with_document(
            "access",
            {
                "permissions": {
                    "rep": {"all": "own"},
                    "boss": {"all": "all"},
                    "door": {"create": "all"},
                    "mute": {"read": "none"},
                },
                "fields": {
                    "rep": {"margin": "none", "iban": "mask", "name": {"read": True, "write": ["new"]}},
                    "guest": {"margin": "read"},
                },
            },
        )
    )
    line = an_entity("line").with_keys(owned_by="deal").with_field("deal", "reference", to="deal", required=True)
    line = line.with_field("cost", "decimal").with_document("access", {"fields": {"rep": {"cost": "read"}}})
    extra = an_entity("deal").with_keys(extends="shop/deal").with_field("score", "integer")
    shop = a_pack().with_entity(deal, line).with_role("rep", "boss", "door", "mute", "guest")
    return a_served(shop, a_pack("site").requiring(shop=">=1").with_entity(extra))


def actor(*roles: str) -> Actor:
    return Actor("u1", "U", "u@example.com", roles)


def levels(served: Served, *roles: str) -> dict[str, str]:
    sight = sight_of(served, actor(*roles), "deal")
    return {name: sight.level(name, "sales.new") for name in served.model.entities["deal"].fields}


def test_it_works(served: Served) -> None:
    assert levels(served, "rep") == {"name": "read", "iban": "mask", "margin": "none", "score": "none"}
    assert levels(served, "boss") == {"name": "read", "iban": "read", "margin": "read", "score": "none"}
    assert sight_of(served, actor("rep"), "deal").hidden == ("margin", "score")


def test_an_administrator_and_the_system_see_everything(served: Served) -> None:
    for who in (SYSTEM, Actor("u", "A", "a@example.com", ("rep",), administrator=True)):
        assert not sight_of(served, who, "deal").rights


def test_roles_add_up_but_only_those_for_the_record_count(served: Served) -> None:
    assert levels(served, "rep", "boss") == levels(served, "boss")
    # The door's role makes deals and reads none; a role for nothing opens nothing.
    for other in ("door", "mute"):
        assert levels(served, "rep", other) == levels(served, "rep")


def test_who_has_no_role_for_the_record_gets_what_is_kept_from_nobody(served: Served) -> None:
    """A record was shared with him, or there is a task on it."""
    assert levels(served) == {"name": "none", "iban": "none", "margin": "none", "score": "none"}
    assert levels(served, "guest") == {"name": "none", "iban": "none", "margin": "read", "score": "none"}


def test_writing_depends_on_the_stage(served: Served) -> None:
    sight = sight_of(served, actor("rep"), "deal")
    assert sight.may_write("name", "sales.new", new=True)
    assert sight.may_write("name", "sales.new", new=False)
    assert not sight.may_write("name", "sales.won", new=False)
    assert sight.shows_all("name")
    assert not sight.ever_writes("iban")
    assert not sight.depends_on_stage("iban")


def test_lines_follow_the_roles_of_their_parent(served: Served) -> None:
    assert not sight_of(served, actor("rep"), "line").ever_writes("cost")
    assert sight_of(served, actor("boss"), "line").ever_writes("cost")


def test_a_place() -> None:
    assert place_of("sales", "new") == "sales.new"
    assert place_of(None, None) == ""


def test_a_model_without_rights_on_fields_costs_nothing() -> None:
    plain = a_served(an_entity("note").with_access(rep="all"), a_pack("roles").with_role("rep"))
    assert sight_of(plain, actor("rep"), "note") is sight_of(plain, actor(), "note")
