"""A site on each database for tests of use cases."""

from collections.abc import Iterator

import pytest

from tests.support.directories import Office
from tests.support.site import Site, a_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """The sales site on an empty database."""
    with a_site(database_url) as site:
        yield site


@pytest.fixture
def office(site: Site) -> Office:
    """The site with a directory that it follows."""
    return Office(site)
