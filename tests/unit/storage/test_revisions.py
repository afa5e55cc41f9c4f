"""Revisions, packs and documents: kept once, in order, found by number, hash or its beginning."""

from datetime import UTC, datetime

import pytest

from kalip.base.errors import StorageError
from kalip.storage import (
    Database,
    InstalledPack,
    NewRevision,
    SavedView,
    UniqueClash,
    User,
    add_user,
    current_revision,
    delete_view,
    get_revision,
    list_packs,
    list_revisions,
    list_saved_views,
    load_documents,
    put_pack,
    remove_pack,
    revision_documents,
    save_documents,
    save_revision,
    save_view,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DOCUMENTS = {"b.json": '{"z": 1}', "a.json": "{}", "c.json": "{}"}


def test_revisions_are_found(database: Database) -> None:
    with database.publish() as session:
        assert current_revision(session) is None
        first = save_revision(session, NewRevision("aaaaaa1", NOW, "u1", "first", DOCUMENTS, {"crm": "1.0.0"}))
        second = save_revision(session, NewRevision("aaaaaa2", NOW, "u1", "second", DOCUMENTS, base="aaaaaa1"))
        save_revision(session, NewRevision("aaaaaa1", NOW, None, "rolled back", DOCUMENTS, base="aaaaaa2"))
    with database.read() as session:
        assert current_revision(session) == "aaaaaa1"
        assert [each.message for each in list_revisions(session)] == ["rolled back", "second", "first"]
        assert [each.message for each in list_revisions(session, 1, before=second.number)] == ["first"]
        assert get_revision(session, str(first.number)) == first
        assert get_revision(session, "aaaaaa2") == second
        assert get_revision(session, "aaaaaa") is None
        assert get_revision(session, "zzz") is None
        assert list(revision_documents(session, second).items()) == list(DOCUMENTS.items())
        assert first.packs == {"crm": "1.0.0"}


def test_documents_are_kept_once_and_checked(database: Database) -> None:
    with database.write() as session:
        hashes = save_documents(session, DOCUMENTS)
        assert hashes["a.json"] == hashes["c.json"]
        assert save_documents(session, DOCUMENTS) == hashes
        session.connection.exec_driver_sql("UPDATE kalip_document SET text = 'x' WHERE text = '{}'")
        with pytest.raises(StorageError, match=r"a\.json, c\.json"):
            load_documents(session, hashes)


def test_packs_have_places(database: Database) -> None:
    crm = InstalledPack("crm", "1.0.0", 1, {"b": "1", "a": "2"}, NOW, "u1", {"logo.png": "f" * 64})
    site = InstalledPack("site", "0", 2, {}, NOW, None)
    with database.write() as session:
        put_pack(session, site)
        put_pack(session, crm)
        assert list_packs(session) == [crm, site]
        assert list(list_packs(session)[0].documents) == ["b", "a"]
        put_pack(session, InstalledPack("crm", "1.1.0", 3, {}, NOW, "u1"))
        assert [(each.name, each.version) for each in list_packs(session)] == [("site", "0"), ("crm", "1.1.0")]
        assert remove_pack(session, "crm")
        assert not remove_pack(session, "crm")


def test_saved_views_are_ones_own_or_shared(database: Database) -> None:
    with database.write() as session:
        for name in ("u1", "u2"):
            add_user(session, User(name, name, f"{name}@b.co", (), "tr", "UTC", True, None, NOW))
        mine = SavedView("v1", "u1", "deal", "Mine", False, {"sort": "-amount", "columns": "name"})
        shared = SavedView("v2", "u2", "deal", "Shared", True, {})
        for view in (mine, shared, SavedView("v3", "u2", "deal", "Hidden", False, {})):
            save_view(session, view)
        assert list_saved_views(session, "u1", "deal") == [mine, shared]
        assert list_saved_views(session, "u1", "lead") == []
        with pytest.raises(UniqueClash):
            save_view(session, SavedView("v4", "u1", "deal", "Mine", False, {}))
        save_view(session, SavedView("v1", "u1", "deal", "Renamed", False, {}))
        assert [view.name for view in list_saved_views(session, "u1", "deal")] == ["Renamed", "Shared"]
        assert delete_view(session, "v1")
        assert not delete_view(session, "v1")
