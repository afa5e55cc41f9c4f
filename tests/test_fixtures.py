"""What the shared fixtures promise to every other test."""

import socket
from datetime import UTC, datetime, timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
import redis
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text

from kalip.storage import NewRevision, current_revision, make_database, plan, save_revision
from tests.support.browser import PageFaults, accessibility_faults
from tests.support.builders import a_served
from tests.support.clock import StandingClock
from tests.support.designed import a_base, a_thing
from tests.support.live import live_server
from tests.support.made import make_all_tables
from tests.support.network import NetworkForbidden

# The second run finds what the first one left, if anything is left.
TWICE = pytest.mark.parametrize("run", ["first", "second"])

PAGE = b"""<!doctype html><html lang="en"><head><title>Ferry</title><link rel="icon" href="data:,">
</head><body><main><h1>Ferry</h1><label>Port <input name="port"></label></main></body></html>"""


@TWICE
def test_a_bare_database_is_empty(bare_url: str, run: str) -> None:
    assert _leave_behind(bare_url) == []


@TWICE
def test_a_database_has_the_own_tables_alone(database_url: str, run: str) -> None:
    tables = _leave_behind(database_url)
    assert "kalip_event" in tables
    assert all(name.startswith(("kalip_", "alembic_")) for name in tables)


def test_a_database_is_dropped_under_a_connection_left_open(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    connection = engine.connect()
    connection.execute(text("CREATE TABLE held (id integer)"))
    connection.detach()
    connection.close()
    engine.dispose()


@pytest.mark.parametrize("run", ["made", "made and kept", "copied"])
def test_tables_that_were_copied_are_as_the_plan_wants_them(database_url: str, run: str) -> None:
    served = a_served(a_base(a_thing()))
    make_all_tables(database_url, served)
    database = make_database(database_url)
    with database.publish() as session:
        assert plan(session, served).steps == ()
    database.dispose()


@pytest.mark.parametrize("run", ["first", "second", "third"])
def test_rows_that_were_there_are_not_copied_away(database_url: str, run: str) -> None:
    database = make_database(database_url)
    with database.publish() as session:
        save_revision(session, NewRevision("an earlier one", datetime(2026, 3, 2, tzinfo=UTC), None, run, {}))
    database.dispose()
    make_all_tables(database_url, a_served(a_base(a_thing())))
    with database.read() as session:
        assert current_revision(session) == "an earlier one"
    database.dispose()


@pytest.mark.redis
@TWICE
def test_redis_is_empty(redis_url: str, run: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_the_network_ends_at_this_machine() -> None:
    with pytest.raises(NetworkForbidden, match="example.org"):
        socket.getaddrinfo("example.org", 80)
    with socket.socket() as stranger, pytest.raises(NetworkForbidden, match="192.0.2.1"):
        stranger.connect(("192.0.2.1", 80))


def test_the_clock_stands_still_until_it_is_moved(clock: StandingClock) -> None:
    assert clock() == clock() == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert clock.move(days=1) - timedelta(days=1) == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.browser
def test_a_page_is_served_and_accessible(page: Page) -> None:
    with live_server(ferry) as address:
        page.goto(address)
        assert page.title() == "Ferry"
        assert accessibility_faults(page) == []


@pytest.mark.browser
def test_faults_of_a_page_are_collected(page: Page) -> None:
    faults = PageFaults()
    other = page.context.browser.new_context() if page.context.browser else None
    assert other is not None
    other.on("page", faults.watch)
    with live_server(ferry) as address:
        broken = other.new_page()
        broken.goto(address)
        broken.evaluate("document.querySelector('label').replaceWith(document.createElement('img'))")
        broken.evaluate("console.error('sunk')")
        broken.evaluate("setTimeout(() => { throw new Error('aground') })")
        broken.wait_for_timeout(50)
        assert any("image-alt" in fault for fault in accessibility_faults(broken))
    other.close()
    assert [fault.split(" (")[0] for fault in faults] == ["sunk", "aground"]


def ferry(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [PAGE]


def _leave_behind(url: str) -> list[str]:
    """Make a table; the names of those that were there."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            tables = inspect(connection).get_table_names()
            connection.execute(text("CREATE TABLE left_behind (id integer)"))
    finally:
        engine.dispose()
    return tables
