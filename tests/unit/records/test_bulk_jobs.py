"""Changes of very many rows as jobs: each row once, whoever dies, with a result for each. L58"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, BadRequest, Conflict, NotFound, RecordRejected
from kalip.records import (
    JobRun,
    ListRecords,
    SavedRecord,
    SaveRecord,
    Work,
    bulk_jobs,
    bulk_undo,
    list_records,
    save_record,
)
from kalip.records.bulk_jobs import BULK, BulkCommand, bulk_handler, enqueue_bulk, result_of
from kalip.records.bulk_undo import enqueue_undo
from kalip.records.job_desk import attempts_of, find_jobs, job_of, retry_dead, retry_job, stop_job
from kalip.storage import StoredJob, insert_records
from kalip.workflow import bulk_jobs as moves
from tests.support.background import Yard
from tests.support.records import a_row
from tests.support.site import Site


def companies(site: Site, count: int) -> list[str]:
    rows = [a_row(name=f"c{number:04}") for number in range(count)]
    with site.services.database.write() as session:
        insert_records(session, site.served, "company", rows)
    return [str(row["id"]) for row in rows]


def asked(site: Site, ids: list[str], who: str = "ada", **arguments: Any) -> str:
    command = BulkCommand("company", ids, str(arguments.pop("action", "edit")), arguments)
    return site.act(who, lambda work: enqueue_bulk(work, command))


def shown(site: Site, *fields: str) -> tuple[dict[str, object], ...]:
    """The companies as Ada sees them."""
    command = ListRecords("company", fields=fields, limit=400)
    return site.act("ada", lambda work: list_records(work, command), write=False).items


def state_of(site: Site, job_id: str) -> StoredJob:
    return site.act("ada", lambda work: job_of(work, job_id), write=False)


def test_each_row_is_changed_or_says_why_not(site: Site) -> None:
    ids = companies(site, 250)
    yard = Yard(site, bulk_jobs.JOB_HANDLERS)
    job_id = asked(site, [*ids, "unknown", *ids[:3]], values={"city": "Izmir"})
    assert yard.run_all() == 1
    job = state_of(site, job_id)
    assert (job.state, job.done, job.total) == ("done", 251, 251)
    result = result_of(job.arguments, job.result or {}, job.done)
    assert (result.done, result.refused, len(result.items)) == (250, 1, 251)
    assert [(item.id, item.error.code) for item in result.items if item.error is not None] == [("unknown", "R104")]
    assert {each["city"] for each in shown(site, "city")} == {"Izmir"}


def test_refusals_keep_their_words_for_any_language(site: Site) -> None:
    ids = companies(site, 2)
    yard = Yard(site, bulk_jobs.JOB_HANDLERS)
    job_id = asked(site, ids, values={"name": None})
    yard.run_all()
    job = state_of(site, job_id)
    errors = [item.error for item in result_of(job.arguments, job.result or {}, job.done).items]
    violations = [error.violations[0] for error in errors if isinstance(error, RecordRejected)]
    assert [each.pointer for each in violations] == ["/name", "/name"]
    with pytest.raises(RecordRejected) as directly:
        site.save("ada", "company", {"name": None}, ids[0])
    assert violations[0] == directly.value.violations[0]


def test_moves_of_many_rows_say_which_were_refused(site: Site) -> None:
    worth = {"amount": {"amount": "5", "currency": "TRY"}}
    deals = [site.save("ada", "deal", {"name": "d", **more}).id for more in ({}, worth, worth)]
    yard = Yard(site, moves.JOB_HANDLERS)
    command = BulkCommand("deal", deals, "move", {"target": "offer"}, moves.BULK_TRANSITION)
    job_id = site.act("ada", lambda work: enqueue_bulk(work, command))
    assert yard.run_all() == 1
    job = state_of(site, job_id)
    items = result_of(job.arguments, job.result or {}, job.done).items
    assert [item.error is None for item in items] == [False, True, True]
    assert [site.get("ada", "deal", each)["stage"] for each in deals] == ["new", "offer", "offer"]


def test_what_a_job_changed_is_taken_back_row_by_row(site: Site) -> None:
    """Each as it was; one that was changed since stays, one that was like that before is left alone."""
    ids = [site.save("ada", "company", {"name": name, "city": city}).id for name, city in CITIES.items()]
    yard = Yard(site, {**bulk_jobs.JOB_HANDLERS, **bulk_undo.JOB_HANDLERS})
    job_id = asked(site, ids, values={"city": "Izmir"})
    with pytest.raises(Conflict):
        undone(site, job_id)
    yard.run_all()
    site.save("ada", "company", {"city": "Van"}, ids[1])
    taken = undone(site, job_id)
    assert undone(site, job_id) == taken
    with pytest.raises(NotFound):
        undone(site, job_id, "bora")
    yard.run_all()
    assert [site.get("ada", "company", each)["city"] for each in ids] == ["Adana", "Van", "Izmir", None]
    result = state_of(site, taken).result or {}
    assert (result["changed"], [each["id"] for each in result["refused"]]) == (3, [ids[1]])
    with pytest.raises(Conflict):
        undone(site, taken)


def test_archived_and_moved_rows_come_back(site: Site) -> None:
    deals = [site.save("ada", "deal", {"name": "d"}).id for _ in range(2)]
    yard = Yard(site, {**bulk_jobs.JOB_HANDLERS, **bulk_undo.JOB_HANDLERS, **moves.JOB_HANDLERS})
    told = []
    lost = {"target": "lost", "values": {"lost_reason": "Price"}}
    for action, kind, arguments in (("archive", BULK, {}), ("move", moves.BULK_TRANSITION, lost)):
        command = BulkCommand("deal", deals, action, arguments, kind)
        job_id = site.act("ada", lambda work, command=command: enqueue_bulk(work, command))  # type: ignore[misc]
        yard.run_all()
        undone(site, job_id)
        yard.run_all()
        told.append([(row["archived_at"], row["stage"]) for row in (site.get("ada", "deal", each) for each in deals)])
    assert told == [[(None, "new")] * 2] * 2


CITIES = {"A": "Adana", "B": "Bursa", "C": "Izmir", "D": None}


def undone(site: Site, job_id: str, who: str = "ada") -> str:
    return site.act(who, lambda work: enqueue_undo(work, job_id, moves.INVERSES))


def test_a_runner_that_dies_between_costs_nothing_and_repeats_nothing(site: Site) -> None:
    """The first runner dies in the third hundred; the next goes on from there."""
    ids = companies(site, 350)
    begun: list[int] = []

    def act_of(job: JobRun) -> Any:
        begun.append(job.done)

        def act(work: Work, record_id: str) -> SavedRecord:
            if job.attempt == 1 and record_id == ids[220]:
                raise SystemError("the process dies here")
            return save_record(work, SaveRecord("company", {"city": f"run {job.attempt}"}, id=record_id))

        return act

    yard = Yard(site, {BULK: bulk_handler(act_of)})
    asked(site, ids, values={})
    assert yard.run_all() == 1
    site.clock.move(hours=1)
    assert yard.run_all() == 1
    assert begun == [0, 200]
    by_id = {str(each["id"]): (each["city"], each["version"]) for each in shown(site, "id", "city", "version")}
    assert [by_id[each] for each in ids] == [("run 1", 2)] * 200 + [("run 2", 2)] * 150


def test_it_is_stopped_after_the_rows_in_hand(site: Site) -> None:
    ids = companies(site, 300)

    def act_of(job: JobRun) -> Any:
        def act(work: Work, record_id: str) -> SavedRecord:
            if record_id == ids[150]:
                with_other = site.actors["ada"]
                assert with_other.id == job.actor
                stop_job(work, job.id)
            return save_record(work, SaveRecord("company", {"city": "x"}, id=record_id))

        return act

    yard = Yard(site, {BULK: bulk_handler(act_of)})
    job_id = asked(site, ids, values={})
    yard.run_all()
    job = state_of(site, job_id)
    assert (job.state, job.done, (job.result or {})["changed"]) == ("cancelled", 200, 200)
    with pytest.raises(Conflict):
        site.act("ada", lambda work: stop_job(work, job_id))
    # It goes on from there when an administrator says so.
    site.act("ada", lambda work: retry_job(work, job_id))
    yard.run_all()
    job = state_of(site, job_id)
    assert (job.state, job.done, (job.result or {})["changed"]) == ("done", 300, 300)


def test_it_runs_with_the_rights_of_who_asked(site: Site) -> None:
    ids = companies(site, 3)
    yard = Yard(site, bulk_jobs.JOB_HANDLERS)
    job_id = asked(site, ids, "cem", values={"city": "Izmir"})
    yard.run_all()
    job = state_of(site, job_id)
    assert ((job.result or {})["changed"], (job.result or {})["refusals"]) == (0, 3)
    with pytest.raises(NotFound):
        site.act("deniz", lambda work: enqueue_bulk(work, BulkCommand("company", ids, "edit", {})))


def test_jobs_are_their_owners_and_administrators(site: Site) -> None:
    ids = companies(site, 1)
    job_id = asked(site, ids, "bora", values={})
    assert site.act("bora", lambda work: job_of(work, job_id), write=False).id == job_id
    hidden: list[Callable[[Work], object]] = [
        partial(job_of, job_id=job_id),
        partial(stop_job, job_id=job_id),
        partial(job_of, job_id="nothing"),
    ]
    for each in hidden:
        with pytest.raises(NotFound):
            site.act("cem", each)
    forbidden: list[Callable[[Work], object]] = [
        find_jobs,
        retry_dead,
        partial(retry_job, job_id=job_id),
        partial(attempts_of, job_id=job_id),
    ]
    for each in forbidden:
        with pytest.raises(AccessDenied):
            site.act("bora", each)
    page = site.act("ada", lambda work: find_jobs(work, ("waiting",)), write=False)
    assert ([each.id for each in page.jobs], page.next, page.kinds) == ([job_id], None, (BULK,))
    with pytest.raises(Conflict):
        site.act("ada", lambda work: retry_job(work, job_id))
    assert site.act("bora", lambda work: stop_job(work, job_id)).state == "cancelled"


@pytest.mark.parametrize("count", [0, 10_001], ids=["none", "too many"])
def test_nothing_and_too_much_are_refused(site: Site, count: int) -> None:
    with pytest.raises(BadRequest):
        asked(site, [str(number) for number in range(count)], values={})


def test_the_same_key_is_one_job(site: Site) -> None:
    ids = companies(site, 1)
    command = BulkCommand("company", ids, "edit", {"values": {}}, key="once")
    first = site.act("ada", lambda work: enqueue_bulk(work, command))
    assert site.act("ada", lambda work: enqueue_bulk(work, command)) == first
