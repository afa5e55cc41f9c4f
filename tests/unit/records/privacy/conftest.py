"""A site with one person in five entities: on SQLite, and for the tests that say `both` on PostgreSQL too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.personal import personal_pack, settle_in
from tests.support.site import Site, a_site


@pytest.fixture
def site(made_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """The site on SQLite, still empty."""
    path = tmp_path / "kalip.sqlite3"
    path.write_bytes(made_sqlite.read_bytes())
    with a_site(f"sqlite:///{path}", personal_pack()) as site:
        yield site


@pytest.fixture
def both(database_url: str) -> Iterator[Site]:
    """The same on each database."""
    with a_site(database_url, personal_pack()) as site:
        yield site


@pytest.fixture
def ids(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """The person's records by entity."""
    name = "both" if "both" in request.fixturenames else "site"
    return settle_in(request.getfixturevalue(name), tmp_path)
