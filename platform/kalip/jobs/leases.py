"""Keeps the leases of the jobs that this process runs, as long as it lives."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kalip.jobs.running import Office
from kalip.storage import StoredJob, Unavailable, renew_lease

_log = logging.getLogger(__name__)


class Leases:
    """The jobs that this process runs now."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._held: dict[str, int] = {}

    @property
    def count(self) -> int:
        """How many jobs run."""
        return len(self._held)

    @contextmanager
    def hold(self, job: StoredJob) -> Iterator[None]:
        """Keep a job's lease during the block."""
        with self._lock:
            self._held[job.id] = job.attempt
        try:
            yield
        finally:
            with self._lock:
                self._held.pop(job.id, None)

    def renew(self) -> None:
        """Give a sign of life for each job; one that another runner has taken is left to it."""
        with self._lock:
            held = dict(self._held)
        for job_id, attempt in held.items():
            until = self._office.services.clock() + self._office.timing.lease
            try:
                with self._office.services.database.beside() as session:
                    kept = renew_lease(session, job_id, attempt, until)
            except Unavailable:
                _log.warning("the database is not there to keep the lease of the job %s", job_id)
                continue
            if not kept:
                with self._lock:
                    # It may just have ended.
                    self._held.pop(job_id, None)
