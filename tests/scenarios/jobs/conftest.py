"""A site on each database whose jobs are run by processes that a test starts and kills."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest

from kalip.base.clock import system_clock
from kalip.jobs.reading import read_events
from kalip.records import ListRecords, list_records
from kalip.storage import count_jobs
from tests.support.job_process import CONSUMERS
from tests.support.site import Site, a_site
from tests.support.source import ROOT

PATIENCE = 180


@dataclass
class Yard:
    """A site, and the processes that run its jobs; `sent` holds what left the system."""

    site: Site
    url: str
    redis: str
    sent: Path
    log: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """Start a process that runs jobs."""
        command = [sys.executable, "-m", "tests.support.job_process", self.url, self.redis, str(self.sent)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "platform")))}
        with self.log.open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603
        self.processes.append(process)
        return process

    def kill_one(self) -> None:
        """End one of the processes as a power cut does, and start another."""
        victim = random.choice(self.processes)  # noqa: S311 - any will do
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.processes.remove(victim)
        self.start()

    def save_deals(self, count: int) -> list[str]:
        """Make deals, each in a transaction of its own."""
        return [self.site.save("ada", "deal", {"name": f"d{number}"}).id for number in range(count)]

    def left(self) -> int:
        """How many jobs aren't done."""
        with self.site.services.database.read() as session:
            states = count_jobs(session)
        assert states.get("dead", 0) == 0
        return states.get("waiting", 0) + states.get("running", 0)

    def companies(self) -> list[str]:
        """The names of all companies: one for each firing."""
        found: list[str] = []
        cursor = None
        while True:
            asked = ListRecords("company", fields=("name",), limit=1000, cursor=cursor)
            page = self.site.act("ada", partial(list_records, command=asked), write=False)
            found += [str(each["name"]) for each in page.items]
            cursor = page.next
            if cursor is None:
                return found

    def keys_sent(self) -> list[str]:
        """What left the system, in order."""
        return self.sent.read_text().split() if self.sent.exists() else []

    def wait_until(self, true: Callable[[], bool]) -> None:
        """Wait for something; the logs of the processes are shown when it never comes."""
        until = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < until, self.log.read_text()[-8000:]
            time.sleep(0.1)


@contextmanager
def a_yard(url: str, redis: str, folder: Path) -> Iterator[Yard]:
    """A site whose consumers have been seen; its processes end with the block."""
    with a_site(url) as site:
        on_clock = replace(site, services=replace(site.services, clock=system_clock))
        read_events(on_clock.services, CONSUMERS)
        yard = Yard(on_clock, url, redis, folder / "sent", folder / "log")
        try:
            yield yard
        finally:
            for process in yard.processes:
                process.kill()
                process.wait()


@pytest.fixture
def yard(database_url: str, tmp_path: Path) -> Iterator[Yard]:
    """A yard without Redis."""
    with a_yard(database_url, "-", tmp_path) as yard:
        yield yard


@pytest.fixture
def redis_yard(postgres_url: str, redis_url: str, tmp_path: Path) -> Iterator[Yard]:
    """A yard with Redis, which is for several machines, and they share PostgreSQL."""
    with a_yard(postgres_url, redis_url, tmp_path) as yard:
        yield yard
