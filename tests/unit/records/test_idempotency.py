"""Calls under a key are done once."""

import hashlib

import pytest

from kalip.access import limited_to
from kalip.base.errors import BadRequest, Conflict, NotFound, RecordRejected
from kalip.records import ListRecords, SaveRecord, Work, list_records, save_record
from kalip.records.idempotency import Answer, Request, with_idempotency
from kalip.storage import reserve_key
from tests.support.site import Site


def create(work: Work) -> Answer:
    saved = save_record(work, SaveRecord("deal", {"name": "x"}))
    return Answer(201, {"id": saved.id}, {"Location": "/x"})


def test_it_works(site: Site) -> None:
    bora, request = site.actors["bora"], Request("key", b"body")
    first, replayed = with_idempotency(site.services, bora, request, create)
    again, replayed_again = with_idempotency(site.services, bora, request, create)
    assert (replayed, replayed_again) == (False, True)
    assert first == again
    found = site.act("bora", lambda work: list_records(work, ListRecords("deal")), write=False)
    assert len(found.items) == 1


def test_an_answer_is_for_those_with_the_same_rights(site: Site) -> None:
    bora, request = site.actors["bora"], Request("key", b"body")
    with_idempotency(site.services, bora, request, create)
    narrow = limited_to(bora, ["company"])
    with pytest.raises(NotFound):
        with_idempotency(site.services, narrow, request, create)


def test_another_body_is_refused(site: Site) -> None:
    bora = site.actors["bora"]
    with_idempotency(site.services, bora, Request("key", b"body"), create)
    with pytest.raises(BadRequest) as caught:
        with_idempotency(site.services, bora, Request("key", b"other"), create)
    assert caught.value.code == "R123"
    with_idempotency(site.services, site.actors["ada"], Request("key", b"other"), create)


def test_the_same_call_in_flight_conflicts(site: Site) -> None:
    bora, request = site.actors["bora"], Request("key", b"body")

    def again(work: Work) -> Answer:
        raise AssertionError

    with site.services.database.write() as session:
        reserve_key(session, str(bora.id), "key", hashlib.sha256(request.body).hexdigest(), site.clock())
    with pytest.raises(Conflict) as caught:
        with_idempotency(site.services, bora, request, again)
    assert caught.value.code == "R124"
    site.clock.move(minutes=6)
    with_idempotency(site.services, bora, request, create)


def test_a_failed_call_may_be_repeated(site: Site) -> None:
    def fail(work: Work) -> Answer:
        save_record(work, SaveRecord("deal", {}))
        raise AssertionError

    bora, request = site.actors["bora"], Request("key", b"body")
    with pytest.raises(RecordRejected):
        with_idempotency(site.services, bora, request, fail)
    assert with_idempotency(site.services, bora, request, create)[1] is False


def test_a_key_lives_a_day(site: Site) -> None:
    bora = site.actors["bora"]
    with_idempotency(site.services, bora, Request("key", b"body"), create)
    site.clock.move(hours=25)
    assert with_idempotency(site.services, bora, Request("key", b"other"), create)[1] is False
