"""Calendars: which records are on which days, in whose time zone, and where they are moved to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, BadRequest, NotFound, RecordRejected, StaleVersion
from kalip.records import Work
from kalip.records.pages import CalendarQuery, calendar_page
from kalip.records.rescheduling import Reschedule, reschedule
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site

CALENDAR = {"start": "at", "end": "lasts", "day": "day", "filter": "name != 'hidden'"}


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    visit = (
        an_entity("visit")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("at", "datetime")
        .with_field("until", "datetime")
        .with_field("lasts", "duration")
        .with_field("day", "date")
        .with_field("last_day", "date")
        .with_access(rep={"all": "own", "create": "all"}, viewer={"read": "all"})
        .with_document("views/calendar", CALENDAR)
        .with_document("views/calendar.stays", {"start": "day", "end": "last_day"})
        .with_document("views/calendar.slots", {"start": "at", "end": "until"})
    )
    pack = a_pack("visits").with_role("rep", "viewer").with_role("boss", administrator=True).with_entity(visit)
    with a_site(database_url, pack) as running:
        yield running


def lives_in(site: Site, who: str, zone: str) -> None:
    site.actors[who] = replace(site.actors[who], timezone=zone)


def make(site: Site, name: str, **values: Any) -> str:
    return site.save("bora", "visit", {"name": name, **values}).id


def shown(site: Site, first: str, last: str, who: str = "bora", **more: Any) -> list[tuple[str, str, str]]:
    query = CalendarQuery("visit", date.fromisoformat(first), date.fromisoformat(last), **more)

    def read(work: Work) -> list[tuple[str, str, str]]:
        return [
            (each.row.title, each.first.isoformat(), f"{each.start:%H:%M}" if each.start else "")
            for each in calendar_page(work, query).entries
        ]

    return site.act(who, read, write=False)


def test_it_works(site: Site) -> None:
    """BX10"""
    make(site, "call", at="2026-03-02T09:00:00Z", lasts="PT30M")
    make(site, "errand", day="2026-03-02")
    make(site, "early", at="2026-03-02T06:00:00Z")
    make(site, "hidden", day="2026-03-02")
    make(site, "another day", day="2026-03-09")
    make(site, "no day")
    assert shown(site, "2026-03-01", "2026-03-08") == [
        ("errand", "2026-03-02", ""), ("early", "2026-03-02", "06:00"), ("call", "2026-03-02", "09:00"),
    ]  # fmt: skip
    assert [each[0] for each in shown(site, "2026-03-01", "2026-03-08", filter="name == 'call'")] == ["call"]


def test_a_day_is_the_readers_own(site: Site) -> None:
    """W41"""
    make(site, "late", at="2026-03-01T22:30:00Z")
    assert shown(site, "2026-03-01", "2026-03-02") == [("late", "2026-03-01", "22:30")]
    lives_in(site, "bora", "Europe/Istanbul")
    assert shown(site, "2026-03-01", "2026-03-02") == []
    assert shown(site, "2026-03-02", "2026-03-03") == [("late", "2026-03-02", "01:30")]


def test_what_lasts_is_on_all_its_days(site: Site) -> None:
    make(site, "fair", at="2026-03-01T08:00:00Z", lasts="P2DT4H")
    make(site, "night", at="2026-03-02T22:00:00Z", lasts="PT2H")
    make(site, "stay", day="2026-02-20", last_day="2026-03-03")
    make(site, "slot", at="2026-03-01T23:00:00Z", until="2026-03-03T01:00:00Z")
    assert [each[0] for each in shown(site, "2026-03-03", "2026-03-04")] == ["fair"]
    assert [each[0] for each in shown(site, "2026-03-03", "2026-03-04", calendar="stays")] == ["stay"]
    assert [each[0] for each in shown(site, "2026-03-03", "2026-03-04", calendar="slots")] == ["slot"]


def test_who_may_not_see_a_record_does_not_see_it_there(site: Site) -> None:
    make(site, "mine", day="2026-03-02")
    site.save("ada", "visit", {"name": "hers", "day": "2026-03-02"})
    assert [each[0] for each in shown(site, "2026-03-01", "2026-03-08")] == ["mine"]
    assert len(shown(site, "2026-03-01", "2026-03-08", "cem")) == 2
    with pytest.raises((NotFound, AccessDenied)):
        shown(site, "2026-03-01", "2026-03-08", "deniz")


@pytest.mark.parametrize("last", ["2026-03-01", "2026-12-01", "2026-02-01"])
def test_a_calendar_shows_some_days(site: Site, last: str) -> None:
    with pytest.raises(BadRequest):
        shown(site, "2026-03-01", last)
    with pytest.raises(NotFound):
        shown(site, "2026-03-01", "2026-03-02", calendar="nothing")


def test_moving_takes_all_times_along(site: Site) -> None:
    """BX10"""
    record = make(
        site, "visit", at="2026-03-02T09:15:00Z", day="2026-03-03", lasts="PT1H", until="2026-03-02T10:00:00Z"
    )
    site.act("bora", lambda work: reschedule(work, Reschedule("visit", record, date(2026, 3, 6))))
    moved = site.get("bora", "visit", record)
    assert (moved["at"], moved["day"], moved["lasts"]) == ("2026-03-06T09:15:00Z", "2026-03-07", "PT1H")
    command = Reschedule("visit", record, date(2026, 3, 6), time(14, 0), "slots")
    site.act("bora", lambda work: reschedule(work, command))
    moved = site.get("bora", "visit", record)
    assert (moved["at"], moved["until"], moved["day"]) == ("2026-03-06T14:00:00Z", "2026-03-02T14:45:00Z", "2026-03-07")


def test_the_clock_shows_the_same_after_a_move_over_the_change_of_time(site: Site) -> None:
    """W41"""
    lives_in(site, "bora", "Europe/Berlin")
    record = make(site, "visit", at="2026-03-27T08:00:00Z")
    site.act("bora", lambda work: reschedule(work, Reschedule("visit", record, date(2026, 3, 30))))
    assert site.get("bora", "visit", record)["at"] == "2026-03-30T07:00:00Z"


def test_records_of_whole_days_are_moved_too(site: Site) -> None:
    errand = make(site, "errand", day="2026-03-02")
    site.act("bora", lambda work: reschedule(work, Reschedule("visit", errand, date(2026, 3, 5), time(9))))
    assert (site.get("bora", "visit", errand)["day"], site.get("bora", "visit", errand)["at"]) == ("2026-03-05", None)
    stay = make(site, "stay", day="2026-03-02", last_day="2026-03-04")
    site.act("bora", lambda work: reschedule(work, Reschedule("visit", stay, date(2026, 3, 9), None, "stays")))
    assert site.get("bora", "visit", stay)["last_day"] == "2026-03-11"


def test_a_move_is_a_save_with_its_rights_and_versions(site: Site) -> None:
    """W07"""
    record = make(site, "visit", day="2026-03-02")
    with pytest.raises(AccessDenied):
        site.act("cem", lambda work: reschedule(work, Reschedule("visit", record, date(2026, 3, 5))))
    site.save("bora", "visit", {"name": "changed"}, record)
    with pytest.raises(StaleVersion):
        site.act("bora", lambda work: reschedule(work, Reschedule("visit", record, date(2026, 3, 5), version=1)))
    nowhere = make(site, "no day")
    with pytest.raises(RecordRejected):
        site.act("bora", lambda work: reschedule(work, Reschedule("visit", nowhere, date(2026, 3, 5))))
