from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from kalip.fields import Style
from tests.support.fields import Tried

MOMENT = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)
ISTANBUL = ZoneInfo("Europe/Istanbul")


def test_it_works() -> None:
    assert Tried("datetime").json("2026-01-31T11:30:00+03:00") == MOMENT


def test_values_are_in_utc() -> None:
    assert Tried("datetime").json("2026-01-31T11:30:00+03:00").tzinfo is UTC


@pytest.mark.parametrize(
    "wrong", ["2026-01-31", "2026-01-31T25:00:00Z", "2026-02-30T00:00:00Z", "now", "", "20260131T083000Z"]
)
def test_what_is_no_moment_is_refused(wrong: str) -> None:
    assert Tried("datetime").refusal(wrong) == "not_a_moment"


def test_json_must_name_the_zone() -> None:
    assert Tried("datetime").refusal("2026-01-31T08:30:00") == "no_time_zone"


def test_years_1_to_9999_in_utc() -> None:
    assert Tried("datetime").refusal("0001-01-01T00:00:00+03:00") == "out_of_range"
    assert Tried("datetime").refusal("9999-12-31T23:59:59-03:00") == "out_of_range"


@pytest.mark.parametrize(
    ("text", "locale"),
    [("2026-01-31T11:30", "en"), ("31.01.2026 11:30", "tr"), ("1/31/2026, 11:30 AM", "en"), ("31.01.2026 11.30", "ru")],
)
def test_people_write_local_time(text: str, locale: str) -> None:
    tried = Tried("datetime")
    assert tried.type.parse_text(tried.field, text, locale, ISTANBUL) == MOMENT


def test_it_is_shown_in_the_readers_zone() -> None:
    tried = Tried("datetime")
    assert tried.shown(MOMENT, "tr", timezone=ISTANBUL) == "31 Oca 2026 11:30"
    assert tried.shown(MOMENT, "en", timezone=ISTANBUL) == "Jan 31, 2026, 11:30 AM"


def test_the_last_moment_can_be_shown_in_the_east() -> None:
    tried = Tried("datetime")
    last = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    east = Style("en", timezone(timedelta(hours=5)))
    assert "9999" in tried.type.format(tried.field, last, east)
    assert tried.type.to_inputs(tried.field, last, east) == {"": ("9999-12-31T23:59:00Z",)}


def test_today_is_a_range_of_moments() -> None:
    assert Tried("datetime").filter("today") == "it >= datetime(today()) && it < datetime(addDays(today(), 1))"
