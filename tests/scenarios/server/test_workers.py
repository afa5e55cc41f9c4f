"""`kalip worker` runs what the server leaves to it, from the database or through Redis, in several processes."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from kalip.access import SYSTEM
from kalip.app import open_site
from kalip.cli import OpenSite
from kalip.records import Job, SaveRecord, enqueue, run, save_record
from kalip.records.bulk_jobs import BulkCommand, enqueue_bulk
from kalip.runtime.settings import SITE_FILE
from kalip.storage import get_job
from tests.support.processes import running
from tests.support.serving import KALIP_COMMAND, serving
from tests.support.source import KALIP
from tests.support.terminal import run as command

pytestmark = pytest.mark.slow


@contextmanager
def site_of(folder: Path, *lines: str) -> Iterator[OpenSite]:
    """The site with more lines in its settings."""
    with (folder / SITE_FILE).open("a") as file:
        file.write("".join(f"{line}\n" for line in lines))
    site = open_site(folder)
    try:
        yield site
    finally:
        site.services.database.dispose()


def ask_for_a_change(site: OpenSite, name: str) -> str:
    """Have a new customer changed in the background; the job's id."""
    made = run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("customer", {"name": name})))
    change = BulkCommand("customer", [made.id], "edit", {"values": {"notes": "changed"}})
    return run(site.services, SYSTEM, lambda work: enqueue_bulk(work, change))


def state_of(site: OpenSite, job_id: str) -> str:
    with site.services.database.read() as session:
        found = get_job(session, job_id)
    assert found is not None
    return found.state


def wait_for(site: OpenSite, job_id: str) -> None:
    until = time.monotonic() + 120
    while state_of(site, job_id) != "done":
        assert time.monotonic() < until, "nobody ran it"
        time.sleep(0.05)


@pytest.mark.redis
def test_workers_run_what_the_server_leaves_to_them(
    folder: Path, database_url: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["jobs_in_server = false"]
    # With PostgreSQL the way is through Redis, with SQLite through the database.
    if database_url.startswith("postgresql"):
        monkeypatch.setenv("KALIP_REDIS_URL", request.getfixturevalue("redis_url"))
        lines = []
    with ExitStack() as stack:
        site = stack.enter_context(site_of(folder, *lines))
        server = stack.enter_context(serving(folder, workers=1))
        job_id = ask_for_a_change(site, "Ada")
        time.sleep(3)
        assert state_of(site, job_id) == "waiting"
        start = [
            "env",
            f"PYTHONPATH={KALIP.parent}",
            *KALIP_COMMAND,
            "worker",
            "--site",
            str(folder),
            "--processes",
            "2",
        ]
        log = folder / "worker.log"
        worker = stack.enter_context(running(start, log=log, is_ready=lambda: state_of(site, job_id) == "done"))
        for number in range(5):
            wait_for(site, ask_for_a_change(site, f"C{number}"))
        health = server.caller.call("GET", "/health").body
        assert (health["jobs"]["dead"], health["jobs"]["stuck"]) == (0, False)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0


def test_the_check_says_when_nobody_runs_jobs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site_of(folder) as site:
        late = site.services.clock() - timedelta(minutes=11)
        run(site.services, SYSTEM, lambda work: enqueue(work, Job("note", {}, "one", run_at=late)))
    said = command("check", "--site", folder, "--json")
    assert said.code == 1
    faults = {each["name"]: each["fault"] for each in said.data["checks"]}
    assert faults["jobs"] == "A job has been due for 11 minutes: nobody runs jobs."
    monkeypatch.setenv("KALIP_REDIS_URL", "redis://127.0.0.1:1/0")
    said = command("check", "--site", folder, "--json")
    assert {each["name"]: each["fault"] for each in said.data["checks"]}["jobs"] == "Redis does not answer."
