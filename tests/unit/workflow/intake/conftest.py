"""A site that mail and forms reach, on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kalip.workflow import intake, mails
from tests.support.inbox import Inbox, an_inbox

HANDLERS = {**mails.JOB_HANDLERS, **intake.JOB_HANDLERS}


@pytest.fixture
def inbox(database_url: str, tmp_path: Path) -> Iterator[Inbox]:
    """The site, with no servers yet."""
    with an_inbox(database_url, tmp_path / "files", handlers=HANDLERS) as inbox:
        yield inbox
