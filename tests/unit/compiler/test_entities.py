"""Rules over whole entities."""

from typing import Any

import pytest

from kalip.model import Entity
from tests.support.builders import EntityBuilder, a_model, an_entity, diagnostics_of, told


def person() -> EntityBuilder:
    return (
        an_entity("person")
        .with_field("number", "autonumber")
        .with_field("full_name", "person_name", personal={"purpose": "To greet", "kind": "identity"})
        .with_field("mail", "email", was=["email"])
        .with_field("phone", "phone")
        .with_field("friends", "references", to="person")
        .with_field("twice", "computed", expression="mail + mail")
        .with_field("notes", "rich_text")
    )


def made(**keys: Any) -> Entity:
    return a_model(person().with_keys(**keys)).entities["person"]


def faults(**keys: Any) -> list[tuple[str, str]]:
    return told(diagnostics_of(person().with_keys(**keys)))


def test_it_works() -> None:
    entity = made(
        label="Person",
        plural="People",
        description="Somebody.",
        title="full_name",
        search={"mail": {}, "full_name": {}},
        unique={"contact": {"fields": {"mail": {}, "phone": {}}}},
        checks={"reachable": {"expression": "mail != null || phone != null", "message": "How?", "field": "mail"}},
        duplicates={"same": {"fields": {"mail": "email", "phone": "phone"}, "strict": True}},
    )
    assert (str(entity.label), str(entity.plural), str(entity.description)) == ("Person", "People", "Somebody.")
    assert (entity.title, entity.search) == ("full_name", ("mail", "full_name"))
    assert [key.fields for key in entity.unique] == [("mail", "phone")]
    assert [(check.name, check.field, str(check.message)) for check in entity.checks] == [("reachable", "mail", "How?")]
    assert dict(entity.duplicates[0].fields) == {"mail": "email", "phone": "phone"}
    assert entity.duplicates[0].strict
    assert [(mark.field, str(mark.purpose), mark.kind) for mark in entity.personal] == [
        ("full_name", "To greet", "identity")
    ]


def test_the_title_is_found() -> None:
    assert made().title == "number"
    assert a_model(an_entity("a").with_field("x", "integer").with_field("name", "text")).entities["a"].title == "name"
    assert a_model(an_entity("a").with_field("x", "integer").with_field("y", "text")).entities["a"].title == "y"
    assert a_model(an_entity("a").with_field("x", "integer")).entities["a"].title == "id"


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"title": "nam"}, ("C102", "/title")),
        ({"title": "friends"}, ("C131", "/title")),
        ({"title": "email"}, ("C113", "/title")),
        ({"search": {"mial": {}}}, ("C102", "/search/mial")),
        ({"search": {"friends": {}}}, ("C131", "/search/friends")),
        ({"unique": {"u": {"fields": {"mial": {}}}}}, ("C102", "/unique/u/fields/mial")),
        ({"unique": {"u": {"fields": {"twice": {}}}}}, ("C131", "/unique/u/fields/twice")),
        ({"unique": {"u": {"fields": {"notes": {}}}}}, ("C131", "/unique/u/fields/notes")),
        ({"checks": {"c": {"expression": "mail", "message": "m"}}}, ("C120", "/checks/c/expression")),
        ({"checks": {"c": {"expression": "true", "message": "m", "field": "x"}}}, ("C102", "/checks/c/field")),
        ({"duplicates": {"d": {"fields": {"mial": "email"}}}}, ("C102", "/duplicates/d/fields/mial")),
        ({"duplicates": {"d": {"fields": {"mail": "phone"}}}}, ("C131", "/duplicates/d/fields/mail")),
        ({"duplicates": {"d": {"fields": {"friends": "exact"}}}}, ("C131", "/duplicates/d/fields/friends")),
        ({"owned_by": "mail"}, ("C126", "/owned_by")),
        ({"owned_by": "boss"}, ("C102", "/owned_by")),
    ],
)
def test_faults(keys: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults(**keys) == [fault]


def test_owners_in_a_circle() -> None:
    a = an_entity("a").with_keys(owned_by="b").with_field("b", "reference", to="b")
    b = an_entity("b").with_keys(owned_by="a").with_field("a", "reference", to="a")
    found = diagnostics_of(a, b)
    assert told(found) == [("C130", "/owned_by")]
    assert "a → b → a" in found[0].message


def test_a_unique_field_must_be_indexable() -> None:
    assert told(diagnostics_of(an_entity().with_field("x", "rich_text", unique=True))) == [("C131", "/fields/x/unique")]
