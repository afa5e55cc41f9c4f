"""A question that takes the database too long is refused in words, and whoever asks next is answered."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from kalip.storage import Blobs, insert_records, make_database
from tests.support.builders import an_entity
from tests.support.records import a_row
from tests.support.web_site import Caller, a_site, an_app

# Some tenths of a second for one term, of which there are many.
SLOW = " && ".join(f'!contains(text, "y{number}")' for number in range(150))


@pytest.fixture
def caller(database_url: str, tmp_path: Path) -> Iterator[Caller]:
    entity = an_entity("note").with_field("name", "text").with_field("text", "long_text").with_list("name")
    with a_site(database_url, tmp_path, entity) as site:
        with site.services.database.write() as session:
            rows = [a_row(name=f"Note {number}", text="x" * 10_000) for number in range(1_000)]
            insert_records(session, site.served, "note", rows)
        hurried = replace(site.services, database=make_database(database_url, statement_seconds=0.25))
        client = an_app(hurried, Blobs(tmp_path / "blobs")).test_client()
        yield Caller(client, site.admin.user_id, site.admin.token)
        hurried.database.dispose()


def test_it_works(caller: Caller) -> None:
    refused: Any = caller.get(f"/api/records/note?limit=1&count=true&filter={quote(SLOW)}")
    assert refused.status_code == 503, refused.text
    assert refused.json["code"] == "S113"
    assert refused.json["hint"] == "ask for less at once"
    assert len(caller.ids("/api/records/note?limit=3")) == 3
