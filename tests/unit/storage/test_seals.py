"""Seals over the event log: what is altered, missing or put in is named; what is done knowingly is known."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from kalip.storage import (
    Blobs,
    Database,
    Event,
    append_events,
    backup,
    events_for,
    make_database,
    redact_events,
    restore,
    rewrite_event,
)
from kalip.storage.events import REDACTED_NAMES
from kalip.storage.seal_check import Finding, SealCheck
from kalip.storage.seals import (
    REDACTED,
    changes_of,
    last_seal,
    newest_event_id,
    remove_events,
    seal_next,
    sealed_up_to,
    seals_after,
    writers_of_events,
)
from kalip.storage.session import Session

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def lite(made_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """A database of one kind, for what doesn't differ from kind to kind."""
    shutil.copy(made_sqlite, tmp_path / "lite.db")
    database = make_database(f"sqlite:///{tmp_path / 'lite.db'}")
    yield database
    database.dispose()


def fill(database: Database, count: int = 10) -> list[int]:
    """Events of three records in turn; their numbers."""
    with database.write() as session:
        return [
            session.events.append(
                Event("record.updated", "thing", str(each % 3), "u1", NOW, {"tin": each}, {"tin": each + 1, "ş": "ğ"})
            )
            for each in range(count)
        ]


def seal_all(database: Database, batch: int = 4) -> None:
    with database.write() as session:
        while seal_next(session, newest_event_id(session), NOW, batch):
            pass


def check(database: Database, expected: str = "") -> tuple[list[Finding], SealCheck]:
    with database.read() as session:
        found = SealCheck(session, expected=expected)
        return list(found.run()), found


@contextmanager
def by_hand(database: Database) -> Iterator[Session]:
    """A session of somebody who takes the triggers away."""
    with database.write() as session:
        session.connection.exec_driver_sql("INSERT INTO kalip_event_door VALUES (1)")
        yield session
        session.connection.exec_driver_sql("DELETE FROM kalip_event_door")


def run(session: Session, text: str, *params: Any) -> None:
    place = "?" if session.dialect == "sqlite" else "%s"
    session.connection.exec_driver_sql(text.replace("?", place), params)


def test_it_works(database: Database) -> None:
    fill(database)
    assert check(database)[1].unsealed == 10
    seal_all(database)
    findings, found = check(database)
    assert findings == []
    assert (found.seals, found.events, found.unsealed, found.faults) == (3, 10, 0, 0)
    with database.read() as session:
        chain = seals_after(session, 0)
    assert [seal.count for seal in chain] == [4, 4, 2]
    assert [seal.previous for seal in chain] == ["", chain[0].hash, chain[1].hash]
    assert all(seal.is_whole for seal in chain)


def test_there_is_nothing_to_seal_twice(lite: Database) -> None:
    numbers = fill(lite, 3)
    seal_all(lite)
    with lite.write() as session:
        assert seal_next(session, numbers[-1], NOW) is None
        assert sealed_up_to(session) == numbers[-1]
    fill(lite, 1)
    seal_all(lite)
    assert check(lite)[1].seals == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kalip_event SET kind = 'x'",
        "DELETE FROM kalip_event",
        "UPDATE kalip_seal SET hash = 'x'",
        "DELETE FROM kalip_seal",
    ],
)
def test_what_is_logged_stays(database: Database, statement: str) -> None:
    fill(database, 2)
    seal_all(database)
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.connection.exec_driver_sql(statement)
    assert check(database)[0] == []


def test_nobody_empties_the_log_at_once(database: Database) -> None:
    if database.dialect == "sqlite":
        return
    with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
        session.connection.exec_driver_sql("TRUNCATE kalip_event")


