"""The event log is looked through by person, kind, entity, record, time and text, newest first."""

from datetime import UTC, datetime, timedelta

import pytest

from kalip.storage import Database, Event
from kalip.storage import event_search as searching
from kalip.storage.event_search import EventFilter, FoundEvents, event_kinds, old_events, search_events

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
KINDS = ("record.created", "record.updated", "sign_in.failed", "sign_in.succeeded")


@pytest.fixture
def numbers(database: Database) -> list[int]:
    """Forty events, one each day."""
    with database.write() as session:
        return [
            session.events.append(
                Event(
                    kind=KINDS[each % 4],
                    entity="user" if each % 4 > 1 else "deal",
                    record_id=f"r{each % 5}",
                    actor=f"u{each % 3}",
                    at=NOW + timedelta(days=each),
                    on_behalf="boss" if each == 7 else None,
                    after={"note": f"{'100%' if each == 3 else 'Ada_x'} {each}"},
                )
            )
            for each in range(40)
        ]


def found(database: Database, wanted: EventFilter, below: int | None = None, limit: int = 50) -> FoundEvents:
    with database.read() as session:
        return search_events(session, wanted, below, limit)


def places(numbers: list[int], page: FoundEvents) -> list[int]:
    return [numbers.index(event.id) for event in page.events]


def test_it_works(database: Database, numbers: list[int]) -> None:
    page = found(database, EventFilter(), limit=15)
    assert places(numbers, page) == list(range(39, 24, -1))
    page = found(database, EventFilter(), page.next, limit=30)
    assert places(numbers, page) == list(range(24, -1, -1))
    assert (page.next, page.full) == (None, True)


def test_each_way_to_look(database: Database, numbers: list[int]) -> None:
    def at(wanted: EventFilter) -> list[int]:
        return places(numbers, found(database, wanted))

    assert at(EventFilter(kind="sign_in.failed", record_id="r2", entity="user")) == [22, 2]
    assert at(EventFilter(kind="sign_in", person="u0")) == [39, 30, 27, 18, 15, 6, 3]
    assert at(EventFilter(person="boss")) == [7]
    assert at(EventFilter(entity="deal", since=NOW + timedelta(days=36))) == [37, 36]
    assert at(EventFilter(since=NOW + timedelta(days=5), until=NOW + timedelta(days=8))) == [7, 6, 5]
    assert at(EventFilter(until=NOW)) == []
    assert at(EventFilter(since=NOW + timedelta(days=300))) == []
    assert at(EventFilter(text="ada_X 1", kind="record")) == [17, 16, 13, 12, 1]
    assert at(EventFilter(text="0%")) == [3]
    assert at(EventFilter(text="Ada%x")) == []


def test_an_empty_log_has_nothing(database: Database) -> None:
    assert found(database, EventFilter(text="x", since=NOW)) == FoundEvents((), None)


def test_what_no_index_answers_is_looked_for_in_windows(
    database: Database, numbers: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "WINDOW", 5)
    page = found(database, EventFilter(text="Ada_x 4"))
    assert (places(numbers, page), page.full) == ([], False)
    page = found(database, EventFilter(text="Ada_x 4"), page.next)
    assert (places(numbers, page), page.full, page.next) == ([4], True, None)
    assert places(numbers, found(database, EventFilter(person="boss"))) == [7]
    assert len(found(database, EventFilter(), limit=25).events) == 20


def test_kinds_are_known(database: Database, numbers: list[int]) -> None:
    with database.read() as session:
        assert event_kinds(session) == sorted(KINDS)


def test_old_events_of_kinds(database: Database, numbers: list[int]) -> None:
    with database.read() as session:
        old = old_events(session, ("sign_in",), NOW + timedelta(days=9), 0, numbers[7])
        assert old == [numbers[each] for each in (2, 3, 6)]
        assert old_events(session, ("sign_in",), NOW + timedelta(days=9), numbers[2], numbers[7], 1) == [numbers[3]]
