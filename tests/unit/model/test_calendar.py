"""Working time: SLA clocks and rules count in it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.text import Text
from kalip.model import Calendar, Span, moved

DAY = ((time(9), time(12, 30)), (time(13, 30), time(18)))
START = datetime(2026, 1, 1, tzinfo=UTC)
SATURDAY = ((time(10), time(14)),)
OFFICE = Calendar(
    "office",
    Text(),
    "Europe/Istanbul",
    MappingProxyType({**dict.fromkeys(range(5), DAY)}),
    MappingProxyType({date(2026, 10, 29): (), date(2026, 10, 31): SATURDAY}),
)


def local(text: str, zone: str = "Europe/Istanbul") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        pytest.param("2026-11-02T09:00", 1, "2026-11-02T10:00", id="within-a-shift"),
        pytest.param("2026-11-02T12:00", 1, "2026-11-02T14:00", id="over-lunch"),
        pytest.param("2026-11-02T20:00", 1, "2026-11-03T10:00", id="from-the-evening"),
        pytest.param("2026-11-06T17:00", 2, "2026-11-09T10:00", id="over-a-weekend"),
        pytest.param("2026-10-28T17:00", 2, "2026-10-30T10:00", id="over-a-holiday"),
        pytest.param("2026-10-30T17:00", 2, "2026-10-31T11:00", id="into-a-working-saturday"),
        pytest.param("2026-11-02T09:00", 3.5, "2026-11-02T12:30", id="to-the-end-of-a-shift"),
        pytest.param("2026-11-02T10:00", -2, "2026-10-31T13:00", id="backwards"),
        pytest.param("2026-11-02T09:00", 0, "2026-11-02T09:00", id="nothing"),
    ],
)
def test_working_time_is_added(begin: str, hours: float, end: str) -> None:
    assert OFFICE.add(local(begin), timedelta(hours=hours)) == local(end)


def test_a_day_is_a_working_day() -> None:
    assert OFFICE.day_length == timedelta(hours=8)
    assert moved(local("2026-11-05T10:00"), Span(days=2), OFFICE) == local("2026-11-09T10:00")
    assert moved(local("2026-11-05T10:00"), Span(days=2), None) == local("2026-11-07T10:00")
    assert moved(local("2026-11-09T10:00"), Span(days=2), OFFICE, back=True) == local("2026-11-05T10:00")


def test_time_between_counts_only_work() -> None:
    assert OFFICE.between(local("2026-11-06T17:00"), local("2026-11-09T10:00")) == timedelta(hours=2)
    assert OFFICE.between(local("2026-11-09T10:00"), local("2026-11-06T17:00")) == -timedelta(hours=2)
    assert OFFICE.is_open(local("2026-11-06T17:00"))
    assert not OFFICE.is_open(local("2026-11-06T13:00"))


def test_a_calendar_without_work_never_comes_to_an_end() -> None:
    never = Calendar("never", Text(), "UTC", MappingProxyType({}))
    assert never.add(local("2026-11-06T17:00"), timedelta(hours=1)) is None
    assert never.day_length == timedelta()


def test_hours_move_with_summer_time() -> None:
    # On 25 October 2026 clocks in Berlin go back at three: a night shift is an hour longer.
    week: Mapping[int, tuple[tuple[time, time], ...]] = MappingProxyType({6: ((time(0), time(0)),)})
    night = Calendar("night", Text(), "Europe/Berlin", week)
    start, end = local("2026-10-25T00:00", "Europe/Berlin"), local("2026-10-26T00:00", "Europe/Berlin")
    assert night.between(start, end) == timedelta(hours=25)
    assert night.add(start, timedelta(hours=25)) == end


MOMENTS = st.integers(0, 1_000_000).map(lambda minutes: START + timedelta(minutes=minutes))


@given(MOMENTS, st.integers(1, 20_000))
def test_adding_and_measuring_agree(moment: datetime, minutes: int) -> None:
    working = timedelta(minutes=minutes)
    end = OFFICE.add(moment, working)
    assert end is not None
    assert OFFICE.between(moment, end) == working
    back = OFFICE.add(end, -working)
    assert back is not None
    assert back >= moment
    assert OFFICE.between(moment, back) == timedelta()


@given(MOMENTS, MOMENTS)
def test_a_later_start_never_ends_earlier(one: datetime, other: datetime) -> None:
    first, last = sorted((one, other))
    ends = OFFICE.add(first, timedelta(hours=5)), OFFICE.add(last, timedelta(hours=5))
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]
