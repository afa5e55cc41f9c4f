"""Background work in tests: an office with the handlers that a test gives, and what becomes of its jobs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from kalip.access import SYSTEM
from kalip.jobs import Background, Bell, Crew, Office, Timing
from kalip.records import Consumer, Job, JobHandler, Recurring, enqueue, run
from kalip.storage import JobAttempt, StoredJob, find_job, job_attempts
from tests.support.site import Site

QUICK = Timing(lease=timedelta(seconds=3), poll=timedelta(seconds=0.05), pause=timedelta(seconds=10))


@dataclass
class Yard:
    """A site's background work, run when a test says so; its clock is the site's."""

    site: Site
    handlers: Mapping[str, JobHandler] = field(default_factory=dict)
    consumers: Sequence[Consumer] = ()
    recurring: Sequence[Recurring] = ()
    timing: Timing = QUICK

    def __post_init__(self) -> None:
        background = Background(self.handlers, self.consumers, self.recurring)
        self.office = Office(self.site.services, background, self.timing)
        self.crew = Crew(self.office, Bell(), runners=0)

    def put(self, job: Job) -> str:
        """Enqueue a job in a transaction of its own; its id."""
        return run(self.site.services, SYSTEM, lambda work: enqueue(work, job))

    def run_all(self) -> int:
        """Run what is due until nothing is; how many runs."""
        count = 0
        while self.crew.run_next("tester"):
            count += 1
        return count

    def job(self, key: str) -> StoredJob:
        """A job as it stands."""
        with self.site.services.database.read() as session:
            found = find_job(session, key)
        assert found is not None
        return found

    def attempts(self, key: str) -> list[JobAttempt]:
        """The runs that a job had."""
        job = self.job(key)
        with self.site.services.database.read() as session:
            return job_attempts(session, job.id)


def noting(seen: list[Any], note: Callable[[Any], Any] = lambda job_run: job_run.key) -> JobHandler:
    """A handler that only notes its runs."""

    def handler(_services: Any, job_run: Any) -> None:
        seen.append(note(job_run))

    return handler
