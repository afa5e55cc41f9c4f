"""Drafts are kept one for each person, and never over somebody's newer save."""

from dataclasses import replace
from datetime import UTC, datetime

from kalip.storage import Database, StoredDraft, User, add_user, delete_draft, find_draft, save_draft

NOW = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
DRAFT = StoredDraft("ada", 3, {"entities/ä.json": "{}", "b.json": None}, [{"pointer": "/x", "theirs": [1]}], 0, NOW)


def test_it_works(database: Database) -> None:
    with database.write() as session:
        add_user(session, User("ada", "Ada", "ada@example.com", (), "en", "UTC", True, None, NOW))
    with database.write() as session:
        assert find_draft(session, "ada") is None
        assert save_draft(session, DRAFT)
        assert find_draft(session, "ada") == replace(DRAFT, version=1)
        # Two windows that read the same version: the second one is told.
        assert not save_draft(session, DRAFT)
        first = replace(DRAFT, version=1, documents={"c.json": "1"})
        assert save_draft(session, first)
        assert not save_draft(session, replace(first, documents={}))
        assert find_draft(session, "ada") == replace(first, version=2)
        assert not delete_draft(session, "ada", 1)
        assert delete_draft(session, "ada", 2)
        assert find_draft(session, "ada") is None
        assert not save_draft(session, first)
