"""A site on each database, with an office that runs its jobs."""

from collections.abc import Iterator

import pytest

from tests.support.site import Site, a_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """The sales site on an empty database."""
    with a_site(database_url) as site:
        yield site
