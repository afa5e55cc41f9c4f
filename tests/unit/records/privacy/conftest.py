"""A site with one person in five entities."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.personal import personal_pack, settle_in
from tests.support.site import Site, a_site


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    """The site, still empty."""
    with a_site(database_url, personal_pack()) as site:
        yield site


@pytest.fixture
def ids(site: Site, tmp_path: Path) -> dict[str, str]:
    """The person's records by entity."""
    return settle_in(site, tmp_path)
