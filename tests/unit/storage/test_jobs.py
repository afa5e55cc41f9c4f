"""Jobs as rows: one for each key, taken by one runner at a time, ended only by the run that holds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalip.base.ids import new_id
from kalip.storage import (
    Database,
    Ended,
    StoredJob,
    cancel_job,
    claim_job,
    claim_one,
    count_jobs,
    declare_recurring,
    delete_old_jobs,
    due_jobs,
    end_run,
    find_job,
    forget_recurring,
    get_job,
    hold_due,
    insert_job,
    insert_jobs,
    is_cancelling,
    job_attempts,
    job_kinds,
    known_recurring,
    list_jobs,
    lost_runs,
    note_fired,
    note_progress,
    note_queued,
    oldest_due,
    renew_lease,
    retry_jobs,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def job(key: str, **changes: Any) -> StoredJob:
    plain = StoredJob(
        id=new_id(), kind="mail", key=key, arguments={"z": 1, "a": [2]}, queue="default", priority=5,
        run_at=NOW, created_at=NOW, attempts=3,
    )  # fmt: skip
    return replace(plain, **changes)


def put(database: Database, *jobs: StoredJob) -> None:
    with database.write() as session:
        assert insert_jobs(session, jobs) == len(jobs)


def take(database: Database, worker: str = "w1", now: datetime = NOW, queues: tuple[str, ...] = ()) -> StoredJob | None:
    with database.write() as session:
        return claim_job(session, worker, now, now + timedelta(minutes=1), queues)


def taken(database: Database, worker: str = "w1", now: datetime = NOW) -> StoredJob:
    found = take(database, worker, now)
    assert found is not None
    return found


def test_the_same_key_is_one_job(database: Database) -> None:
    first = job("one")
    with database.write() as session:
        assert insert_job(session, first) == first.id
        assert insert_job(session, job("one", arguments={})) == first.id
        assert insert_jobs(session, [job("one"), job("two"), job("two")]) == 1
        assert insert_jobs(session, []) == 0
    with database.read() as session:
        found = find_job(session, "one")
        assert found == first
        assert list(first.arguments) == ["z", "a"]
        assert count_jobs(session) == {"waiting": 2}
        assert job_kinds(session) == ["mail"]


def test_a_rolled_back_transaction_leaves_no_job(database: Database) -> None:
    def fail() -> None:
        with database.write() as session:
            insert_job(session, job("one"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.read() as session:
        assert find_job(session, "one") is None


def test_the_urgent_come_first_and_the_future_not_yet(database: Database) -> None:
    put(
        database,
        job("usual"),
        job("older", run_at=NOW - timedelta(hours=1)),
        job("urgent", priority=1),
        job("future", priority=0, run_at=LATER),
        job("elsewhere", priority=0, queue="long"),
    )
    order = [found.key for _ in range(3) if (found := take(database, queues=("default",)))]
    assert order == ["urgent", "older", "usual"]
    assert take(database, queues=("default",)) is None
    assert taken(database).key == "elsewhere"
    assert taken(database, now=LATER).key == "future"


def test_two_runners_never_take_the_same(database: Database) -> None:
    put(database, job("one"), job("two"))
    if database.dialect == "postgresql":
        with database.write() as first, database.write() as second:
            one = claim_job(first, "w1", NOW, LATER)
            two = claim_job(second, "w2", NOW, LATER)
            assert one
            assert two
            assert one.key != two.key
            assert claim_one(second, two.id, 1, "w3", NOW, LATER) is None
    else:
        assert {taken(database).key, taken(database, "w2").key} == {"one", "two"}
    assert take(database) is None


def test_a_run_ends_once_and_only_by_its_holder(database: Database) -> None:
    put(database, job("one"))
    lost = taken(database)
    with database.write() as session:
        assert renew_lease(session, lost.id, 1, LATER)
        assert note_progress(session, lost.id, 1, 2, 5, "rows")
        assert lost_runs(session, LATER) == []
        (found,) = lost_runs(session, LATER + timedelta(seconds=1))
        assert (found.done, found.total, found.text) == (2, 5, "rows")
        again = Ended("waiting", "lost", LATER, error="gone", run_at=LATER)
        assert end_run(session, found, again)
        assert not end_run(session, found, again)
    held = taken(database, "w2", LATER)
    assert (held.attempt, held.worker) == (2, "w2")
    with database.write() as session:
        # The first runner wakes up again.
        assert not renew_lease(session, lost.id, 1, LATER)
        assert not note_progress(session, lost.id, 1, 5, 5, "")
        assert is_cancelling(session, lost.id, 1) is None
        assert not end_run(session, lost, Ended("done", "done", LATER))
        assert end_run(session, held, Ended("done", "done", LATER, result={"sent": 1}))
    with database.read() as session:
        done = get_job(session, lost.id)
        assert done is not None
        assert (done.state, done.result, done.error, done.finished_at) == ("done", {"sent": 1}, None, LATER)
        assert [(each.attempt, each.outcome, each.worker, each.error) for each in job_attempts(session, done.id)] == [
            (1, "lost", "w1", "gone"),
            (2, "done", "w2", None),
        ]


def test_the_dead_run_again_when_somebody_says_so(database: Database) -> None:
    put(database, job("one", kind="hook"), job("two"))
    with database.write() as session:
        for _ in range(2):
            found = claim_job(session, "w", NOW, LATER)
            assert found is not None
            end_run(session, found, Ended("dead", "failed", NOW, error="no"))
        assert count_jobs(session) == {"dead": 2}
        assert retry_jobs(session, LATER, kind="hook") == 1
        hook = find_job(session, "one")
        assert hook is not None
        assert (hook.state, hook.attempt, hook.attempts, hook.run_at) == ("waiting", 1, 6, LATER)
        assert retry_jobs(session, LATER) == 1
        assert retry_jobs(session, LATER) == 0
        assert retry_jobs(session, LATER, job_id=hook.id) == 0


def test_cancelling(database: Database) -> None:
    put(database, job("running", priority=1), job("waiting"))
    running = taken(database)
    with database.write() as session:
        waiting = find_job(session, "waiting")
        assert waiting is not None
        assert cancel_job(session, NOW, waiting.id) == "cancelled"
        assert is_cancelling(session, running.id, 1) is False
        assert cancel_job(session, NOW, running.id) == "running"
        assert is_cancelling(session, running.id, 1) is True
        assert cancel_job(session, NOW, "nothing") is None
        # Somebody thought better of it.
        assert retry_jobs(session, LATER, job_id=waiting.id) == 1
        again = get_job(session, waiting.id)
        assert again is not None
        assert (again.state, again.cancelling) == ("waiting", False)


def test_lists_and_figures(database: Database) -> None:
    put(database, *(job(f"k{number}") for number in range(5)), job("future", kind="tidy", run_at=LATER))
    with database.write() as session:
        assert oldest_due(session, NOW - timedelta(1)) is None
        assert oldest_due(session, NOW) == NOW
        page = list_jobs(session, states=("waiting",), limit=4)
        assert [each.key for each in page] == ["future", "k4", "k3", "k2"]
        assert [each.key for each in list_jobs(session, before=page[-1].id)] == ["k1", "k0"]
        assert [each.key for each in list_jobs(session, kind="tidy")] == ["future"]
        due = due_jobs(session, NOW, NOW, 3)
        assert [each.key for each in due] == ["k0", "k1", "k2"]
        note_queued(session, [each.id for each in due], NOW)
        assert [each.key for each in due_jobs(session, NOW, NOW)] == ["k3", "k4"]
        assert len(due_jobs(session, LATER, LATER)) == 6


def test_what_is_done_is_forgotten_after_a_time(database: Database) -> None:
    put(database, job("done"), job("dead"), job("waiting"))
    with database.write() as session:
        for state in ("done", "dead"):
            found = claim_job(session, "w", NOW, LATER)
            assert found is not None
            end_run(session, found, Ended(state, "done", NOW))
        assert delete_old_jobs(session, NOW) == 0
        assert delete_old_jobs(session, LATER) == 1
        assert count_jobs(session) == {"dead": 1, "waiting": 1}


def test_what_was_done_in_nobodys_name_is_forgotten_sooner(database: Database) -> None:
    put(database, job("nobodys"), job("somebodys", actor="u1"))
    with database.write() as session:
        for _ in range(2):
            found = claim_job(session, "w", NOW, LATER)
            assert found is not None
            end_run(session, found, Ended("done", "done", NOW))
        assert delete_old_jobs(session, NOW, nobodys_before=LATER) == 1
        assert find_job(session, "somebodys") is not None
        assert find_job(session, "nobodys") is None


def test_recurring_work_is_fired_by_whoever_holds_it(database: Database) -> None:
    with database.write() as session:
        declare_recurring(session, "tidy", "every 60", LATER)
        declare_recurring(session, "tidy", "every 60", NOW)
        assert known_recurring(session) == {"tidy": ("every 60", LATER)}
        assert hold_due(session, "tidy", "every 60", NOW) is None
    with database.write() as session:
        assert hold_due(session, "tidy", "every 60", LATER) == LATER
        if database.dialect == "postgresql":
            with database.write() as other:
                assert hold_due(other, "tidy", "every 60", LATER) is None
        note_fired(session, "tidy", LATER + timedelta(minutes=1), LATER)
    with database.write() as session:
        assert hold_due(session, "tidy", "every 60", LATER) is None
        declare_recurring(session, "tidy", "every 5", NOW)
        assert known_recurring(session) == {"tidy": ("every 5", NOW)}
        forget_recurring(session, ["other"])
        assert known_recurring(session) == {}
