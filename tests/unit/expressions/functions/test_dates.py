"""Days, moments, durations: apart from each other."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.expressions import assert_gives, faults


@pytest.mark.parametrize(
    ("source", "record", "expected"),
    [
        ("due + days(3)", {"due": date(2026, 1, 1)}, date(2026, 1, 4)),
        ("addMonths(due, 1)", {"due": date(2026, 1, 31)}, date(2026, 2, 28)),
        ("at - duration('1h')", {"at": datetime(2026, 1, 1, 12, tzinfo=UTC)}, datetime(2026, 1, 1, 11, tzinfo=UTC)),
        ("took > duration('90m')", {"took": timedelta(hours=2)}, True),
        ("due.year()", {"due": date(2026, 1, 1)}, 2026),
        ("timestamp('2026-01-01T00:00:00Z')", {}, datetime(2026, 1, 1, tzinfo=UTC)),
        ("date(at)", {"at": datetime(2026, 1, 1, 23, tzinfo=UTC)}, date(2026, 1, 1)),
        ("today()", {}, date(2026, 11, 24)),
    ],
)
def test_it_works(source: str, record: dict[str, object], expected: object) -> None:
    assert_gives(source, record, expected)


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("date('2026-02-30')", 'this is not a day, write date("2026-01-31")'),
    ],
)
def test_faults_are_told_with_the_way_out(source: str, fault: str) -> None:
    assert faults(source) == [fault]
