"""Recurring work fires once over all nodes, and after downtime as it was declared."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kalip.jobs import fire_due, next_after
from kalip.records import Recurring, Services
from kalip.storage import known_recurring, list_jobs
from tests.support.background import Yard, noting
from tests.support.site import Site

HOURLY = Recurring("hourly", "note", cron="30 * * * *")


def fired(site: Site) -> list[str]:
    with site.services.database.read() as session:
        return [str(job.arguments["due"])[11:16] for job in reversed(list_jobs(session))]


def test_it_fires_when_it_is_due_and_once_over_many_nodes(site: Site) -> None:
    assert fire_due(site.services, [HOURLY]) == 0
    site.clock.move(minutes=29)
    assert fire_due(site.services, [HOURLY]) == 0
    site.clock.move(minutes=1)
    with ThreadPoolExecutor(6) as pool:
        nodes = [pool.submit(fire_due, site.services, [HOURLY]) for _ in range(6)]
        assert sum(each.result() for each in nodes) == 1
    assert fired(site) == ["12:30"]
    seen: list[Any] = []
    assert Yard(site, {"note": noting(seen)}, recurring=[HOURLY]).run_all() == 1
    assert seen == ["recurring:hourly:2026-11-24T12:30:00+00:00"]


@pytest.mark.parametrize(
    ("missed", "expected"),
    [("once", ["15:30"]), ("skip", []), ("all", ["12:30", "13:30", "14:30", "15:30"])],
    ids=["once", "skip", "all"],
)
def test_after_downtime_it_catches_up_as_declared(site: Site, missed: Any, expected: list[str]) -> None:
    work = [Recurring("hourly", "note", cron="30 * * * *", missed=missed)]
    fire_due(site.services, work)
    site.clock.move(hours=4)
    fire_due(site.services, work)
    assert fired(site) == expected
    site.clock.move(minutes=31)
    fire_due(site.services, work)
    assert fired(site) == [*expected, "16:30"]


def test_work_declared_otherwise_starts_anew_and_what_is_gone_is_forgotten(site: Site) -> None:
    fire_due(site.services, [HOURLY, Recurring("old", "note", every=60)])
    site.clock.move(minutes=20)
    fire_due(site.services, [Recurring("hourly", "note", every=900)])
    with site.services.database.read() as session:
        assert known_recurring(session) == {"hourly": ("every 900", datetime(2026, 11, 24, 12, 30, tzinfo=UTC))}
    assert fired(site) == []


def test_steps_are_counted_from_a_fixed_moment() -> None:
    moment = datetime(2026, 11, 24, 12, 0, 7, tzinfo=UTC)
    work = Recurring("often", "note", every=60)
    assert next_after(work, moment) == moment + timedelta(seconds=53)
    assert next_after(work, moment + timedelta(seconds=53)) == moment + timedelta(seconds=113)
    for wrong in (Recurring("neither", "note"), Recurring("both", "note", cron="* * * * *", every=5)):
        with pytest.raises(ValueError, match="needs either cron or every"):
            next_after(wrong, moment)


def test_what_a_site_does_not_want_passes_without_a_job(site: Site) -> None:
    asked: list[bool] = []

    def wanted(_services: Services) -> bool:
        asked.append(True)
        return len(asked) > 1

    work = [Recurring("poll", "note", every=60, wanted=wanted)]
    fire_due(site.services, work)
    made = []
    for _ in range(3):
        site.clock.move(minutes=1)
        made.append(fire_due(site.services, work))
        # Its time has passed: nobody asks again before the next one.
        assert fire_due(site.services, work) == 0
    assert (made, len(asked)) == ([0, 1, 1], 3)
