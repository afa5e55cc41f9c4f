"""Conversions of anything: related records that are copied or closed, lists of references, lines of text forms."""

from collections.abc import Iterator
from typing import Any

import pytest

from kalip.base.errors import AccessDenied
from kalip.records import record_events
from kalip.workflow.conversions import (
    Converted,
    ConvertRecord,
    TargetChoice,
    conversion_plan,
    convert_record,
    undo_conversion,
)
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site, a_site

MOVES = {"close": {"from": {"open": {}}, "to": "closed"}}


def workshop() -> PackBuilder:
    """Ideas that become projects and books, with errands, notes and meetings about them."""
    conversion = {
        "when": "title != 'never'",
        "when_message": {"en": "Not this one.", "tr": "Bu olmaz."},
        "targets": {
            "book": {
                "entity": "book", "chosen_when": "wanted == true", "step": 2,
                "fields": {"projects": {"target": "project"}, "about": {"target": "project"}},
            },
            "project": {
                "entity": "project", "result": "project",
                "fields": {
                    "title": ["title", "'Untitled'"], "size": "size(parts) * 2",
                    "parts": {"lines": "parts", "fields": {"label": "what", "number": ["number", "1"]}},
                },
            },
        },
        "related": {
            "errand.about": {
                "when": "stage == 'open'", "to": {"project": {}, "book": {}}, "copies": True, "also": {"book": "book"},
            },
            "note.about": {"transition": "close"},
            "meeting.ideas": {"transition": "close"},
        },
        "undo_days": 5,
    }  # fmt: skip
    idea_part = (
        an_entity("idea_part").with_keys(owned_by="idea").with_field("idea", "reference", to="idea")
        .with_field("what", "text").with_field("number", "integer").with_field("when", "date")
    )  # fmt: skip
    project_part = (
        an_entity("project_part").with_keys(owned_by="project").with_field("project", "reference", to="project")
        .with_field("label", "text", required=True).with_field("number", "integer").with_field("when", "date")
    )  # fmt: skip
    idea = (
        an_entity("idea").with_field("title", "text").with_field("wanted", "boolean")
        .with_field("parts", "children", of="idea_part").with_field("friends", "references", to="book")
        .with_field("project", "reference", to="project").with_field("price", "money", currency="EUR")
        .with_document("conversions/begin", conversion).with_access(rep="all", viewer={"read": "all"})
    )  # fmt: skip
    project = (
        an_entity("project").with_field("title", "text", required=True).with_field("size", "integer")
        .with_field("parts", "children", of="project_part").with_field("friends", "references", to="book")
        .with_field("price", "money", currency="EUR").with_access(rep="all")
    )  # fmt: skip
    book = (
        an_entity("book").with_field("title", "text").with_field("projects", "references", to="project")
        .with_field("about", "any_reference", to={"project": {}, "idea": {}}).with_access(rep="all")
    )  # fmt: skip
    about: dict[str, Any] = {"idea": {}, "project": {}, "book": {}}
    errand = (
        an_entity("errand").with_field("what", "text").with_field("about", "any_reference", to=about)
        .with_field("book", "reference", to="book").with_pipeline("work", "open", "closed", transitions=MOVES)
        .with_access(rep={"read": "all", "create": "all"})
    )  # fmt: skip
    note = (
        an_entity("note").with_field("about", "reference", to="idea").with_field("what", "text")
        .with_pipeline("work", "open", "closed", transitions=MOVES).with_access(rep={"read": "all"})
    )  # fmt: skip
    meeting = (
        an_entity("meeting").with_field("ideas", "references", to="idea").with_field("what", "text")
        .with_pipeline("work", "open", "closed", transitions=MOVES).with_access(rep={"read": "all"})
    )  # fmt: skip
    pack = a_pack("workshop").with_role("rep", "viewer").with_role("boss", administrator=True)
    return pack.with_entity(idea_part, project_part, idea, project, book, errand, note, meeting)


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with a_site(database_url, workshop()) as made:
        yield made


def begin(site: Site, idea: str, who: str = "bora", **said: Any) -> Converted:
    return site.act(who, lambda work: convert_record(work, ConvertRecord("idea", idea, "begin", **said)))


