from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.fields import FieldFault, moments
from kalip.fields.moments import (
    iso_duration,
    maybe_moment_text,
    moment_text,
    parse_duration,
    parse_moment,
    parse_written_moment,
)


@given(st.timedeltas(-timedelta(days=moments.MAX_DAYS), timedelta(days=moments.MAX_DAYS)))
def test_any_duration_there_and_back(length: timedelta) -> None:
    assert parse_duration(iso_duration(length)) == length


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_moment_there_and_back(moment: datetime) -> None:
    assert parse_moment(moment_text(moment)) == moment
    assert maybe_moment_text(moment) == moment_text(moment)
    assert maybe_moment_text(None) is None


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "PT0S"),
        (timedelta(days=1), "P1D"),
        (timedelta(hours=-1), "-PT1H"),
        (timedelta(seconds=1, microseconds=500), "PT1.0005S"),
        (timedelta(days=10, minutes=1), "P10DT1M"),
    ],
)
def test_durations_are_short(length: timedelta, text: str) -> None:
    assert iso_duration(length) == text


def test_nine_digits_of_a_second_are_cut_to_six() -> None:
    assert parse_moment("2026-01-31T08:30:00.123456789Z").microsecond == 123456


def test_an_hour_that_clocks_skip_is_read() -> None:
    # Berlin jumps from 2 to 3 o'clock.
    berlin = ZoneInfo("Europe/Berlin")
    assert parse_written_moment("2026-03-29T02:30", "en", berlin) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_day_alone_begins_at_midnight() -> None:
    istanbul = ZoneInfo("Europe/Istanbul")
    assert parse_written_moment("31.01.2026", "tr", istanbul) == datetime(2026, 1, 30, 21, tzinfo=UTC)


def test_two_digits_of_a_year() -> None:
    assert moments.parse_written_date("1.2.68", "tr").year == 2068
    assert moments.parse_written_date("1.2.69", "tr").year == 1969


@pytest.mark.parametrize("wrong", ["1.2.345", "1.2", "99999.1.1", "1.2.20266", "x", "111.1.2026"])
def test_days_that_are_none(wrong: str) -> None:
    with pytest.raises(FieldFault):
        moments.parse_written_date(wrong, "tr")


def test_operators_have_distinct_names() -> None:
    for operators in (moments.date_operators(), moments.datetime_operators()):
        names = [operator.name for operator in operators]
        assert len(set(names)) == len(names)
        assert {"is", "between", "this_week", "older_than_days", "empty"} <= set(names)
