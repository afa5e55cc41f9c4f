"""A site that mail reaches, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.inbox import Inbox, an_inbox


@pytest.fixture
def inbox(database_url: str, tmp_path: Path) -> Iterator[Inbox]:
    """The site, with no mail server yet."""
    with an_inbox(database_url, tmp_path / "files") as inbox:
        yield inbox
