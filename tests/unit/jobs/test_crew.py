"""The threads of a process: they read, fire, run and free what was lost, and stop when they are told."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from kalip.base.clock import system_clock
from kalip.jobs import Background, Bell, Crew, Office, Timing, backlog_of
from kalip.records import Consumer, Job, JobRun, Recurring, Services, Work
from kalip.storage import Event, claim_job
from tests.support.background import Yard
from tests.support.site import Site

FAST = Timing(lease=timedelta(seconds=1.2), poll=timedelta(seconds=0.05), pause=timedelta(seconds=0.05))


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


@pytest.fixture
def crews() -> Iterator[list[Crew]]:
    made: list[Crew] = []
    yield made
    for crew in made:
        crew.stop(30)


def a_crew(site: Site, background: Background, runners: int = 1) -> tuple[Crew, Services]:
    """A crew on the real clock, and services that ring its bell."""
    bell = Bell()
    services = replace(site.services, clock=system_clock, wake=bell.ring)
    return Crew(Office(services, background, FAST), bell, runners=runners), services


def test_two_crews_do_everything_once(site: Site, crews: list[Crew]) -> None:
    seen: list[str] = []
    lock = threading.Lock()

    def note(_services: Services, job: JobRun) -> None:
        with lock:
            seen.append(job.key)

    def jobs_for(_work: Work, events: Sequence[Event]) -> list[Job]:
        return [Job("note", {}, f"note:{event.id}") for event in events]

    background = Background({"note": note}, [Consumer("notes", jobs_for)], [Recurring("often", "note", every=1)])
    one, services = a_crew(site, background, 2)
    crews += [one, a_crew(site, background, 2)[0]]
    # A consumer is known once somebody has read for it.
    crews[0].tick()
    for crew in crews:
        crew.start()
    on_clock = replace(site, services=services)
    for number in range(40):
        on_clock.save("ada", "company", {"name": f"c{number}"})
    wait_until(lambda: sum(key.startswith("note:") for key in seen) >= 40)
    wait_until(lambda: sum(key.startswith("recurring:") for key in seen) >= 2)
    for crew in crews:
        assert crew.stop(30)
    assert len(set(seen)) == len(seen)
    assert sum(key.startswith("note:") for key in seen) == 40
    backlog = backlog_of(services)
    assert (backlog.states.keys() - {"waiting"}, backlog.dead) == (set(), 0)


def test_a_long_job_keeps_its_lease_and_a_lost_one_is_run_by_another(site: Site, crews: list[Crew]) -> None:
    runs: list[tuple[str, int]] = []

    def work(_services: Services, job: JobRun) -> None:
        runs.append((job.key, job.attempt))
        if job.key == "long":
            time.sleep(FAST.lease.total_seconds() * 2)

    one, services = a_crew(site, Background({"work": work}))
    crews += [one, a_crew(site, Background({"work": work}))[0]]
    yard = Yard(replace(site, services=services))
    yard.put(Job("work", {}, "lost"))
    now = system_clock()
    with services.database.beside() as session:
        assert claim_job(session, "a process that died", now, now + timedelta(seconds=0.1)) is not None
    yard.put(Job("work", {}, "long"))
    for crew in crews:
        crew.start()
    wait_until(lambda: yard.job("long").state == yard.job("lost").state == "done")
    assert sorted(runs) == [("long", 1), ("lost", 2)]
    assert [each.outcome for each in yard.attempts("lost")] == ["lost", "done"]


def test_told_to_stop_it_leaves_what_runs_to_the_next(site: Site, crews: list[Crew]) -> None:
    begun = threading.Event()
    may_end = {"now": False}

    def work(_services: Services, job: JobRun) -> dict[str, Any]:
        begun.set()
        while not may_end["now"]:
            job.progress(1, 2)
            time.sleep(0.01)
        return {"run": job.attempt}

    first, services = a_crew(site, Background({"work": work}))
    yard = Yard(replace(site, services=services))
    yard.put(Job("work", {}, "one"))
    first.start()
    assert begun.wait(60)
    assert first.stop(30)
    assert (yard.job("one").state, yard.attempts("one")[0].outcome) == ("waiting", "interrupted")
    may_end["now"] = True
    second, _ = a_crew(site, Background({"work": work}))
    crews.append(second)
    second.start()
    wait_until(lambda: yard.job("one").state == "done")
    assert yard.job("one").result == {"run": 2}
