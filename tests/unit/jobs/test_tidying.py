"""What was kept for a time is forgotten, once a night."""

from datetime import timedelta

from kalip.jobs import all_background
from kalip.jobs.tidying import RECURRING, TIDY
from kalip.records import Job
from kalip.storage import count_jobs
from tests.support.background import Yard, noting
from tests.support.site import Site

KEPT = timedelta(days=30)


def test_jobs_that_are_done_are_forgotten_in_time(site: Site) -> None:
    handlers = {**all_background(KEPT).handlers, "note": noting([])}
    yard = Yard(site, handlers)
    ada = site.actors["ada"].id
    yard.put(Job("note", {}, "mine", actor=ada))
    yard.put(Job("note", {}, "nobodys"))
    assert yard.run_all() == 2
    for days, left in ((3, {"done": 2}), (30, {"done": 1})):
        site.clock.move(days=days)
        yard.put(Job(TIDY, {}, f"tidy {days}"))
        assert yard.run_all() == 1
        with site.services.database.read() as session:
            assert count_jobs(session) == left


def test_every_kind_that_recurs_has_a_handler() -> None:
    background = all_background(KEPT)
    assert {each.kind for each in background.recurring} <= background.handlers.keys()
    assert RECURRING[0] in background.recurring
    for names in ([each.name for each in background.recurring], [each.name for each in background.consumers]):
        assert len(set(names)) == len(names)
