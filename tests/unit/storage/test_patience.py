"""A statement that takes too long is stopped, with all that its transaction wrote; who is patient waits for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kalip.app import open_site
from kalip.runtime import read_settings, write_settings
from kalip.storage import Database, TooSlow, make_database, patient

# Without an end, and one that takes far longer than is let.
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
SOME_ROWS_FIRST = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 4"
LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n"


@pytest.fixture
def hurried(database_url: str) -> Iterator[Database]:
    found = make_database(database_url, statement_seconds=0.01)
    with found.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (value integer)")
    yield found
    found.dispose()


def count(database: Database) -> int:
    with database.read() as session:
        return int(str(session.fetch("SELECT count(*) FROM kept", {})[0][0]))


def test_it_works(hurried: Database) -> None:
    def write_slowly() -> None:
        with hurried.write() as session:
            session.fetch("INSERT INTO kept VALUES (1) RETURNING value", {})
            session.fetch(ENDLESS, {})

    with pytest.raises(TooSlow):
        write_slowly()
    assert count(hurried) == 0
    with hurried.write() as session:
        session.fetch("INSERT INTO kept VALUES (1) RETURNING value", {})
    assert count(hurried) == 1


def test_a_reader_is_stopped_as_well(hurried: Database) -> None:
    with pytest.raises(TooSlow), hurried.read() as session:
        session.fetch(SOME_ROWS_FIRST, {})
    with pytest.raises(TooSlow), hurried.read() as session:
        session.fetch(ENDLESS, {})
    with pytest.raises(TooSlow):
        hurried.glance(lambda session: session.fetch(ENDLESS, {}))


def test_who_is_patient_waits(hurried: Database) -> None:
    with patient(), hurried.read() as session:
        assert session.fetch(LONG, {})
    with hurried.publish() as session:
        assert session.fetch(LONG, {})
    with pytest.raises(TooSlow), hurried.read() as session:
        session.fetch(LONG, {})


def test_a_bound_costs_no_statement(hurried: Database) -> None:
    count(hurried)
    with hurried.count_statements() as seen:
        count(hurried)
    assert len(seen) == 1


def test_only_the_server_is_in_a_hurry(tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path / "site")
    monkeypatch.setenv("KALIP_DATABASE_URL", postgres_url)
    assert read_settings(tmp_path / "site").statement_seconds == 30
    for hurried, bound in ((True, "30s"), (False, "0")):
        site = open_site(tmp_path / "site", hurried=hurried)
        with site.services.database.read() as session:
            assert session.fetch("SHOW statement_timeout", {})[0][0] == bound
        site.services.database.dispose()