def test_what_somebody_did_by_hand_is_named(database: Database) -> None:
    numbers = fill(database)
    seal_all(database)
    with by_hand(database) as session:
        run(session, "UPDATE kalip_event SET after = replace(after, 'tin', 'tim') WHERE id = ?", numbers[1])
        run(session, "UPDATE kalip_event SET actor = NULL WHERE id = ?", numbers[5])
        run(session, "DELETE FROM kalip_event WHERE id = ?", numbers[4])
        run(session, "DELETE FROM kalip_event WHERE id = ?", numbers[9])
        run(
            session,
            "INSERT INTO kalip_event (id, kind, entity, record_id, at, revision)"
            " SELECT id - 100, kind, entity, record_id, at, revision FROM kalip_event WHERE id = ?",
            numbers[0],
        )
    findings, found = check(database)
    assert findings == [
        Finding("inserted", 1, numbers[0] - 100),
        Finding("altered", 1, numbers[1]),
        Finding("missing", 2, numbers[4]),
        Finding("altered", 2, numbers[5]),
        Finding("missing", 3, numbers[9]),
    ]
    assert found.faults == 5


def test_even_the_moment_is_sealed(database: Database) -> None:
    numbers = fill(database, 2)
    seal_all(database)
    later = {
        "sqlite": "UPDATE kalip_event SET at = at + 1 WHERE id = ?",
        "postgresql": "UPDATE kalip_event SET at = at + interval '1 microsecond' WHERE id = ?",
    }
    with by_hand(database) as session:
        run(session, later[database.dialect], numbers[0])
    assert check(database)[0] == [Finding("altered", 1, numbers[0])]


def test_a_byte_that_is_no_text_any_more_is_named(lite: Database) -> None:
    numbers = fill(lite, 2)
    seal_all(lite)
    lite.dispose()
    with sqlite3.connect(str(lite.engine.url.database)) as raw:
        raw.execute("DROP TRIGGER kalip_event_kept_update")
        raw.execute("UPDATE kalip_event SET after = CAST(x'ff00fe' AS TEXT) WHERE id = ?", (numbers[1],))
    raw.close()
    assert check(lite)[0] == [Finding("unguarded", 0), Finding("altered", 1, numbers[1])]


def test_an_open_door_is_told(database: Database) -> None:
    with database.write() as session:
        session.connection.exec_driver_sql("INSERT INTO kalip_event_door VALUES (1)")
    assert check(database)[0] == [Finding("unguarded", 0)]


def test_a_broken_chain_is_named(lite: Database) -> None:
    fill(lite, 12)
    seal_all(lite, 3)
    with lite.read() as session:
        last = last_seal(session)
    assert last is not None
    with by_hand(lite) as session:
        run(session, "UPDATE kalip_seal SET count = 7 WHERE number = ?", 1)
        run(session, "UPDATE kalip_seal SET previous = 'x' WHERE number = ?", 2)
        run(session, "DELETE FROM kalip_seal WHERE number = ?", 3)
    findings, found = check(lite, last.hash)
    seals = [(each.fault, each.seal) for each in findings if each.event is None]
    assert seals == [("seal_altered", 1), ("link_broken", 2), ("seal_altered", 2), ("seal_missing", 3)]
    assert found.known
    assert not check(lite, "somebody noted another one")[1].known


def test_rows_of_a_seal_that_can_not_be_read_are_named(lite: Database) -> None:
    fill(lite, 3)
    seal_all(lite)
    with by_hand(lite) as session:
        run(session, "UPDATE kalip_seal SET salts = 'x' WHERE number = ?", 1)
    assert check(lite)[0] == [Finding("seal_altered", 1)]


def test_what_is_redacted_is_known_and_can_not_be_guessed(database: Database) -> None:
    fill(database)
    seal_all(database)
    with database.write() as session:
        assert redact_events(session, "thing", "1", ["tin"], "erasure of a person", NOW) == 3
    findings, found = check(database)
    assert findings == []
    assert (found.redacted, found.reasons) == (3, {"erasure of a person": 3})
    with database.read() as session:
        event = events_for(session, "thing", "1").events[0]
        assert event.after == {"tin": None, "ş": "ğ", REDACTED_NAMES: ["tin"]}
        change = changes_of(session, 1)[0]
        assert (change.kind, change.count) == (REDACTED, 1)
        batch = seals_after(session, 0)[0]
        assert batch.is_whole
    with database.write() as session:
        assert redact_events(session, "thing", "1", ["tin"], "again", NOW) == 0
        assert redact_events(session, "thing", "1", None, "all", NOW) == 3
    assert check(database)[0] == []


