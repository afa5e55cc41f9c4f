"""Requests, breaches and the policy; the journal of disclosures; the register."""

from datetime import timedelta

import pytest

from kalip.base.errors import Conflict, RecordRejected
from kalip.base.ids import new_id
from kalip.records.privacy import (
    Given,
    NewBreach,
    accept,
    add_request,
    change_breach,
    close_request,
    disclosures,
    find_person,
    hand_out,
    publish_policy,
    register_of,
    report_breach,
)
from kalip.storage.privacy import REQUESTS, current_policy, has_accepted
from kalip.storage.tasks import Task, add_task
from tests.support.builders import a_pack, an_entity
from tests.support.personal import CANARY, MAIL
from tests.support.site import NOW, Site, a_site


def test_it_works(site: Site, ids: dict[str, str]) -> None:
    """A request has its term, and forgets who asked; a breach has 72 hours and counts who is affected."""
    asked = site.act("ada", lambda work: add_request(work, "erase", f"Nil {CANARY}", "By mail", 10))
    assert asked.due_at == NOW + timedelta(days=10)
    site.act("ada", lambda work: close_request(work, asked.id, "done", "Erased"))
    with site.services.database.read() as session:
        closed = REQUESTS.find(session, asked.id)
    assert closed is not None
    assert (closed.state, closed.subject) == ("done", "")
    with pytest.raises(Conflict):
        site.act("ada", lambda work: close_request(work, asked.id, "done", "Again"))
    new = NewBreach("Laptop lost", NOW - timedelta(hours=2), entities=("contact", "call"))
    breach = site.act("ada", lambda work: report_breach(work, new))
    assert (breach.due_at, breach.affected) == (NOW + timedelta(hours=70), 2)
    told = site.act("ada", lambda work: change_breach(work, breach.id, authority_at=work.now))
    assert told.authority_at == NOW
    for wrong in (NewBreach("", NOW), NewBreach("x", NOW + timedelta(hours=1)), NewBreach("x", NOW, entities=("no",))):
        with pytest.raises(RecordRejected):
            site.act("ada", lambda work, wrong=wrong: report_breach(work, wrong))  # type: ignore[misc]


def test_what_is_handed_out_is_noted(site: Site, ids: dict[str, str]) -> None:
    """Everything of the person is in it; the journal says who got what, and not what it was."""
    roots = [("contact", ids["contact"])]
    task = Task(new_id(), f"Call {CANARY}", NOW, entity="contact", record_id=ids["contact"])
    with site.services.database.write() as session:
        add_task(session, task)
    given = Given("Bank", "Asked by the person")
    found = site.act("ada", lambda work: hand_out(work, find_person(work, roots), given))
    assert {each["entity"] for each in found["records"]} == {"contact", "place", "lead", "ticket", "call"}
    contact = next(each for each in found["records"] if each["entity"] == "contact")
    assert contact["values"]["email"] == MAIL
    assert {"record.created", "record.commented"} <= {each["kind"] for each in contact["history"]}
    assert [each["name"] for each in contact["files"]] == [f"{CANARY}.txt"]
    (task,) = found["beside"]["tasks"]
    assert task["title"] == f"Call {CANARY}"
    (noted,) = site.act("ada", disclosures, write=False)
    assert (noted.recipient, noted.purpose, len(noted.records)) == ("Bank", "Asked by the person", 5)
    assert noted.categories == ["contact", "identity", "location"]
    with pytest.raises(RecordRejected):
        site.act("ada", lambda work: hand_out(work, find_person(work, roots), Given(purpose="")))


def test_the_policy_by_version(site: Site) -> None:
    """R14: the version that somebody accepted is known; a newer one is asked anew."""
    first = site.act("ada", lambda work: publish_policy(work, "1", {"en": "We keep little."}))
    site.act("bora", lambda work: accept(work, first.id))
    site.clock.move(hours=1)
    second = site.act("ada", lambda work: publish_policy(work, "2", {"tr": "Az tutarız."}))
    with pytest.raises(Conflict):
        site.act("bora", lambda work: accept(work, first.id))
    bora = site.actors["bora"].id or ""
    with site.services.database.read() as session:
        assert current_policy(session) == second
        assert (has_accepted(session, first.id, bora), has_accepted(session, second.id, bora)) == (True, False)
    with pytest.raises(RecordRejected):
        site.act("ada", lambda work: publish_policy(work, "2", {"en": "again"}))


def test_the_register_follows_from_the_marks(site: Site) -> None:
    rows = {(each.entity.name, each.mark.field): each for each in site.act("ada", register_of, write=False)}
    assert len(rows) == 9
    entry = rows["contact", "name"]
    assert (entry.mark.kind, entry.mark.basis, entry.readers) == (
        "identity",
        "contract",
        ("rep", "viewer", "administrator", "boss"),
    )
    assert rows["ticket", "text"].gaps == ("basis", "term")
    assert rows["call", "said"].gaps == ()
    assert rows["place", "street"].readers == ("rep", "viewer", "administrator", "boss")


def test_who_is_only_denied_reads_nothing(database_url: str) -> None:
    note = (
        an_entity("note")
        .with_field("body", "text", personal={"purpose": "Help"})
        .with_access(rep={"read": "own"}, guest={"read": {"scope": "all", "deny": True}})
    )
    pack = a_pack().with_entity(note).with_role("rep", "guest").with_role("boss", administrator=True)
    with a_site(database_url, pack) as site:
        (entry,) = site.act("ada", register_of, write=False)
    assert set(entry.readers) == {"rep", "boss", "administrator"}
