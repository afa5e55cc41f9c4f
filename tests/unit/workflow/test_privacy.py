"""Background work on personal data: terms in force are carried out, officers are reminded of breaches."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import AccessDenied
from kalip.records import Work, run
from kalip.records.jobs import Job
from kalip.records.privacy import NewBreach, change_breach, previews, put_in_force, report_breach
from kalip.storage.notifications import list_notifications
from kalip.workflow.notifications import my_notifications, told
from kalip.workflow.privacy import JOB_HANDLERS, RETENTION, SETTLING, remind, run_now
from tests.support.background import Yard
from tests.support.personal import CANARY, personal_pack, settle_in
from tests.support.site import NOW, Site, a_site


@pytest.fixture
def site(made_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """Persons in five entities."""
    path = tmp_path / "kalip.sqlite3"
    path.write_bytes(made_sqlite.read_bytes())
    with a_site(f"sqlite:///{path}", personal_pack()) as site:
        yield site


def test_it_works(site: Site, tmp_path: Path) -> None:
    """R14: a term is carried out at night once it is in force, or at once when somebody says so."""
    ids = settle_in(site, tmp_path)
    site.save("ada", "call", {"called_on": "2024-05-05"}, ids["call"])
    yard = Yard(site, JOB_HANDLERS)
    yard.put(Job(RETENTION, {}, "night 1"))
    yard.run_all()
    assert CANARY in site.get("ada", "call", ids["call"])["said"]
    (found,) = site.act("ada", previews, write=False)
    with pytest.raises(AccessDenied):
        site.act("bora", lambda work: run_now(work, found.rule.id))
    site.act("ada", lambda work: put_in_force(work, found.rule.id))
    yard.put(Job(RETENTION, {}, "night 2"))
    yard.put(Job(SETTLING, {}, "settle"))
    yard.run_all()
    assert site.get("ada", "call", ids["call"])["said"] is None
    (found,) = site.act("ada", previews, write=False)
    assert (found.count, found.in_force and found.in_force.emptied) == (0, 1)
    site.act("ada", lambda work: run_now(work, found.rule.id))
    assert yard.run_all() == 1


def test_officers_are_reminded_while_the_clock_runs(site: Site) -> None:
    """Of each mark once; not any more when the authority is told."""
    (term,) = site.act("ada", previews, write=False)
    site.act("ada", lambda work: put_in_force(work, term.rule.id))
    breach = site.act("ada", lambda work: report_breach(work, NewBreach("Laptop lost", NOW)))

    def told() -> list[str]:
        run(site.services, SYSTEM, remind)
        with site.services.database.read() as session:
            return [each.text for each in list_notifications(session, site.actors["ada"].id or "").items]

    assert (len(told()), len(told())) == (1, 1)
    site.clock.move(hours=49)
    assert len(told()) == 2
    site.clock.move(hours=25)
    assert told()[0] == "The authority should have been told of the breach '{title}' by {due}."
    other = site.act("ada", lambda work: report_breach(work, NewBreach("Mail astray", work.now - timedelta(hours=80))))
    for each in (breach, other):
        site.act("ada", lambda work, each=each: change_breach(work, each.id, authority_at=work.now))  # type: ignore[misc]
    assert len(told()) == 3


def test_officers_are_told_once_of_a_term_that_waits(site: Site) -> None:
    """As a publish may bring one, and nothing is emptied until somebody puts it in force."""

    def texts(name: str) -> list[str]:
        run(site.services, SYSTEM, remind)

        def read(work: Work) -> list[str]:
            return [each.text for each in told(work, my_notifications(work).items, "en", str)]

        return site.act(name, read, write=False)

    assert texts("ada") == texts("ada") == ["Personal data: a term of Call waits for somebody to put it in force."]
    assert texts("bora") == []
