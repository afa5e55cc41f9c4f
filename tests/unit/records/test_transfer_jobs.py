"""Imports and exports as jobs: counted, stopped, gone on with, done once, their files gone with them."""

import csv
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kalip.access.actor import in_place_of
from kalip.base.errors import AccessDenied, BadRequest, NotFound
from kalip.records import ListRecords, Work, list_records
from kalip.records.job_desk import job_of, retry_job, stop_job
from kalip.records.organisation import NewSubstitution, make_substitution
from kalip.records.transfer import ExportFormat
from kalip.records.transfer import jobs as transfers
from kalip.records.transfer.jobs import (
    JOB,
    ImportAsked,
    enqueue_export,
    enqueue_import,
    file_of_job,
    keep_upload,
    stage_upload,
)
from kalip.records.transfer.tables import LONGEST_CELL
from kalip.storage import Blobs, StoredJob, events_for, files_of
from kalip.storage.files import delete_files_of_jobs
from tests.support.background import Yard
from tests.support.site import NOW, Site, a_site


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site with a place for files."""
    with a_site(database_url) as site:
        object.__setattr__(site.services, "blobs", Blobs(tmp_path / "blobs"))
        yield site


@pytest.fixture
def yard(site: Site) -> Yard:
    return Yard(site, dict(transfers.JOB_HANDLERS))


def begun(site: Site, text: str, who: str = "ada", **more: Any) -> str:
    """An import of companies; its job."""
    sent = keep_upload(site.services, "companies.csv", BytesIO(text.encode()))
    asked = ImportAsked("company", more.pop("mapping", {"Name": "name", "Sector": "sector"}), **more)
    return site.act(who, lambda work: enqueue_import(work, asked, sent))


def rows(count: int, first: int = 0) -> str:
    return "Name,Sector\n" + "".join(f"Company {number},steel\n" for number in range(first, first + count))


def state_of(site: Site, job_id: str) -> StoredJob:
    return site.act("ada", lambda work: job_of(work, job_id), write=False)


def count(site: Site) -> int:
    command = ListRecords("company", count=True, limit=1)
    return int(site.act("ada", lambda work: list_records(work, command), write=False).count or 0)


def test_rows_are_imported_and_refused_ones_told(site: Site, yard: Yard) -> None:
    job_id = begun(site, rows(250) + ",steel\nOdd,nothing\n")
    assert state_of(site, job_id).state == "waiting"
    assert len(site.act("ada", lambda work: files_of(work.session, JOB, job_id))) == 1
    yard.run_all()
    job = state_of(site, job_id)
    result = job.result or {}
    assert (job.state, job.done, job.total, result["created"], result["refusals"]) == ("done", 252, 252, 250, 2)
    assert [each["line"] for each in result["refused"]] == [252, 253]
    assert count(site) == 250
    # Its file is of no more use.
    assert site.act("ada", lambda work: files_of(work.session, JOB, job_id)) == []


def test_a_check_saves_nothing(site: Site, yard: Yard) -> None:
    job_id = begun(site, rows(3) + "Odd,nothing\n", dry_run=True)
    yard.run_all()
    result = state_of(site, job_id).result or {}
    assert (result["created"], result["refusals"], result["choices"], count(site)) == (3, 1, {"sector": ["nothing"]}, 0)


def test_a_runner_that_dies_makes_no_row_twice(site: Site, yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """It dies after the second batch, and once more when all is saved but the job's end."""
    job_id = begun(site, rows(500) + ",steel\n")
    batch, deaths = transfers._Along.batch, iter((True, False, False, False, False, False))

    def dying(along: Any, work: Work, state: Any, refusals: Any) -> None:
        batch(along, work, state, refusals)
        if state.position > 200 and next(deaths):
            raise SystemError("the process dies here")

    monkeypatch.setattr(transfers._Along, "batch", dying)
    yard.run_all()
    assert count(site) == 200
    site.clock.move(hours=1)
    yard.run_all()
    job = state_of(site, job_id)
    result = job.result or {}
    assert (job.state, job.attempt, result["created"], result["refusals"], count(site)) == ("done", 2, 500, 1, 500)


