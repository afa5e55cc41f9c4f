"""Scans for duplicates: groups of all rules, kept for the page, and merged where a rule says so."""

from collections.abc import Iterator
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, Conflict
from kalip.records import SaveRecord, archive_record, save_record, scanning
from kalip.records.duplicates import tell_records_apart
from kalip.records.job_desk import job_of, stop_job
from kalip.records.jobs import Job
from kalip.records.merging import resolve
from kalip.records.scanning import PER_PAGE, SCAN_ALL, ScanPage, scan_page, start_scan
from tests.support.background import Yard
from tests.support.site import Site, a_site
from tests.support.twins import RULES, twins_pack


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    rules = {**RULES, "same_mail": {**RULES["same_mail"], "auto_merge": True}}
    with a_site(database_url, twins_pack(duplicates=rules)) as site:
        yield site


def make(site: Site, **values: Any) -> str:
    command = SaveRecord("person", values, accept_duplicates=True)
    return site.act("ada", lambda work: save_record(work, command)).id


def scanned(site: Site, who: str = "ada") -> ScanPage:
    yard = Yard(site, scanning.JOB_HANDLERS)
    job_id = site.act(who, lambda work: start_scan(work, "person"))
    yard.run_all()
    job = site.act(who, lambda work: job_of(work, job_id), write=False)
    assert (job.state, job.done, job.total) == ("done", 5, 5), job.error
    return shown(site, who)


def shown(site: Site, who: str = "ada", after: int = 0) -> ScanPage:
    return site.act(who, lambda work: scan_page(work, "person", after), write=False)


def test_it_works(site: Site) -> None:
    """BX6, CR11: groups by all rules, joined where they share a record."""
    first = make(site, name="Ada", phone="+905321112233")
    second = make(site, name="Bora", mobile="+905321112233", city="İzmir")
    third = make(site, name="Borra", city="izmir")
    make(site, name="Somebody else", city="izmir")
    assert shown(site).scan is None
    page = scanned(site)
    assert [(group.ids, group.rules) for group in page.groups] == [
        ((first, second, third), ("like_name", "same_phone"))
    ]
    assert (page.count, page.next) == (1, None)
    assert page.scan is not None
    assert (page.scan.groups, page.scan.merged, page.scan.actor) == (1, 0, site.actors["ada"].id)


def test_what_a_rule_lets_it_merge_is_merged(site: Site) -> None:
    """BX6: auto-merge only where it is declared, and where no filled field contradicts another."""
    first = make(site, name="Ada", mail="a@x.co", city="İzmir")
    second = make(site, name="Ada", mail="A@x.co", notes="kept")
    other = [make(site, name=name, mail="b@x.co") for name in ("Bora", "Cem")]
    page = scanned(site)
    assert [group.ids for group in page.groups] == [tuple(other)]
    assert page.scan is not None
    assert (page.scan.groups, page.scan.merged) == (2, 1)
    assert site.get("ada", "person", first)["notes"] == "kept"
    assert site.act("ada", lambda work: resolve(work, second)) == first
    assert [group.ids for group in scanned(site).groups] == [tuple(other)]


def test_what_was_settled_since_is_left_out(site: Site) -> None:
    """L51: what was told apart is found no more, now and by the next scan; nor are archived records."""
    first, second = make(site, name="Ada", phone="+905321112233"), make(site, name="B", phone="+905321112233")
    assert len(scanned(site).groups) == 1
    site.act("ada", lambda work: tell_records_apart(work, "person", [first, second]))
    assert shown(site).groups == ()
    third = make(site, name="C", phone="+905321112233")
    assert [group.ids for group in scanned(site).groups] == [(first, second, third)]
    site.act("ada", lambda work: archive_record(work, "person", third))
    assert shown(site).groups == ()


def test_nobody_is_shown_what_he_may_not_see(site: Site) -> None:
    make(site, name="Ada", phone="+905321112233")
    make(site, name="Hidden", phone="+905321112233", city="Gizli")
    assert len(scanned(site).groups) == 1
    theirs = shown(site, "bora")
    assert (theirs.groups, theirs.count) == ((), None)
    with pytest.raises(AccessDenied):
        site.act("cem", lambda work: start_scan(work, "person"))
    with pytest.raises(Conflict):
        site.act("ada", lambda work: start_scan(work, "note"))


def test_groups_come_in_pages(site: Site) -> None:
    for number in range(PER_PAGE + 2):
        for name in "ab":
            make(site, name=f"{name}{number}", phone=f"+9053211122{number:02}")
    page = scanned(site)
    assert (len(page.groups), page.count) == (PER_PAGE, PER_PAGE + 2)
    assert page.next is not None
    rest = shown(site, after=page.next)
    assert (len(rest.groups), rest.next) == (2, None)


def test_all_entities_are_scanned_at_night(site: Site) -> None:
    """DY9: scheduled; entities without rules of their own are left out."""
    first, second = make(site, name="Ada", phone="+905321112233"), make(site, name="B", phone="+905321112233")
    yard = Yard(site, scanning.JOB_HANDLERS)
    yard.put(Job(SCAN_ALL, {}, "tonight"))
    assert yard.run_all() == 4
    assert [group.ids for group in shown(site).groups] == [(first, second)]


def test_a_scan_that_is_stopped_keeps_what_was_found_before(site: Site) -> None:
    make(site, name="Ada", phone="+905321112233")
    make(site, name="B", phone="+905321112233")
    assert len(scanned(site).groups) == 1
    job_id = site.act("ada", lambda work: start_scan(work, "person"))
    site.act("ada", lambda work: stop_job(work, job_id))
    Yard(site, scanning.JOB_HANDLERS).run_all()
    assert len(shown(site).groups) == 1
