"""The event log as an audit trail: sealed, kept for a time, looked through by administrators alone."""

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from kalip.base.errors import AccessDenied, ConfigurationError
from kalip.jobs import all_background
from kalip.jobs.tidying import Keeping
from kalip.records import Job
from kalip.records.audit import (
    FORGET,
    SEAL,
    Kept,
    forget_events,
    kept_of,
    kinds_of_events,
    log_page,
    log_pages,
    newest_seal,
    seal_events,
)
from kalip.records.comments import comment, remove_comment
from kalip.storage import Event, append_events
from kalip.storage.event_search import EventFilter
from kalip.storage.seal_check import SealCheck
from tests.support.background import Yard
from tests.support.site import Site, a_site


@pytest.fixture
def lite(made_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """The sales site on SQLite, for what doesn't differ from database to database."""
    shutil.copy(made_sqlite, tmp_path / "lite.db")
    with a_site(f"sqlite:///{tmp_path / 'lite.db'}") as site:
        yield site


def checked(site: Site) -> SealCheck:
    """The log, found as it was sealed."""
    with site.services.database.read() as session:
        check = SealCheck(session)
        assert list(check.run()) == []
    return check


def sign_in(site: Site, count: int = 1) -> None:
    """Failed sign-ins."""
    now = site.clock()
    with site.services.database.write() as session:
        append_events(session, [Event("sign_in.failed", "user", "a@example.com", None, now) for _ in range(count)])


def test_it_works(site: Site) -> None:
    site.save("bora", "company", {"name": "Aksa"})
    assert seal_events(site.services) == 1
    assert seal_events(site.services) == 0
    seal = newest_seal(site.services)
    assert seal is not None
    assert (seal.number, seal.count) == (1, 1)
    assert checked(site).events == 1


def test_jobs_seal_and_forget(lite: Site) -> None:
    yard = Yard(lite, all_background(Keeping(events=(Kept("sign_in", 90),))).handlers)
    sign_in(lite, 3)
    lite.save("bora", "company", {"name": "Aksa"})
    yard.put(Job(SEAL, {}, "seal 1"))
    assert yard.run_all() == 1
    assert (yard.job("seal 1").result or {})["events"] == 4
    lite.clock.move(days=91)
    sign_in(lite)
    yard.put(Job(SEAL, {}, "seal 2"))
    yard.put(Job(FORGET, {}, "forget"))
    yard.run_all()
    assert yard.job("forget").result == {"sign_in": 3}
    check = checked(lite)
    assert (check.events, check.removed) == (2, 3)
    assert check.reasons == {"kept for 90 days: sign_in": 3}


def test_the_newest_batch_and_what_is_young_stay(lite: Site) -> None:
    sign_in(lite, 2)
    seal_events(lite.services)
    kept = kept_of("sign_in=10 record.read=5")
    lite.clock.move(days=11)
    assert forget_events(lite.services, kept) == {"sign_in": 0, "record.read": 0}
    sign_in(lite)
    seal_events(lite.services)
    assert forget_events(lite.services, kept, dry_run=True) == {"sign_in": 2, "record.read": 0}
    assert forget_events(lite.services, kept) == {"sign_in": 2, "record.read": 0}
    assert forget_events(lite.services, kept) == {"sign_in": 0, "record.read": 0}
    assert checked(lite).removed == 2


@pytest.mark.parametrize("text", ["sign_in", "sign_in=", "=3", "sign_in=0", "sign_in=x", "sign_in=-3"])
def test_how_long_events_are_kept_is_checked(text: str) -> None:
    with pytest.raises(ConfigurationError):
        kept_of(text)


def test_a_comment_that_is_taken_back_is_known(lite: Site) -> None:
    deal = lite.save("bora", "deal", {"name": "Steel"}).id
    said = lite.act("bora", lambda work: comment(work, "deal", deal, "My number is 555"))
    seal_events(lite.services)
    lite.act("bora", lambda work: remove_comment(work, "deal", deal, said.id))
    assert checked(lite).reasons == {"comment taken back": 1}


def test_two_sealers_and_writers_leave_no_hole(site: Site) -> None:
    stop = threading.Event()
    faults: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(15):
                with site.services.database.write() as session:
                    session.events.append(Event("record.updated", "deal", "1", None, site.clock()))
        except BaseException as error:  # noqa: BLE001 - shown by the test
            faults.append(error)

    def seal() -> None:
        try:
            while not stop.is_set():
                seal_events(site.services)
        except BaseException as error:  # noqa: BLE001 - shown by the test
            faults.append(error)

    writers = [threading.Thread(target=write) for _ in range(3)]
    sealers = [threading.Thread(target=seal) for _ in range(2)]
    for each in (*sealers, *writers):
        each.start()
    for each in writers:
        each.join()
    stop.set()
    for each in sealers:
        each.join()
    assert faults == []
    seal_events(site.services)
    assert checked(site).events == 45


def test_a_transaction_that_goes_on_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    if site.services.database.dialect == "sqlite":
        return
    monkeypatch.setattr("kalip.records.audit.sealing.PATIENCE", 0.2)
    with site.services.database.write() as slow:
        slow.events.append(Event("record.updated", "deal", "1", None, site.clock()))
        sign_in(site)
        assert seal_events(site.services) == 0
    assert seal_events(site.services) == 2


def test_the_log_is_for_administrators(lite: Site) -> None:
    company = lite.save("bora", "company", {"name": "Aksa"}).id
    lite.clock.move(days=1)
    lite.save("ada", "company", {"city": "Bursa"}, company)
    page = lite.act("ada", lambda work: log_page(work, EventFilter(record_id=company, entity="company")), write=False)
    assert [event.kind for event in page.events] == ["record.updated", "record.created"]
    assert page.titles.of("user", page.events[1].actor or "") == "Bora"
    assert page.titles.of("company", company) == "Aksa"
    pages = lite.act("ada", lambda work: list(log_pages(work, EventFilter(kind="record"))), write=False)
    assert sum(len(each.events) for each in pages) == 2
    assert "record.created" in lite.act("ada", kinds_of_events, write=False)
    for who in ("bora", "cem"):
        with pytest.raises(AccessDenied):
            lite.act(who, lambda work: log_page(work, EventFilter()), write=False)


def test_what_is_old_is_looked_for_by_day(lite: Site) -> None:
    for _ in range(5):
        sign_in(lite)
        lite.clock.move(days=1)
    since = lite.clock() - timedelta(days=3)
    page = lite.act("ada", lambda work: log_page(work, EventFilter(since=since)), write=False)
    assert len(page.events) == 3
