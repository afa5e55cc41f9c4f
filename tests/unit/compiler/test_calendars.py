"""Business calendars as packs write them."""

from datetime import date, time, timedelta
from typing import Any

import pytest

from kalip.compiler.calendars import span_of
from kalip.model import Calendar, Span
from tests.support.builders import a_compilation, a_pack, an_entity

WEEK = {"monday": "09:00-12:30, 13:30-18:00", "saturday": "10:00-24:00"}


def compiled(**keys: Any) -> Any:
    pack = a_pack().with_entity(an_entity("deal")).with_document("calendars/office", {"week": WEEK, **keys})
    return a_compilation(pack)


def made(**keys: Any) -> Calendar:
    calendar: Calendar = compiled(**keys).required().calendars["office"]
    return calendar


def test_it_works() -> None:
    days = {"2026-12-31": {"label": "New Year's Eve", "hours": "09:00-13:00"}, "2026-11-02": {}}
    office = made(timezone="Europe/Istanbul", holidays={"TR": {}}, days=days)
    assert office.timezone == "Europe/Istanbul"
    assert office.week[0] == ((time(9), time(12, 30)), (time(13, 30), time(18)))
    assert office.week[5] == ((time(10), time(0)),)
    assert office.shifts_on(date(2026, 10, 29)) == ()
    assert office.shifts_on(date(2026, 11, 2)) == ()
    assert office.shifts_on(date(2026, 12, 31)) == ((time(9), time(13)),)
    assert office.day_names[date(2026, 12, 31)] == "New Year's Eve"


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        pytest.param({"timezone": "Europe/Istambul"}, "there is no time zone 'Europe/Istambul'", id="zone"),
        pytest.param({"week": {"monday": "13:00-18:00, 09:00-12:00"}}, "does not come after", id="order"),
        pytest.param({"week": {"monday": "18:00-09:00"}}, "does not come after", id="backwards"),
        pytest.param({"days": {"2026-02-30": {}}}, "'2026-02-30' is no date", id="date"),
        pytest.param({"holidays": {"XX": {}}}, "no public holidays are known of 'XX'", id="country"),
        pytest.param({"holidays": {"DE": {"region": "ZZ"}}}, "'DE' has no region 'ZZ'", id="region"),
    ],
)
def test_faults_are_told_with_their_place(keys: dict[str, Any], message: str) -> None:
    (found,) = compiled(**keys).diagnostics
    assert message in found.message
    assert found.code == "C171"
    assert found.where.pointer.startswith(f"/{next(iter(keys))}")


def test_lengths_of_time() -> None:
    assert span_of("P2W1DT3H30M") == Span(15, timedelta(hours=3, minutes=30))
    assert span_of("PT90M") == Span(0, timedelta(minutes=90))
