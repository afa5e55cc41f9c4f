"""What the databases say when they can't, in words that callers know."""

import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage import (
    Database,
    Plan,
    Query,
    ReadOnlySession,
    TooLarge,
    Unavailable,
    apply,
    current_revision,
    insert_record,
    make_database,
    plan,
    select_page,
    upgrade_own_tables,
)
from tests.support.builders import a_served, an_entity
from tests.support.records import a_row


def test_statements_prepared_before_a_type_changed_are_made_anew(
    database: Database, publish: Callable[[Served], Plan], context: Context
) -> None:
    def model(type_: str) -> Served:
        return a_served(an_entity("thing").with_field("value", type_))

    publish(model("text"))
    other = make_database(database.url)

    def read(served: Served) -> list[object]:
        with other.read() as session:
            return [row["value"] for row in select_page(session, served, Query("thing", ("value",)), context).rows]

    with database.write() as session:
        insert_record(session, model("text"), "thing", a_row(value="12"))
    for _ in range(8):
        assert read(model("text")) == ["12"]
    publish(model("integer"))
    try:
        found = read(model("integer"))
    except Unavailable:
        found = read(model("integer"))
    assert found == [12]
    other.dispose()


def test_a_record_that_does_not_fit_is_told(database: Database) -> None:
    entity = an_entity("thing")
    for number in range(1200):
        entity.with_field(f"f{number}", "text")
    served = a_served(entity)
    with database.publish() as session:
        apply(session, plan(session, served))
    chars = random.Random(1)  # noqa: S311 - noise that can't be compressed
    values = {f"f{number}": "".join(chars.choices(string.ascii_letters, k=30)) for number in range(1200)}
    if database.dialect == "sqlite":
        with database.write() as session:
            insert_record(session, served, "thing", a_row(**values))
        return
    with database.write() as session, pytest.raises(TooLarge):
        insert_record(session, served, "thing", a_row(**values))


def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    database = make_database("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable), database.read():
        pass


def test_a_path_with_a_space_and_a_percent_sign(tmp_path: Path) -> None:
    folder = tmp_path / "my 100% site"
    folder.mkdir()
    database = make_database(f"sqlite:///{folder / 'site.db'}")
    upgrade_own_tables(database)
    database.dispose()


def end_connections(url: str) -> None:
    """End all connections to the database of an address but one's own, as a restart of the server does."""
    other = make_database(url)
    with other.read() as session:
        session.fetch("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()", {})
    other.dispose()


@pytest.fixture
def lost(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Database]:
    """Make a database whose pooled connections are gone; those used within so many seconds are trusted."""

    def make(trusted: float) -> Database:
        monkeypatch.setattr("kalip.storage.engine._TRUSTED_SECONDS", trusted)
        database = make_database(postgres_url)
        upgrade_own_tables(database)
        with database.read(), database.read():
            pass
        end_connections(postgres_url)
        return database

    return make


def test_lost_connections_are_replaced_before_they_are_used(lost: Callable[[float], Database]) -> None:
    database = lost(0)
    for _ in range(2):
        with database.read() as session:
            assert current_revision(session) is None
    database.dispose()


def test_a_glance_over_a_lost_connection_is_repeated(lost: Callable[[float], Database]) -> None:
    database = lost(60)
    assert database.glance(current_revision) is None
    with database.write() as session:
        assert current_revision(session) is None
    database.dispose()


def test_a_glance_does_not_write(database: Database) -> None:
    with pytest.raises(ReadOnlySession):
        database.glance(lambda session: session.write(text("DELETE FROM kalip_revision")))
