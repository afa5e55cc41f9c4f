"""Sessions: one transaction each, the model lock, errors that may be tried again."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from kalip.base.errors import ConfigurationError
from kalip.storage import (
    Database,
    Event,
    NewRevision,
    ReadOnlySession,
    RevisionChanged,
    Session,
    Unavailable,
    append_events,
    current_revision,
    events_for,
    make_database,
    save_revision,
    upgrade_own_tables,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def revision(name: str) -> NewRevision:
    return NewRevision(name, NOW, "u1", "message", {"a.json": "{}"})


def count_events(database: Database) -> int:
    with database.read() as session:
        return len(events_for(session, "lead", "1").events)


def fail_after(do: Callable[[Session], object], session: Session) -> None:
    do(session)
    raise ZeroDivisionError


def append_and_fail(session: Session) -> None:
    fail_after(lambda each: each.events.append(EVENT), session)


EVENT = Event("created", "lead", "1", "u1", NOW)


def test_a_write_commits_at_the_end_and_undoes_when_it_raises(database: Database) -> None:
    with database.write() as session:
        session.events.append(EVENT)
    assert count_events(database) == 1
    with pytest.raises(ZeroDivisionError), database.write() as session:
        append_and_fail(session)
    assert count_events(database) == 1


def test_ddl_in_a_failed_transaction_is_undone(database: Database) -> None:
    def create(session: Session) -> None:
        session.connection.execute(text("CREATE TABLE half (id TEXT)"))

    with pytest.raises(ZeroDivisionError), database.publish() as session:
        fail_after(create, session)
    with database.publish() as session:
        create(session)


def test_a_read_sees_one_snapshot(database: Database) -> None:
    with database.read() as reader:
        assert events_for(reader, "lead", "1").events == ()
        with database.write() as session:
            session.events.append(EVENT)
        assert events_for(reader, "lead", "1").events == ()
    assert count_events(database) == 1


def test_a_read_session_does_not_write(database: Database) -> None:
    with database.read() as session, pytest.raises(ReadOnlySession):
        save_revision(session, revision("r1"))


def test_a_write_under_another_revision_is_refused(database: Database) -> None:
    with pytest.raises(RevisionChanged) as changed, database.write("r1"):
        pass
    assert changed.value.current is None
    with database.publish() as session:
        save_revision(session, revision("r1"))
    with database.write("r1") as session:
        assert current_revision(session) == "r1"
    with database.publish() as session:
        save_revision(session, revision("r2"))
    with pytest.raises(RevisionChanged) as changed, database.write("r1"):
        pass
    assert changed.value.current == "r2"


def test_a_publisher_waits_for_writers_and_writers_see_its_revision(database: Database) -> None:
    with database.publish() as session:
        save_revision(session, revision("r1"))
    inside, told = threading.Event(), []

    def publish() -> None:
        inside.wait(5)
        with database.publish() as session:
            told.append("published")
            save_revision(session, revision("r2"))

    thread = threading.Thread(target=publish)
    thread.start()
    with database.write("r1") as session:
        inside.set()
        thread.join(0.3)
        assert told == []
        session.events.append(EVENT)
    thread.join(10)
    assert told == ["published"]
    with pytest.raises(RevisionChanged), database.write("r1"):
        pass


def test_many_writers_lose_nothing(database: Database) -> None:
    def write() -> None:
        for _ in range(10):
            with database.write() as session:
                session.events.append(EVENT)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert count_events(database) == 40


def test_statements_are_counted(database: Database) -> None:
    with database.count_statements() as statements, database.read() as session:
        current_revision(session)
    assert len(statements) == 1
    with database.read() as session:
        current_revision(session)
    assert len(statements) == 1


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    database = make_database(f"sqlite:///{tmp_path / 'x.db'}")
    upgrade_own_tables(database)
    with database.write() as session:
        save_revision(session, revision("one"))
    yield database
    database.dispose()


def known_tables(database: Database) -> set[str]:
    with database.read() as session:
        if not session.fetch("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'", {}):
            return set()
        return set(session.connection.exec_driver_sql("SELECT tbl FROM sqlite_stat1").scalars())


def test_sqlite_knows_how_rows_are_spread_after_many_were_written(sqlite: Database) -> None:
    assert known_tables(sqlite) == set()
    sqlite.learn()
    assert "kalip_revision" in known_tables(sqlite)


def test_sqlite_learns_by_itself_where_a_site_grows_by_single_writes(sqlite: Database) -> None:
    for _ in range(1_024):
        with sqlite.write():
            pass
    assert "kalip_revision" in known_tables(sqlite)


def test_a_glance_is_one_statement_for_sqlite_too(sqlite: Database) -> None:
    said: list[str] = []
    with sqlite.engine.connect() as connection:
        assert connection.connection.dbapi_connection is not None
        connection.connection.dbapi_connection.set_trace_callback(said.append)
    assert sqlite.glance(lambda session: session.fetch("SELECT 7", {})) == [(7,)]
    # No PRAGMA among them: after one, all prepared statements would be compiled anew.
    assert [each for each in said if each not in ("BEGIN", "ROLLBACK")] == ["SELECT 7"]


def test_a_savepoint_is_undone_by_itself(database: Database) -> None:
    with database.write() as session:
        session.events.append(EVENT)
        with pytest.raises(ZeroDivisionError), session.savepoint():
            append_and_fail(session)
    assert count_events(database) == 1


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/x", "sqlite://", "sqlite:///:memory:"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        make_database(url)


def test_a_lock_held_too_long_may_be_tried_again(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.read() as session:
        session.fetch("SELECT 1", {})
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        connection.rollback()
    with pytest.raises(Unavailable), database.write():
        pass
    other.close()
    database.dispose()


def test_sqlite_is_set_up_for_durability(tmp_path: Path) -> None:
    database = make_database(f"sqlite:///{tmp_path / 'x.db'}")
    with database.read() as session:
        found = {
            name: session.fetch(f"PRAGMA {name}", {})[0][0] for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.dispose()


def test_who_waits_to_write_is_let_in_between_many_transactions(database: Database) -> None:
    began = threading.Event()

    def write() -> None:
        began.set()
        with database.write() as session:
            append_events(session, [EVENT])

    waiting = threading.Thread(target=write)
    with database.write():
        waiting.start()
        began.wait()
    turns = database.turns(every=0)
    for _ in range(50):
        turns.give_way()
        with database.write() as session:
            if events_for(session, "lead", "1").events:
                break
    else:
        pytest.fail("it was never let in")
    waiting.join()