def results(done: Converted) -> dict[str, str]:
    return {each.target: each.id for each in done.results}


def test_lists_lines_and_links_are_carried(site: Site) -> None:
    """L20 L23"""
    friends = [site.save("bora", "book", {"title": each}).id for each in "ab"]
    parts = [{"what": "Wheel", "number": 4, "when": "2026-12-01"}, {"what": "Bell"}]
    values = {"title": "Cart", "wanted": True, "friends": friends, "parts": parts, "price": {"amount": "5"}}
    idea = site.save("bora", "idea", values).id
    made = results(begin(site, idea))
    project, book = site.get("bora", "project", made["project"]), site.get("bora", "book", made["book"])
    assert (project["title"], project["size"], project["friends"]) == ("Cart", 4, friends)
    assert [(line["label"], line["number"], line["when"]) for line in project["parts"]] == [
        ("Wheel", 4, "2026-12-01"),
        ("Bell", 1, None),
    ]
    assert project["price"] == {"amount": "5.00", "currency": "EUR"}
    assert book["projects"] == [made["project"]]
    assert book["about"] == {"entity": "project", "id": made["project"]}
    assert site.get("bora", "idea", idea)["project"] == made["project"]


def test_related_records_are_copied_or_closed_and_come_back(site: Site) -> None:
    """L25 L60"""
    idea = site.save("bora", "idea", {"title": "Cart", "wanted": True}).id
    errand = site.save("ada", "errand", {"what": "Buy wood", "about": {"entity": "idea", "id": idea}}).id
    other = site.save("ada", "book", {"title": "Its own"}).id
    place = {"entity": "idea", "id": idea}
    kept = site.save("ada", "errand", {"what": "Read", "about": place, "book": other}).id
    note = site.save("ada", "note", {"about": idea, "what": "Red"}).id
    meeting = site.save("ada", "meeting", {"ideas": [idea]}).id
    done = begin(site, idea)
    made = results(done)
    assert site.get("ada", "errand", errand)["about"] == {"entity": "project", "id": made["project"]}
    # It hangs on the book too, unless it says of which one already.
    assert [site.get("ada", "errand", each)["book"] for each in (errand, kept)] == [made["book"], other]
    copies = site.act("ada", lambda work: record_events(work, "errand", errand)).items
    assert copies[0].correlation == done.correlation
    assert (site.get("ada", "note", note)["stage"], site.get("ada", "meeting", meeting)["stage"]) == ("closed",) * 2
    site.act("ada", lambda work: undo_conversion(work, done.id))
    assert site.get("ada", "errand", errand)["about"] == {"entity": "idea", "id": idea}
    assert [site.get("ada", "errand", each)["book"] for each in (errand, kept)] == [None, other]
    assert (site.get("ada", "note", note)["stage"], site.get("ada", "meeting", meeting)["stage"]) == ("open",) * 2
    assert site.get("ada", "project", made["project"])["archived_at"] is not None


def test_a_condition_refuses_in_words(site: Site) -> None:
    """L31"""
    idea = site.save("bora", "idea", {"title": "never"}).id
    command = ConvertRecord("idea", idea, "begin")
    plan = site.act("bora", lambda work: conversion_plan(work, command), write=False)
    assert (plan.allowed, plan.error.message if plan.error else "") == (False, "Not this one.")
    with pytest.raises(AccessDenied):
        site.act("cem", lambda work: convert_record(work, command))


def test_what_a_form_sends_is_read_in_its_language(site: Site) -> None:
    """L19 L31"""
    parts = [{"what": "Wheel", "number": 4, "when": "2026-12-01"}]
    idea = site.save("bora", "idea", {"title": "Cart", "parts": parts, "price": {"amount": "1234.5"}}).id
    typed = {"title": {"": ["Wagon"]}, "size": {"": ["1,200"]}}
    done = begin(site, idea, targets={"project": TargetChoice(values=typed)}, source="text")
    project = site.get("bora", "project", results(done)["project"])
    assert (project["title"], project["size"]) == ("Wagon", 1200)
    assert [(line["label"], line["number"], line["when"]) for line in project["parts"]] == [("Wheel", 4, "2026-12-01")]
    assert project["price"] == {"amount": "1234.50", "currency": "EUR"}