def test_redacting_hides_nothing_that_was_altered_before(lite: Database) -> None:
    numbers = fill(lite, 4)
    seal_all(lite)
    with by_hand(lite) as session:
        run(session, "UPDATE kalip_event SET actor = 'x' WHERE id = ?", numbers[1])
    with lite.write() as session:
        redact_events(session, "thing", "1", ["tin"], "erasure", NOW)
    assert check(lite)[0] == [Finding("altered_before", 1, numbers[1])]


def test_events_that_wait_for_a_seal_are_redacted_too(lite: Database) -> None:
    fill(lite, 2)
    with lite.write() as session:
        assert redact_events(session, "thing", "0", ["tin"], "erasure", NOW) == 1
    seal_all(lite)
    findings, found = check(lite)
    assert (findings, found.redacted, found.events) == ([], 0, 2)


def test_an_event_is_rewritten_once(lite: Database) -> None:
    fill(lite, 1)
    seal_all(lite)
    with lite.read() as session:
        event = events_for(session, "thing", "0").events[0]
    with lite.write() as session:
        assert rewrite_event(session, event, {"gone": True}, "taken back", NOW)
        assert not rewrite_event(session, event, {"gone": True}, "taken back", NOW)
    assert check(lite)[1].reasons == {"taken back": 1}


def test_what_is_removed_leaves_a_seal(database: Database) -> None:
    numbers = fill(database)
    seal_all(database)
    with by_hand(database) as session:
        run(session, "UPDATE kalip_event SET actor = 'x' WHERE id = ?", numbers[2])
    with database.write() as session:
        append_events(session, [Event("record.updated", "thing", "9", None, NOW)])
        unsealed = newest_event_id(session)
        gone = [numbers[0], numbers[2], numbers[5], unsealed]
        assert remove_events(session, gone, {"why": "kept for 90 days"}, NOW) == 2
    findings, found = check(database)
    assert findings == [Finding("altered", 1, numbers[2])]
    assert (found.removed, found.events, found.unsealed) == (2, 8, 1)
    assert found.reasons == {"kept for 90 days": 2}
    with by_hand(database) as session:
        run(
            session,
            "INSERT INTO kalip_event (id, kind, entity, record_id, at, revision)"
            " SELECT id - 1, kind, entity, record_id, at, revision FROM kalip_event WHERE id = ?",
            numbers[1],
        )
    assert Finding("inserted", 1, numbers[0]) in check(database)[0]


def test_who_may_still_add_events_of_lower_numbers_is_known(database: Database) -> None:
    if database.dialect == "sqlite":
        with database.read() as session:
            assert writers_of_events(session) == frozenset()
        return
    with database.write() as slow:
        slow.events.append(Event("record.updated", "thing", "1", None, NOW))
        fill(database, 1)
        newest = database.glance(newest_event_id)
        writers = database.glance(writers_of_events)
        assert len(writers) == 1
        fill(database, 1)
        assert database.glance(writers_of_events) == writers
    assert database.glance(writers_of_events) == frozenset()
    with database.write() as session:
        seal = seal_next(session, newest, NOW)
    assert seal is not None
    assert seal.count == 2


def test_seals_stay_valid_in_the_other_database(
    database: Database, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    fill(database)
    seal_all(database)
    with database.write() as session:
        redact_events(session, "thing", "1", ["tin"], "erasure", NOW)
        remove_events(session, [event.id for event in events_for(session, "thing", "2").events], {"why": "old"}, NOW)
    backup(database, Blobs(tmp_path / "here"), tmp_path / "backup")
    other = f"sqlite:///{tmp_path / 'other.db'}"
    if database.dialect == "sqlite":
        other = request.getfixturevalue("postgres_url")
    there = make_database(other)
    restore(there, Blobs(tmp_path / "there"), tmp_path / "backup")
    findings, found = check(there)
    assert findings == []
    assert (found.events, found.redacted, found.removed) == (7, 3, 3)
    assert found.reasons == check(database)[1].reasons
    there.dispose()


def test_events_far_apart_are_removed_from_their_batches(lite: Database) -> None:
    numbers = fill(lite, 20)
    seal_all(lite, 3)
    with lite.write() as session:
        assert remove_events(session, [numbers[0], numbers[10], numbers[19], numbers[19] + 5], {"why": "old"}, NOW) == 3
        assert remove_events(session, [], {"why": "old"}, NOW) == 0
    assert check(lite)[0] == []
