"""Marks of personal data: purpose, ground and term, and whose data an entity holds."""

from kalip.model import Subject, Term
from tests.support.builders import a_model, an_entity, diagnostics_of, told

MARK = {"purpose": "Letters"}


def test_it_works() -> None:
    model = a_model(
        an_entity("person")
        .with_keys(subject={"by": {"mail": {}}, "name": "name", "erase": "delete"})
        .with_field("name", "text", personal={**MARK, "kind": "identity", "basis": "law"})
        .with_field("mail", "email", personal={**MARK, "term": {"for": "P1Y6M2W3D"}}),
        an_entity("letter")
        .with_keys(subject={"via": {"to": {}}})
        .with_field("to", "reference", to="person")
        .with_field("sent", "date")
        .with_field("text", "text", personal={**MARK, "term": {"for": "P90D", "after": "sent"}}),
        an_entity("thing").with_field("name", "text"),
    )
    person, letter = model.entities["person"], model.entities["letter"]
    assert person.subject == Subject(("mail",), "name", (), "delete")
    assert letter.subject == Subject((), "", ("to",), "anonymise")
    assert model.entities["thing"].subject is None
    assert [(each.kind, each.basis) for each in person.personal] == [("identity", "law"), ("contact", "")]
    assert [each.term for each in person.personal] == [None, Term("updated_at", 18, 17, "P1Y6M2W3D")]
    assert letter.personal[0].term == Term("sent", 0, 90, "P90D")


def test_what_cannot_tell_persons_apart_is_named() -> None:
    found = diagnostics_of(
        an_entity("person")
        .with_keys(subject={"by": {"age": {}, "nobody": {}}, "via": {"name": {}}})
        .with_field("name", "text", personal={**MARK, "term": {"for": "P1Y", "after": "age"}})
        .with_field("age", "integer")
    )
    assert {pointer for _, pointer in told(found)} == {
        "/subject/by/age", "/subject/by/nobody", "/subject/via/name", "/fields/name/personal/term/after"
    }  # fmt: skip
