"""Backups: what is restored is what was there, whichever database it came from."""

import io
import tarfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import StorageError
from kalip.expressions import Context
from kalip.fields import Money
from kalip.runtime import Served
from kalip.storage import (
    Blobs,
    Database,
    Event,
    FileInfo,
    InstalledPack,
    NewRevision,
    Plan,
    Query,
    User,
    add_file,
    add_user,
    apply,
    backup,
    events_for,
    get_file,
    index_record,
    insert_record,
    insert_records,
    list_revisions,
    list_users,
    make_database,
    next_number,
    plan,
    put_pack,
    restore,
    revision_documents,
    save_revision,
    search,
    select_page,
    upgrade_own_tables,
)
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import START, a_row


def model(*, whole: bool = True) -> Served:
    part = an_entity("part").with_field("name", "text")
    thing = (
        an_entity("thing")
        .with_field("name", "text")
        .with_field("price", "money", currency="TRY")
        .with_field("day", "date")
        .with_field("at", "datetime")
        .with_field("open", "time")
        .with_field("took", "duration")
        .with_field("marks", "tags")
        .with_field("raw", "json")
        .with_field("on", "boolean")
        .with_field("part", "reference", to="part", on_delete="clear")
        .with_field("parts", "references", to="part")
    )
    if whole:
        thing.with_field("former", "decimal", scale=2)
    return a_served(a_pack().with_entity(thing, part))


@pytest.fixture
def row(database: Database, publish: Callable[[Served], Plan], blobs: Blobs) -> dict[str, Any]:
    """A record of the whole model, whose field `former` is retired afterwards; with all that goes beside."""
    served = model()
    publish(served)
    parts = [a_row(name="bolt"), a_row(name="nut")]
    thing = a_row(
        name="Işık", price=Money(Decimal("12.50"), "TRY"), day=date(2026, 1, 2), at=START, marks=("a", "b"),
        raw={"b": [1, None], "a": "ü"}, on=True, part=parts[0]["id"], parts=(parts[1]["id"], parts[0]["id"]),
        former=Decimal("1.25"),
    )  # fmt: skip
    with database.publish() as session:
        add_user(session, User("u1", "Ayşe", "A@b.co", ("admin",), "tr", "UTC", True, None, START))
        insert_records(session, served, "part", parts)
        insert_record(session, served, "thing", thing)
        index_record(session, "thing", thing["id"], ["Işık", "договоры"])
        session.events.append(Event("created", "thing", thing["id"], "u1", START, after={"z": 1, "a": 2}))
        save_revision(
            session, NewRevision("r1", START, "u1", "first", {"b.json": "{}", "a.json": "[]"}, {"shop": "1.0.0"})
        )
        next_number(session, "invoices")
        blob = blobs.write(io.BytesIO(b"hello"))
        add_file(session, FileInfo("f1", "a.txt", "text/plain", 5, blob.sha256, START, "u1", "thing", thing["id"]))
        readme = blobs.write(io.BytesIO(b"of a pack")).sha256
        put_pack(session, InstalledPack("shop", "1.0.0", 0, {}, START, "u1", {"README.md": readme}))
    publish(model(whole=False))
    return thing


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def other(request: pytest.FixtureRequest, tmp_path: Path, postgres_server: str) -> Any:
    """An empty database of either kind to restore into."""
    from tests.support.postgres import fresh_database  # noqa: PLC0415 (psycopg only where it is asked for)

    if request.param == "sqlite":
        database = make_database(f"sqlite:///{tmp_path / 'other.db'}")
        yield database
        database.dispose()
        return
    with fresh_database(postgres_server, "kalip_restored") as address:
        database = make_database(address)
        yield database
        database.dispose()


