"""Running jobs: what becomes of one that succeeds, fails, is told to stop, or loses its runner."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from kalip.base.errors import NotAuthenticated
from kalip.jobs import Timing, free_lost, run_job
from kalip.records import (
    Hopeless,
    Job,
    JobInterrupted,
    JobLost,
    JobRun,
    Later,
    ListRecords,
    SaveRecord,
    Services,
    Work,
    actor_of_user,
    enqueue,
    list_records,
    run,
    save_record,
)
from kalip.records.accounts import set_user_active
from kalip.storage import cancel_job, claim_job
from tests.support.background import Yard, noting
from tests.support.site import Site

PLAIN = Job("note", {"n": 1}, "one")


def test_a_job_runs_once_it_is_committed(site: Site) -> None:
    seen: list[Any] = []
    yard = Yard(site, {"note": noting(seen, lambda each: (each.key, each.arguments, each.attempt, each.actor))})

    def fail(work: Work) -> None:
        enqueue(work, PLAIN)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(site.services, site.actors["ada"], fail)
    assert yard.run_all() == 0
    first = yard.put(Job("note", {"n": 1}, "one", actor="u1"))
    assert yard.put(PLAIN) == first
    assert yard.run_all() == 1
    assert seen == [("one", {"n": 1}, 1, "u1")]
    assert yard.put(PLAIN) == first
    assert yard.run_all() == 0
    job = yard.job("one")
    assert (job.state, job.worker, job.leased_until) == ("done", "tester", None)


def test_a_failed_run_is_tried_again_after_growing_pauses_until_the_job_is_dead(site: Site) -> None:
    def fail(_services: Services, job: JobRun) -> None:
        raise RuntimeError(f"no luck in run {job.attempt}, last: {job.last}")

    yard = Yard(site, {"note": fail})
    yard.put(Job("note", {}, "one", attempts=3))
    pauses = []
    for attempt in (1, 2):
        assert yard.run_all() == 1
        job = yard.job("one")
        assert (job.state, job.attempt) == ("waiting", attempt)
        pauses.append((job.run_at - site.clock()).total_seconds())
        site.clock.move(seconds=pauses[-1] - 0.001)
        assert yard.run_all() == 0
        site.clock.move(seconds=0.001)
    assert 7.5 <= pauses[0] <= 12.5
    assert 22.5 <= pauses[1] <= 37.5
    assert yard.run_all() == 1
    job = yard.job("one")
    assert job.state == "dead"
    assert "no luck in run 3, last: True" in str(job.error)
    assert [each.outcome for each in yard.attempts("one")] == ["failed"] * 3
    site.clock.move(seconds=10**6)
    assert yard.run_all() == 0


def test_pauses_are_bounded_and_jittered() -> None:
    timing = Timing()
    assert all(timing.pause_after(200) <= timedelta(hours=7.5) for _ in range(50))
    assert len({timing.pause_after(3) for _ in range(50)}) > 1


def test_what_can_never_succeed_is_dead_at_once_and_what_wants_to_wait_waits(site: Site) -> None:
    moment = datetime(2026, 11, 24, 18, tzinfo=UTC)

    def hopeless(_services: Services, _job: JobRun) -> None:
        raise Hopeless("There is no such address.")

    def later(_services: Services, _job: JobRun) -> None:
        raise Later("The other side is busy.", moment)

    yard = Yard(site, {"hopeless": hopeless, "later": later})
    yard.put(Job("hopeless", {}, "h"))
    yard.put(Job("later", {}, "l"))
    yard.put(Job("unknown", {}, "u"))
    assert yard.run_all() == 3
    assert (yard.job("h").state, yard.job("h").error) == ("dead", "J102: There is no such address.")
    assert (yard.job("l").state, yard.job("l").run_at) == ("waiting", moment)
    # Another node may know the kind.
    assert (yard.job("u").state, yard.job("u").error) == (
        "waiting",
        "K000: Nothing here runs jobs of the kind unknown.",
    )


def test_a_job_finished_in_its_own_transaction_takes_effect_exactly_once(site: Site) -> None:
    made: list[str] = []

    def create(services: Services, job: JobRun) -> None:
        def change(work: Work) -> None:
            made.append(save_record(work, SaveRecord("company", {"name": job.key})).id)
            job.finish(work, {"made": made[-1]})

        run(services, site.actors["ada"], change)
        if len(made) == 1:
            # The runner dies after the commit, before it says so.
            raise RuntimeError("gone")

    yard = Yard(site, {"note": create})
    yard.put(PLAIN)
    assert yard.run_all() == 1
    site.clock.move(seconds=10**6)
    assert yard.run_all() == 0
    job = yard.job("one")
    assert (job.state, job.result, job.error) == ("done", {"made": made[0]}, None)


def test_a_runner_whose_lease_ran_out_changes_nothing_any_more(site: Site) -> None:
    """The first runner hangs, the job is given to a second one, and then the first wakes up."""

    def create(services: Services, job: JobRun) -> None:
        if job.attempt == 1:
            site.clock.move(seconds=4)
            assert free_lost(yard.office) == 1
            yard.crew.run_next("second")
            for use in (job.cancelled, lambda: job.progress(1, 2)):
                with pytest.raises(JobLost):
                    use()

        def change(work: Work) -> None:
            save_record(work, SaveRecord("company", {"name": f"run {job.attempt}"}))
            job.finish(work)

        run(services, site.actors["ada"], change)

    yard = Yard(site, {"note": create})
    yard.put(PLAIN)
    assert yard.run_all() == 1
    assert yard.job("one").state == "done"
    assert [(each.outcome, each.worker) for each in yard.attempts("one")] == [("lost", "tester"), ("done", "second")]
    asked = ListRecords("company", fields=("name",))
    items = site.act("ada", lambda work: list_records(work, asked), write=False).items
    assert [each["name"] for each in items] == ["run 2"]


def test_a_job_that_kills_its_runners_is_dead_in_the_end(site: Site) -> None:
    yard = Yard(site)
    yard.put(Job("note", {}, "one", attempts=2))
    for _ in range(2):
        now = site.clock()
        with site.services.database.beside() as session:
            assert claim_job(session, "w", now, now + timedelta(seconds=3)) is not None
        assert free_lost(yard.office) == 0
        site.clock.move(seconds=4)
        assert free_lost(yard.office) == 1
    job = yard.job("one")
    assert (job.state, job.error) == ("dead", "w gave no sign of life")


def test_cancelling_and_progress(site: Site) -> None:
    def count(services: Services, job: JobRun) -> Mapping[str, Any]:
        for number in range(10):
            if job.cancelled():
                return {"done": number}
            job.progress(number + 1, 10, "rows")
            if number == 3:
                with services.database.beside() as session:
                    assert cancel_job(session, services.clock(), job.id) == "running"
        return {}

    yard = Yard(site, {"note": count})
    yard.put(PLAIN)
    assert yard.run_all() == 1
    job = yard.job("one")
    assert (job.state, job.result, job.done, job.total, job.text) == ("cancelled", {"done": 4}, 4, 10, "rows")


def test_a_failed_run_that_was_asked_to_stop_is_not_tried_again(site: Site) -> None:
    def fail(services: Services, job: JobRun) -> None:
        with services.database.beside() as session:
            cancel_job(session, services.clock(), job.id)
        raise RuntimeError

    yard = Yard(site, {"note": fail})
    yard.put(PLAIN)
    assert yard.run_all() == 1
    assert yard.job("one").state == "cancelled"


def test_a_runner_told_to_stop_leaves_its_job_to_another_which_goes_on(site: Site) -> None:
    told = []

    def keep(job: JobRun, done: int, work: Work) -> None:
        job.checkpoint(work, done, 6, {"rows": done})

    def count(services: Services, job: JobRun) -> Mapping[str, Any]:
        for number in range(job.done, 6):
            if number == 3:
                told.append(job.attempt)
            job.progress(number, 6)
            run(services, site.actors["ada"], partial(keep, job, number + 1))
        return dict(job.kept)

    yard = Yard(site, {"note": count})
    yard.put(Job("note", {}, "one", attempts=1))
    now = site.clock()
    with site.services.database.beside() as session:
        job = claim_job(session, "w", now, now + timedelta(seconds=3))
    assert job is not None
    assert run_job(yard.office, job, lambda: bool(told)) == "interrupted"
    job = yard.job("one")
    # It cost none of its attempts, and what was kept is kept.
    assert (job.state, job.done, job.result, job.attempt, job.attempts) == ("waiting", 3, {"rows": 3}, 1, 2)
    # Nothing failed, and nobody is told so.
    assert job.error is None
    assert yard.run_all() == 1
    job = yard.job("one")
    assert (job.state, job.done, job.result) == ("done", 6, {"rows": 3})
    with pytest.raises(JobInterrupted):
        JobRun(site.services, job, lambda: True).cancelled()


def test_a_job_runs_with_the_rights_that_its_user_has_now(site: Site) -> None:
    ada = site.actors["ada"]
    assert actor_of_user(site.services, ada.id) == ada
    assert actor_of_user(site.services, None).id is None
    run(site.services, ada, lambda work: set_user_active(work, str(site.actors["bora"].id), active=False))
    for gone in (site.actors["bora"].id, "nobody"):
        with pytest.raises(NotAuthenticated):
            actor_of_user(site.services, gone)
