"""Erasures are remembered: a backup from before is swept, by ids and by what the person was known by."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kalip.records import ListRecords, list_records
from kalip.records.privacy import note_erasures, settle_erasures, sweep, sweep_at_start
from kalip.records.privacy.remembering import LIST, read_list
from kalip.storage import Blobs, apply, backup, make_database, plan, restore
from kalip.storage.privacy import ERASURES
from tests.support.personal import CANARY, settle_in
from tests.support.site import Site
from tests.unit.records.privacy.test_erasing import erase_person, traces_of


def test_it_works(site: Site, ids: dict[str, str], bare_url: str, tmp_path: Path) -> None:
    """A backup from before the erasure, restored elsewhere, forgets the person again."""
    blobs = site.services.blobs
    assert blobs is not None
    backup(site.services.database, blobs, tmp_path / "before.kalip")
    proof = erase_person(site, ids["contact"])
    listed = blobs.root / LIST
    assert [each.id for each in read_list(listed)] == [proof.id]
    with a_restored(site, bare_url, tmp_path / "before.kalip", tmp_path / "other") as other:
        assert CANARY in other.get("ada", "contact", ids["contact"])["notes"]
        assert sweep(other.services, [listed]) == 1
        settle_erasures(other.services, spared=timedelta(seconds=-1))
        assert traces_of(other, tmp_path / "other") == []
        assert sweep(other.services, [listed]) == 0
        with other.services.database.read() as session:
            assert [each.id for each in ERASURES.all(session)] == [proof.id]


@contextmanager
def a_restored(site: Site, url: str, source: Path, folder: Path) -> Iterator[Site]:
    """The site as a backup has it, on another database and with other files."""
    database, blobs = make_database(url), Blobs(folder / "files")
    try:
        restore(database, blobs, source)
        with database.publish() as session:
            apply(session, plan(session, site.served))
        yield replace(site, services=replace(site.services, database=database, blobs=blobs))
    finally:
        database.dispose()


def test_who_came_back_under_another_id_is_known(site: Site, ids: dict[str, str], tmp_path: Path) -> None:
    erase_person(site, ids["contact"])
    blobs = site.services.blobs
    assert blobs is not None
    settle_in(site, tmp_path)
    with site.services.database.write() as session:
        for each in ERASURES.all(session):
            ERASURES.drop(session, each.id)
    sweep_at_start(site.services)
    settle_erasures(site.services, spared=timedelta(seconds=-1))
    # An order that only mentions the person was chosen by hand then, and is found by nobody now.
    again = site.act("ada", lambda work: list_records(work, ListRecords("order", fields=("remark",))), write=False)
    assert [CANARY in str(each["remark"]) for each in again.items].count(True) == 1
    contacts = site.act("ada", lambda work: list_records(work, ListRecords("contact", fields=("notes",))), write=False)
    assert [each["notes"] for each in contacts.items] == [None, None]


def test_a_list_that_was_cut_or_altered_is_read_as_far_as_it_is_sound(site: Site, ids: dict[str, str]) -> None:
    proof = erase_person(site, ids["contact"])
    path = note_erasures(site.services)
    assert path is not None
    line = path.read_text()
    path.write_text(line + line.replace("They asked", "Nobody asked") + line[: len(line) // 2])
    assert [each.id for each in read_list(path)] == [proof.id]
    assert CANARY not in line
