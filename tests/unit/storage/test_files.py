"""Files: rows that name blobs, which they may share."""

from dataclasses import replace
from datetime import UTC, datetime

from kalip.storage import (
    Database,
    FileInfo,
    add_file,
    attach_file,
    delete_file,
    files_of,
    get_file,
    get_files,
    kept_blobs,
)

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FILE = FileInfo("f1", "offer.pdf", "application/pdf", 5, "a" * 64, NOW, "u1")


def test_files_are_added_attached_shared_and_deleted(database: Database) -> None:
    copy = replace(FILE, id="f2", name="copy.pdf")
    with database.write() as session:
        add_file(session, FILE)
        add_file(session, copy)
        assert get_file(session, "f1") == FILE
        assert get_file(session, "f3") is None
        assert get_files(session, ["f1", "f3"]) == {"f1": FILE}
        assert get_files(session, []) == {}
        assert attach_file(session, "f1", "deal", "d1", "offer")
        assert not attach_file(session, "f3", "deal", "d1", "offer")
        assert files_of(session, "deal", "d1") == [replace(FILE, entity="deal", record_id="d1", field="offer")]
        assert delete_file(session, "f1")
        assert not delete_file(session, "f1")
        assert kept_blobs(session) == {"a" * 64}
        delete_file(session, "f2")
        assert kept_blobs(session) == set()