def test_all_is_there_again(
    database: Database, other: Database, row: dict[str, Any], blobs: Blobs, tmp_path: Path, context: Context
) -> None:
    seen: list[tuple[int, int]] = []
    info = backup(database, blobs, tmp_path / "b.tar.gz", lambda _what, done, total: seen.append((done, total)))
    assert (info.rows["thing"], info.rows["part"], info.blobs, info.revision) == (1, 2, 2, "r1")
    assert [done for done, _total in seen] == list(range(1, seen[-1][1] + 1))
    fresh = Blobs(tmp_path / "fresh")
    restored = restore(other, fresh, tmp_path / "b.tar.gz")
    assert restored.rows == info.rows
    served = model(whole=False)
    with other.publish() as session:
        steps = plan(session, served)
        assert {type(step).__name__ for step in steps.steps} == {"CreateIndex"}
        apply(session, steps)
    query = Query("thing")
    with database.read() as old, other.read() as new:
        assert select_page(new, served, query, context) == select_page(old, served, query, context)
        assert list_users(new) == list_users(old)
        assert list_revisions(new) == list_revisions(old)
        assert list(revision_documents(new, list_revisions(new)[0]).items()) == [("b.json", "{}"), ("a.json", "[]")]
        assert events_for(new, "thing", row["id"]) == events_for(old, "thing", row["id"])
        assert get_file(new, "f1") == get_file(old, "f1")
        for text in ("isik", "договор"):
            assert [hit.id for hit in search(new, served, text, {"thing": ()}, context)] == [row["id"]]
    assert list(fresh.all()) == list(blobs.all())
    with other.publish() as session:
        assert next_number(session, "invoices") == 2
        assert session.events.append(Event("updated", "thing", row["id"], "u1", START)) == 2
        whole = model()
        apply(session, plan(session, whole))
    with other.read() as session:
        assert select_page(session, whole, Query("thing", ("former",)), context).rows[0]["former"] == "1.25"


def test_a_database_that_is_not_empty_is_left_alone(
    database: Database, row: dict[str, Any], blobs: Blobs, tmp_path: Path
) -> None:
    backup(database, blobs, tmp_path / "b.tar.gz")
    with pytest.raises(StorageError, match="not empty"):
        restore(database, blobs, tmp_path / "b.tar.gz")


def _nothing(_path: Path) -> bytes:
    return b""


def _text(_path: Path) -> bytes:
    return b"no archive at all"


def _half(path: Path) -> bytes:
    content = path.read_bytes()
    return content[: len(content) // 2]


def _altered(path: Path) -> bytes:
    """A changed amount in a row, everything else as it was."""
    result = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=result, mode="w:gz") as new:
        for member in old.getmembers():
            file = old.extractfile(member)
            content = file.read() if file else b""
            if member.name == "tables/thing.jsonl":
                content = content.replace(b"12.5000", b"99.5000")
            new.addfile(member, io.BytesIO(content))
    return result.getvalue()


@pytest.mark.parametrize("damage", [_nothing, _text, _half, _altered])
def test_a_damaged_archive_restores_nothing(
    database: Database,
    row: dict[str, Any],
    blobs: Blobs,
    tmp_path: Path,
    damage: Callable[[Path], bytes],
) -> None:
    archive = tmp_path / "b.tar.gz"
    backup(database, blobs, archive)
    archive.write_bytes(damage(archive))
    fresh = make_database(f"sqlite:///{tmp_path / 'fresh.db'}")
    with pytest.raises(StorageError, match=r"b\.tar\.gz can't be restored"):
        restore(fresh, Blobs(tmp_path / "fresh"), archive)
    upgrade_own_tables(fresh)
    with fresh.read() as session:
        assert list_users(session) == []
    fresh.dispose()


def test_a_backup_that_fails_leaves_no_file(
    database: Database, row: dict[str, Any], blobs: Blobs, tmp_path: Path
) -> None:
    blobs.path(next(blobs.all())).unlink()
    folder = tmp_path / "backups"
    with pytest.raises(Exception, match="no file with the content"):
        backup(database, blobs, folder / "b.tar.gz")
    assert list(folder.iterdir()) == []
