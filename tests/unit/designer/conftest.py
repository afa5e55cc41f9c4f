"""Sites that packs can be installed on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kalip.designer import Site, load_served
from kalip.records import Services
from kalip.runtime import Runtime, load_extensions
from kalip.storage import Blobs, current_revision, make_database, upgrade_own_tables

Opened = Callable[[], Site]


@pytest.fixture
def open_site(database_url: str, tmp_path: Path) -> Iterator[Opened]:
    """Open the same site anew each time, as another process would."""
    opened = []

    def open_() -> Site:
        database = make_database(database_url)
        opened.append(database)
        upgrade_own_tables(database)
        extensions = load_extensions(None)
        blobs = Blobs(tmp_path / "files")

        def probe() -> str | None:
            with database.read() as session:
                return current_revision(session)

        runtime = Runtime(lambda revision: load_served(database, extensions, revision), probe, interval=0.0)
        return Site(Services(database, runtime, blobs=blobs), extensions, blobs)

    yield open_
    for database in opened:
        database.dispose()


@pytest.fixture
def site(open_site: Opened) -> Site:
    """An empty site."""
    return open_site()
