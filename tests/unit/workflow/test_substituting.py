"""Substitutes: tasks that are handed over for the time and come back, what the substitute is told, and copies."""

from datetime import timedelta

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import NotFound
from kalip.records import run
from kalip.records.organisation import NewSubstitution, end_substitution, make_substitution
from kalip.storage import list_jobs
from kalip.storage.notifications import list_notifications
from kalip.storage.substitutions import substitutions_to_settle
from kalip.storage.tasks import Task, get_task
from kalip.workflow.notifications import Notice, notify
from kalip.workflow.substituting import settle_one
from kalip.workflow.tasks import (
    AssignTask,
    CompleteTask,
    NewTask,
    assign_task,
    complete_task,
    create_task,
    inbox,
    query_of,
)
from tests.support.site import NOW, Site

DAY = timedelta(days=1)


def _id(site: Site, who: str) -> str:
    return str(site.actors[who].id)


def _give(site: Site, whom: str, **about: str) -> str:
    return site.act("ada", lambda work: create_task(work, NewTask("Call", user=_id(site, whom), **about)))  # type: ignore[arg-type]


def _task(site: Site, task_id: str) -> Task:
    with site.services.database.read() as session:
        found = get_task(session, task_id)
    assert found is not None
    return found


def _stand_in(site: Site, absent: str, substitute: str, **more: object) -> str:
    values = {"starts": NOW - DAY, "ends": NOW + 2 * DAY, **more}
    command = NewSubstitution(_id(site, absent), _id(site, substitute), **values)  # type: ignore[arg-type]
    return site.act(absent, lambda work: make_substitution(work, command))


def _settle(site: Site, substitution: str) -> int:
    return run(site.services, SYSTEM, lambda work: settle_one(work, substitution))


def _told(site: Site, who: str) -> list[tuple[str, str | None]]:
    with site.services.database.read() as session:
        return [(each.text, each.on_behalf) for each in list_notifications(session, _id(site, who)).items]


def test_it_works(site: Site) -> None:
    """EL7, SB8"""
    deal = site.save("ada", "deal", {"name": "Loom"}).id
    call, hidden, given_on = _give(site, "bora"), _give(site, "ada", entity="deal", record_id=deal), _give(site, "bora")
    made = _stand_in(site, "bora", "cem", moves=True)
    assert _settle(site, made) == 2
    assert _settle(site, made) == 0
    assert (_task(site, call).user_id, _task(site, call).delegated_by) == (_id(site, "cem"), _id(site, "bora"))
    assert _task(site, hidden).user_id == _id(site, "ada")
    site.act("cem", lambda work: assign_task(work, AssignTask(given_on, _id(site, "deniz"), delegate=True)))
    site.clock.move(days=2)
    assert _settle(site, made) == 1
    assert (_task(site, call).user_id, _task(site, call).delegated_by) == (_id(site, "bora"), None)
    assert _task(site, given_on).user_id == _id(site, "deniz")
    assert _settle(site, made) == 0


def test_tasks_come_back_when_a_substitution_is_ended_early(site: Site) -> None:
    call = _give(site, "bora")
    made = _stand_in(site, "bora", "cem", moves=True)
    _settle(site, made)
    site.act("cem", lambda work: end_substitution(work, made))
    with site.services.database.read() as session:
        jobs = [job.arguments["substitution"] for job in list_jobs(session, kind="substitutions.settle")]
    assert set(jobs) == {made}
    assert _settle(site, made) == 1
    assert _task(site, call).user_id == _id(site, "bora")


def test_the_hourly_look_around_finds_what_no_job_has_done(site: Site) -> None:
    def due() -> list[str]:
        with site.services.database.read() as session:
            return [each.id for each in substitutions_to_settle(session, site.clock())]

    made = _stand_in(site, "bora", "cem", moves=True)
    _stand_in(site, "bora", "deniz", kind="inform")
    coming = _stand_in(site, "cem", "deniz", starts=NOW + 5 * DAY, ends=NOW + 6 * DAY, moves=True)
    assert due() == [made]
    _settle(site, made)
    assert due() == []
    site.clock.move(days=2)
    assert due() == [made]
    _settle(site, made)
    assert due() == []
    site.act("cem", lambda work: end_substitution(work, coming))
    site.clock.move(days=3)
    assert due() == []


def test_the_substitute_is_told_once_and_gets_copies(site: Site) -> None:
    made = _stand_in(site, "bora", "cem", kind="inform", entities=("company",))
    _stand_in(site, "cem", "deniz", kind="inform")
    _settle(site, made)
    _settle(site, made)
    assert _told(site, "cem") == [("You stand in for {name} from {first} through {last}.", None)]
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    about = {"entity": "company", "record_id": company}
    notice = Notice([_id(site, "bora")], "rule", "Look", "one", **about)  # type: ignore[arg-type]
    assert run(site.services, SYSTEM, lambda work: notify(work, notice)) == 2
    assert _told(site, "cem")[0] == ("Look", _id(site, "bora"))
    # Deniz stands in for Cem, so for Bora: but may not see the company.
    assert [text for text, _ in _told(site, "deniz")] == ["You stand in for {name} from {first} through {last}."]
    plain = Notice([_id(site, "bora")], "rule", "Plain", "two")
    assert run(site.services, SYSTEM, lambda work: notify(work, plain)) == 1


def test_a_substitute_for_some_entities_ends_their_tasks_alone(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    about, plain = _give(site, "bora", entity="company", record_id=company), _give(site, "bora")
    _stand_in(site, "bora", "cem", entities=("company",))
    page = site.act("cem", lambda work: inbox(work, query_of(work, "stand_in")), write=False)
    assert [each.task.id for each in page.items] == [about]
    assert site.act("cem", lambda work: complete_task(work, CompleteTask(about))).on_behalf == _id(site, "bora")
    with pytest.raises(NotFound):
        site.act("cem", lambda work: complete_task(work, CompleteTask(plain)))


def test_a_task_gives_the_substitute_of_the_substitute_its_record(site: Site) -> None:
    company, other = (site.save("ada", "company", {"name": name, "country": "DE"}).id for name in ("Acme", "Other"))
    task = _give(site, "bora", entity="company", record_id=company)
    _stand_in(site, "bora", "cem", entities=("company",))
    with pytest.raises(NotFound):
        site.get("deniz", "company", company)
    made = _stand_in(site, "cem", "deniz")
    assert site.get("deniz", "company", company)["name"] == "Acme"
    assert [each.task.id for each in site.act("deniz", lambda work: inbox(work, query_of(work, "stand_in"))).items] == [
        task
    ]
    with pytest.raises(NotFound):
        site.get("deniz", "company", other)
    site.act("deniz", lambda work: end_substitution(work, made))
    with pytest.raises(NotFound):
        site.get("deniz", "company", company)
