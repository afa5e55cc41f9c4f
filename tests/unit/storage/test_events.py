"""The event log: a record's history by pages."""

from datetime import UTC, datetime, timedelta

import pytest

from kalip.base.errors import BadRequest
from kalip.storage import Database, Event, append_events, events_for

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def event(number: int, record: str = "1") -> Event:
    before = {"z": number, "a": None} if number else None
    return Event(
        "updated", "thing", record, "u1", NOW + timedelta(seconds=number), before, {"z": number + 1}, "u2", "c1", "r1"
    )


def test_history_comes_by_pages_newest_first(database: Database) -> None:
    with database.write() as session:
        append_events(session, [event(number) for number in range(5)])
        append_events(session, [event(9, "2")])
        append_events(session, [])
    with database.read() as session:
        first = events_for(session, "thing", "1", 2)
        assert [each.after for each in first.events] == [{"z": 5}, {"z": 4}]
        assert list(first.events[0].before or {}) == ["z", "a"]
        second = events_for(session, "thing", "1", 2, first.next)
        third = events_for(session, "thing", "1", 2, second.next)
    assert [len(page.events) for page in (second, third)] == [2, 1]
    assert third.next is None
    found = third.events[0]
    assert (found.actor, found.on_behalf, found.correlation, found.revision, found.at) == ("u1", "u2", "c1", "r1", NOW)


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "٣", "9" * 40])
def test_a_strange_cursor_is_refused(database: Database, cursor: str) -> None:
    with database.read() as session, pytest.raises(BadRequest):
        events_for(session, "thing", "1", cursor=cursor)
