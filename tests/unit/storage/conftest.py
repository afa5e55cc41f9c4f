"""Databases with the own tables, and with the tables of a model."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest

from kalip.expressions import ActorContext, Context
from kalip.runtime import Served
from kalip.storage import Database, Plan, apply, make_database, plan, upgrade_own_tables

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database with Kalip's own tables."""
    database = make_database(database_url)
    upgrade_own_tables(database)
    yield database
    database.dispose()


@pytest.fixture
def publish(database: Database) -> Callable[[Served], Plan]:
    """Bring the database to a model; a second plan must be empty."""

    def bring(served: Served) -> Plan:
        with database.publish() as session:
            steps = plan(session, served)
            apply(session, steps, NOW)
        with database.read() as session:
            assert plan(session, served).describe() == ()
        return steps

    return bring


@pytest.fixture
def context() -> Context:
    """Noon in winter; nobody acts."""
    return Context(NOW, date(2026, 11, 24), ActorContext("u1", "rep@example.com"))
