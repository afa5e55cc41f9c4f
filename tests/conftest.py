"""Fixtures for all tests: addresses of real servers, a browser, a clock. See CONTRIBUTING.md.

Servers start when the first test asks for them and end with the session. Each xdist worker has
its own, unless KALIP_TEST_POSTGRES_URL or KALIP_TEST_REDIS_URL names one that is there already.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Page

from tests.support.browser import PageFaults, chromium, chromium_program
from tests.support.clock import StandingClock
from tests.support.imap import Postbox, dovecot_program, imap_server
from tests.support.ldap import Branch, Slapd, ldap_server, slapd_program
from tests.support.made import copies_dropped, make_own_tables
from tests.support.network import forbid_network
from tests.support.nightly import NIGHTLY
from tests.support.postgres import fresh_database, postgres_cluster, postgres_programs
from tests.support.redis import empty_redis, redis_server

DATABASES = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres),
)


def pytest_configure() -> None:
    """Shut the network before anything is imported by tests; by day, hypothesis looks where it looked before."""
    forbid_network()
    settings.register_profile("daily", derandomize=not NIGHTLY)
    settings.load_profile("daily")


def pytest_collection_finish() -> None:
    """Have the collector pass over what stays: it took an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture
def clock() -> StandingClock:
    """A clock that stands still until it is moved."""
    return StandingClock()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a row; a test that asks for it runs on SQLite and PostgreSQL.

    Kalip's own tables are there already, as making them is slow. `bare_url` has none.
    """
    if request.param == "sqlite":
        path = tmp_path / "kalip.sqlite3"
        shutil.copy(request.getfixturevalue("made_sqlite"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture(params=DATABASES)
def bare_url(request: pytest.FixtureRequest, tmp_path: Path, worker_name: str) -> Iterator[str]:
    """The address of a database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.sqlite3'}"
        return
    with fresh_database(request.getfixturevalue("postgres_server"), f"kalip_bare_{worker_name}") as address:
        yield address


@pytest.fixture
def postgres_url(postgres_server: str, made_postgres: str, worker_name: str) -> Iterator[str]:
    """The address of a PostgreSQL database with the own tables that is dropped after the test."""
    with fresh_database(postgres_server, f"kalip_{worker_name}", like=made_postgres) as address:
        yield address


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with Kalip's own tables, to be copied."""
    path = tmp_path_factory.mktemp("made") / "kalip.sqlite3"
    make_own_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def made_postgres(postgres_server: str, worker_name: str) -> Iterator[str]:
    """The name of a PostgreSQL database with Kalip's own tables, to be copied."""
    name = f"kalip_made_{worker_name}"
    with fresh_database(postgres_server, name) as address, copies_dropped():
        make_own_tables(address)
        yield name


@pytest.fixture
def redis_url(redis_address: str) -> str:
    """The address of an empty Redis."""
    empty_redis(redis_address)
    return redis_address


@pytest.fixture(scope="session")
def base_address() -> str | None:
    """The address that paths given to `page.goto` belong to; tests with a server override it."""
    return None


@pytest.fixture
def page(browser: Browser, base_address: str | None) -> Iterator[Page]:
    """A page in a fresh browser context; the test fails when its console holds errors."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1440, "height": 900}, base_url=base_address)
    context.set_default_timeout(10_000)
    faults = PageFaults()
    context.on("page", faults.watch)
    yield context.new_page()
    context.close()
    assert faults == []


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    program = chromium_program() or do_without("Chromium")
    with chromium(program) as running:
        yield running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL superuser."""
    if given := os.environ.get("KALIP_TEST_POSTGRES_URL"):
        yield given
        return
    with postgres_cluster(postgres_programs() or do_without("PostgreSQL")) as address:
        yield address


@pytest.fixture(scope="session")
def redis_address(worker_name: str) -> Iterator[str]:
    """The address of a Redis that this worker has for itself."""
    if given := os.environ.get("KALIP_TEST_REDIS_URL"):
        yield urlunsplit(urlsplit(given)._replace(path=f"/{worker_number(worker_name)}"))
        return
    with redis_server(shutil.which("redis-server") or do_without("Redis")) as address:
        yield address


@pytest.fixture(scope="session")
def imap() -> Iterator[Postbox]:
    """A running IMAP server."""
    with imap_server(dovecot_program() or do_without("Dovecot")) as server:
        yield server


@pytest.fixture
def postbox(imap: Postbox) -> Postbox:
    """A mailbox with nothing in it."""
    return imap.another()


@pytest.fixture(scope="session")
def slapd() -> Iterator[Slapd]:
    """A running LDAP server."""
    with ldap_server(slapd_program() or do_without("slapd")) as server:
        yield server


@pytest.fixture
def branch(slapd: Slapd) -> Branch:
    """A branch of the LDAP server with nothing in it."""
    return slapd.branch()


@pytest.fixture(scope="session")
def worker_name() -> str:
    """The name of this xdist worker; `main` without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def worker_number(worker_name: str) -> int:
    """Return the number of an xdist worker, 0 without xdist."""
    return int(worker_name.removeprefix("gw")) if worker_name.startswith("gw") else 0


def do_without(tool: str) -> NoReturn:
    """Skip the test, or fail it where everything must be there."""
    reason = f"{tool} is not installed; see CONTRIBUTING.md"
    if os.environ.get("KALIP_TEST_REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)
