"""One office for all browser tests of a session, and a page for each of its people."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.office import Office, an_office

# As long as actions wait: the machine may be busy with other workers.
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The shipped packs in service. Its data is shared: a test changes only records that it made itself."""
    with an_office(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="session")
def base_address(office: Office) -> str:
    """The office's server."""
    return office.address


@pytest.fixture
def ada(office: Office, page: Page) -> Page:
    """A page of the administrator."""
    return office.seat(page, office.ada)


@pytest.fixture
def bora(office: Office, page: Page) -> Page:
    """A page of the sales representative."""
    return office.seat(page, office.bora)


@pytest.fixture
def cem(office: Office, page: Page) -> Page:
    """A page of the reader."""
    return office.seat(page, office.cem)
