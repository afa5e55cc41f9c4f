"""Contents that no row names go when they have waited long enough, and no others."""

import io
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select

from kalip.storage import Blobs, Database, FileInfo, InstalledPack, add_file, delete_file, put_pack, remove_pack
from kalip.storage.collecting import SPARED, Unnamed, collect_contents
from kalip.storage.own import KalipBlob, table_of

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "files")


def written(blobs: Blobs, content: bytes) -> str:
    return blobs.write(io.BytesIO(content)).sha256


def a_file(database: Database, sha256: str, file_id: str) -> None:
    with database.write() as session:
        add_file(session, FileInfo(file_id, "a.txt", "text/plain", 5, sha256, NOW, None))


def forget(database: Database, file_id: str) -> None:
    with database.write() as session:
        assert delete_file(session, file_id)


def age(blobs: Blobs, by: timedelta = SPARED) -> None:
    """Let time pass for what is in the store."""
    for path in blobs.root.rglob("*"):
        if path.is_file():
            before = path.stat().st_mtime - by.total_seconds()
            os.utime(path, (before, before))


def told(database: Database, blobs: Blobs, *, dry_run: bool = False) -> list[Unnamed]:
    return [each for portion in collect_contents(database, blobs, dry_run=dry_run) for each in portion]


def collected(database: Database, blobs: Blobs) -> list[str]:
    return [each.sha256 for each in told(database, blobs) if each.gone]


def rows(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.run(select(table_of(KalipBlob).c.sha256)).scalars())


def test_it_works(database: Database, blobs: Blobs) -> None:
    """What two files share goes a safe time after the second is gone."""
    shared, other = written(blobs, b"hello"), written(blobs, b"other")
    for sha256, file_id in ((shared, "f1"), (shared, "f2"), (other, "f3")):
        a_file(database, sha256, file_id)
    age(blobs)
    forget(database, "f1")
    assert told(database, blobs) == []
    forget(database, "f2")
    for _ in range(2):
        (found,) = told(database, blobs)
        assert (found.sha256, found.size, found.gone) == (shared, 5, False)
        assert abs(found.due - datetime.now(UTC) - SPARED) < timedelta(minutes=5)
    age(blobs)
    assert collected(database, blobs) == [shared]
    assert (list(blobs.all()), blobs.marks()) == ([other], set())
    assert rows(database) == [other]
    assert told(database, blobs) == []


def test_what_a_transaction_is_about_to_name_stays(database: Database, blobs: Blobs) -> None:
    """Whether it is new, or was noted as unnamed long ago and is written again."""
    new = written(blobs, b"hello")
    assert collected(database, blobs) == []
    age(blobs)
    written(blobs, b"hello")
    assert collected(database, blobs) == []
    a_file(database, new, "f1")
    age(blobs)
    assert collected(database, blobs) == []
    forget(database, "f1")
    assert collected(database, blobs) == []
    assert blobs.exists(new)


def test_what_is_named_again_begins_to_wait_anew(database: Database, blobs: Blobs) -> None:
    """A copy of a file names its content without writing it."""
    sha256 = written(blobs, b"hello")
    collected(database, blobs)
    a_file(database, sha256, "f1")
    age(blobs)
    collected(database, blobs)
    forget(database, "f1")
    assert collected(database, blobs) == []
    age(blobs)
    assert collected(database, blobs) == [sha256]


def test_contents_of_packs_stay_until_the_pack_goes(database: Database, blobs: Blobs) -> None:
    sha256 = written(blobs, b"hello")
    pack = InstalledPack("shop", "1.0.0", 0, {}, NOW, None, {"README.md": sha256})
    with database.write() as session:
        put_pack(session, pack)
        put_pack(session, replace(pack, name="plain", files={}))
    age(blobs)
    assert told(database, blobs) == []
    with database.write() as session:
        assert remove_pack(session, "shop")
    collected(database, blobs)
    age(blobs)
    assert collected(database, blobs) == [sha256]


def test_a_dry_run_tells_the_same_and_changes_nothing(database: Database, blobs: Blobs) -> None:
    sha256 = written(blobs, b"hello")
    assert [each.sha256 for each in told(database, blobs, dry_run=True)] == [sha256]
    assert blobs.marks() == set()
    collected(database, blobs)
    age(blobs)
    (found,) = told(database, blobs, dry_run=True)
    assert (found.due <= datetime.now(UTC), found.gone, blobs.exists(sha256)) == (True, False, True)


def test_one_that_died_is_gone_on_with(database: Database, blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a content has gone and before its row and its note have."""
    for number in range(3):
        a_file(database, written(blobs, b"%d" % number), str(number))
        forget(database, str(number))
    (blobs.root / "incoming" / "left").write_bytes(b"half")
    collected(database, blobs)
    age(blobs)

    def dies(_blobs: Blobs, _sha256: str) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(Blobs, "unmark", dies)
        with pytest.raises(OSError, match="disk"):
            collected(database, blobs)
    assert len(list(blobs.all())) == 2
    assert len(collected(database, blobs)) == 2
    assert rows(database) == []
    assert (list(blobs.all()), list((blobs.root / "incoming").iterdir())) == ([], [])


def test_nobody_finishes_writing_while_contents_are_removed(blobs: Blobs) -> None:
    """So none is written again between the look at its age and its end."""
    sha256, read_whole = written(blobs, b"hello"), Event()
    age(blobs)
    old = blobs.stored(sha256)

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if not (found := super().read(size)):
                read_whole.set()
            return found

    writer = Thread(target=blobs.write, args=(Watched(b"hello"),))
    with blobs.alone():
        writer.start()
        assert read_whole.wait(10)
        writer.join(0.05)
        assert blobs.stored(sha256) == old
    writer.join(10)
    stored = blobs.stored(sha256)
    assert stored is not None
    assert stored.at > time.time() - 60
