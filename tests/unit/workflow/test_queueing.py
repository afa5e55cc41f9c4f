"""Queues of groups: whoever is in a group that owns a record may take it, once."""

import threading
from collections.abc import Iterator

import pytest

from kalip.base.errors import AccessDenied, Conflict, NotFound, TransitionRefused
from kalip.records import Selection
from kalip.records.bulk_jobs import BulkCommand, enqueue_bulk
from kalip.workflow import TakeRecord, bulk_take, has_queues, may_be_taken, take_record
from kalip.workflow.bulk_jobs import BULK_TAKE, JOB_HANDLERS
from kalip.workflow.queueing import queue_fields
from tests.support.background import Yard
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site

TICKET = (
    an_entity("ticket")
    .with_keys(title="name")
    .with_field("name", "text", required=True)
    .with_field("team", "group")
    .with_document(
        "access",
        {"owners": {"team": {}}, "permissions": {"rep": {"read": "own", "update": "none"}, "viewer": {"read": "all"}}},
    )
)
NOTE = an_entity("note").with_keys(title="name").with_field("name", "text").with_access(rep="all")


@pytest.fixture
def desk(database_url: str) -> Iterator[Site]:
    pack = a_pack("desk").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(TICKET, NOTE)
    with a_site(database_url, pack) as site:
        yield site


def waiting(site: Site, team: str | None, name: str = "lamp") -> str:
    return site.save("ada", "ticket", {"name": name, "owner": None, "team": team}).id


def take(site: Site, who: str, ticket: str) -> None:
    site.act(who, lambda work: take_record(work, TakeRecord("ticket", ticket)))


def takeable(site: Site, who: str, ticket: str, entity: str = "ticket") -> bool:
    return site.act(who, lambda work: may_be_taken(work, entity, ticket), write=False)


def test_it_works(desk: Site) -> None:
    """DY8, SB2: who is in the team takes a record from its queue, without a right to change it."""
    team = desk.group("north", "bora", "deniz")
    ticket = waiting(desk, team)
    assert takeable(desk, "bora", ticket)
    assert not takeable(desk, "cem", ticket)
    with pytest.raises(AccessDenied, match="Only people of North may take it"):
        take(desk, "cem", ticket)
    with pytest.raises(NotFound):
        take(desk, "deniz", ticket)  # is in the team, and may read nothing
    take(desk, "bora", ticket)
    found = desk.get("ada", "ticket", ticket)
    assert (found["owner"], found["team"]) == (desk.actors["bora"].id, team)
    assert not takeable(desk, "bora", ticket)
    take(desk, "bora", ticket)  # one's own stays one's own
    with pytest.raises(Conflict, match="Bora has taken the record already"):
        take(desk, "ada", ticket)


def test_two_take_at_once_and_one_has_it(desk: Site) -> None:
    """DY8, SB2"""
    team = desk.group("north", "bora", "cem")
    ticket = waiting(desk, team)
    gate, told = threading.Barrier(2), dict[str, str]()

    def try_it(who: str) -> None:
        gate.wait()
        try:
            take(desk, who, ticket)
        except Conflict as error:
            told[who] = str(error)

    threads = [threading.Thread(target=try_it, args=(who,)) for who in ("bora", "cem")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (loser,) = told
    winner = {"bora": "cem", "cem": "bora"}[loser]
    assert desk.get("ada", "ticket", ticket)["owner"] == desk.actors[winner].id
    assert f"{winner.capitalize()} has taken the record already." in told[loser]


def test_what_belongs_to_no_group_is_in_no_queue(desk: Site) -> None:
    ticket = waiting(desk, None)
    assert not takeable(desk, "ada", ticket)
    with pytest.raises(TransitionRefused, match="belongs to no group"):
        take(desk, "ada", ticket)
    note = desk.save("bora", "note", {"name": "x", "owner": None}).id
    assert not takeable(desk, "bora", note, "note")
    entities = desk.served.model.entities
    assert (has_queues(entities["ticket"]), queue_fields(entities["ticket"])) == (True, ("owner", "team"))
    assert (has_queues(entities["note"]), queue_fields(entities["note"])) == (False, ())


def test_many_are_taken_each_for_itself(desk: Site) -> None:
    """DY8, SB2"""
    team = desk.group("north", "bora")
    free, other = waiting(desk, team), waiting(desk, team, "door")
    desk.save("ada", "ticket", {"owner": desk.actors["cem"].id}, other)
    actor = desk.actors["bora"]
    result = bulk_take(desk.services, actor, Selection("ticket", (free, other)))
    assert (result.done, result.refused) == (1, 1)
    assert desk.get("ada", "ticket", free)["owner"] == actor.id


def test_very_many_are_taken_in_the_background(desk: Site) -> None:
    ticket = waiting(desk, desk.group("north", "bora"))
    command = BulkCommand("ticket", [ticket], "take", {}, BULK_TAKE)
    desk.act("bora", lambda work: enqueue_bulk(work, command))
    assert Yard(desk, JOB_HANDLERS).run_all() == 1
    assert desk.get("ada", "ticket", ticket)["owner"] == desk.actors["bora"].id