def test_it_stops_and_goes_on(site: Site, yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = begun(site, rows(500))
    batch = transfers._Along.batch

    def stopping(along: Any, work: Work, state: Any, refusals: Any) -> None:
        batch(along, work, state, refusals)
        if state.position == 200:
            stop_job(work, job_id)

    monkeypatch.setattr(transfers._Along, "batch", stopping)
    yard.run_all()
    job = state_of(site, job_id)
    assert (job.state, job.done, (job.result or {})["created"], count(site)) == ("cancelled", 200, 200, 200)
    site.act("ada", lambda work: retry_job(work, job_id))
    yard.run_all()
    assert (state_of(site, job_id).state, count(site)) == ("done", 500)


def test_what_can_never_be_imported_is_refused_before(site: Site) -> None:
    refused: list[Callable[[], object]] = [
        lambda: begun(site, rows(1), mapping={"Nome": "name"}),
        lambda: begun(site, rows(1), mapping={}),
        lambda: keep_upload(site.services, "x.csv", BytesIO(b"")),
        lambda: begun(site, "\n"),
    ]
    for each in refused:
        with pytest.raises(BadRequest):
            each()
    with pytest.raises(AccessDenied):
        begun(site, rows(1), "cem")
    with pytest.raises(NotFound):
        begun(site, rows(1), "deniz")


def test_rows_are_read_by_the_job_alone(site: Site, yard: Yard) -> None:
    """So a file that can't be read to its end is begun, and its job says what is wrong for good."""
    job_id = begun(site, rows(1) + "x" * (LONGEST_CELL + 1))
    yard.run_all()
    job = state_of(site, job_id)
    assert (job.state, job.attempt, count(site)) == ("dead", 1, 0)


def test_a_list_is_exported_for_who_asked(site: Site, yard: Yard) -> None:
    for name in ("Anadolu", "=cmd", "Boğaz"):
        site.save("ada", "company", {"name": name, "city": "Izmir"})
    command = ListRecords("company", fields=("name", "city"), filter="city == 'Izmir'", sort=("-name",))
    job_id = site.act("ada", lambda work: enqueue_export(work, command, ExportFormat("csv"), "Companies/x"))
    with pytest.raises(NotFound):
        site.act("ada", lambda work: file_of_job(work, job_id))
    yard.run_all()
    job = state_of(site, job_id)
    assert (job.state, job.done, job.total, (job.result or {})["rows"]) == ("done", 3, 3, 3)
    info, path = site.act("ada", lambda work: file_of_job(work, job_id), write=False)
    lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert info.name == "x.csv"
    assert (lines[0], [line[0] for line in lines[1:]]) == (["Name", "City"], ["Boğaz", "Anadolu", "'=cmd"])
    with pytest.raises(NotFound):
        site.act("bora", lambda work: file_of_job(work, job_id))
    with pytest.raises(AccessDenied):
        site.act("cem", lambda work: enqueue_export(work, command, ExportFormat(), "x"))
    with site.services.database.write() as session:
        assert delete_files_of_jobs(session, JOB) == 0


def test_an_upload_waits_for_its_sender(site: Site) -> None:
    sent = keep_upload(site.services, "a.csv", BytesIO(rows(1).encode()))
    file_id = site.act("ada", lambda work: stage_upload(work, "company", sent))
    assert file_id
    with pytest.raises(BadRequest):
        keep_upload(site.services, "a.xlsx", BytesIO(b"no sheet"))


def test_what_is_asked_for_in_anothers_place_is_done_in_it(site: Site, yard: Yard) -> None:
    """Deniz may import nothing, but stands in for an administrator."""
    ada, deniz = (str(site.actors[who].id) for who in ("ada", "deniz"))
    command = NewSubstitution(ada, deniz, NOW - timedelta(days=1), NOW + timedelta(days=5), "all")
    site.act("ada", lambda work: make_substitution(work, command))
    site.actors["deniz for ada"] = in_place_of(site.actors["deniz"], site.actors["ada"])
    imported = begun(site, rows(2), "deniz for ada")
    listed = ListRecords("company", ("name",))
    exported = site.act("deniz for ada", lambda work: enqueue_export(work, listed, ExportFormat("csv"), "Companies"))
    yard.run_all()
    assert [state_of(site, each).state for each in (imported, exported)] == ["done", "done"]
    company = site.act("ada", lambda work: list_records(work, listed), write=False).items[0]
    with site.services.database.read() as session:
        (event,) = events_for(session, "company", str(company["id"])).events
    assert (event.actor, event.on_behalf) == (deniz, ada)
    for who, error in (("deniz for ada", None), ("ada", None), ("deniz", NotFound)):
        with pytest.raises(error) if error else nullcontext():
            site.act(who, lambda work: file_of_job(work, exported), write=False)
