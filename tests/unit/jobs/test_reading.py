"""The event log is read for consumers: nothing lost, nothing twice, and a fault of one harms no other."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kalip.jobs.reading import READ_EVENT, handlers_of, read_events
from kalip.records import Consumer, Job, Work
from kalip.storage import Event, consumer_states, count_jobs, list_jobs
from tests.support.background import Yard, noting
from tests.support.site import Site


def for_each(kind: str, check: Callable[[Event], None] = lambda _event: None) -> Consumer:
    """A consumer that asks for one job for each event of a record."""

    def jobs_for(_work: Work, events: Sequence[Event]) -> list[Job]:
        made = []
        for event in events:
            check(event)
            if event.kind.startswith("record."):
                made.append(Job(kind, {"record": event.record_id}, f"{kind}:{event.id}", correlation=event.correlation))
        return made

    return Consumer(kind, jobs_for)


def test_each_event_makes_its_jobs_once(site: Site) -> None:
    consumers = [for_each("note")]
    site.save("ada", "company", {"name": "before"})
    # A new consumer starts with what comes.
    assert read_events(site.services, consumers) == 0
    saved = [site.save("ada", "company", {"name": f"c{number}"}).id for number in range(3)]
    assert read_events(site.services, consumers) == 3
    assert read_events(site.services, consumers) == 0
    seen: list[Any] = []
    yard = Yard(site, {"note": noting(seen, lambda job: (job.arguments["record"], bool(job.correlation)))}, consumers)
    assert yard.run_all() == 3
    assert seen == [(each, True) for each in saved]


def test_more_events_than_a_batch_and_several_readers_at_once(site: Site) -> None:
    consumers = [for_each("note"), for_each("second")]
    read_events(site.services, consumers)
    count = 450

    def save(number: int) -> None:
        site.save("ada", "company", {"name": f"c{number}"})

    with ThreadPoolExecutor(6) as pool:
        saving = [pool.submit(save, number) for number in range(count)]
        readers = [pool.submit(read_events, site.services, consumers) for _ in range(6)]
        for each in saving:
            each.result()
    total = sum(each.result() for each in readers) + read_events(site.services, consumers)
    assert total == 2 * count
    with site.services.database.read() as session:
        assert count_jobs(session) == {"waiting": 2 * count}
        assert [(each.name, each.behind) for each in consumer_states(session)] == [("note", 0), ("second", 0)]


@pytest.mark.filterwarnings("ignore")
def test_an_event_that_a_consumer_fails_on_is_set_aside_and_read_again(site: Site) -> None:
    broken = {"yes": True}

    def check(event: Event) -> None:
        if broken["yes"] and (event.after or {}).get("name") == "bad":
            raise ZeroDivisionError

    consumers = [for_each("note", check), for_each("other")]
    read_events(site.services, consumers)
    for name in ("good", "bad", "better"):
        site.save("ada", "company", {"name": name})
    assert read_events(site.services, consumers) == 6
    yard = Yard(site, {**handlers_of(consumers), "note": noting([]), "other": noting([])}, consumers)
    assert yard.run_all() == 6
    with site.services.database.read() as session:
        (aside,) = list_jobs(session, kind=READ_EVENT)
        assert len(list_jobs(session, kind="note")) == 2
    assert (aside.state, aside.attempt) == ("waiting", 1)
    assert "ZeroDivisionError" in str(aside.error)
    broken["yes"] = False
    site.clock.move(hours=1)
    assert yard.run_all() == 2
    with site.services.database.read() as session:
        assert len(list_jobs(session, kind="note")) == 3
        assert count_jobs(session) == {"done": 7}
