"""Jobs through Redis by RQ: Redis says whose turn it is, the rows say what is true.

A queue holds the job's id and the number of the run it is for. Whatever Redis forgets is told to it again, and whatever
it delivers twice finds its run taken. So RQ's own retries and registries aren't used.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

from redis import Redis, RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError, NoSuchJobError, StopRequested
from rq.job import Job as QueuedJob

from kalip.base.ids import new_id
from kalip.jobs.running import Office
from kalip.records import QUEUES, USUAL_PRIORITY
from kalip.storage import StoredJob, due_jobs, note_queued

WORKER_TTL: Final = 30
MAINTENANCE: Final = 10
"""With these two an idle worker looks after abandoned jobs within 40 seconds; with RQ's own only when it is woken."""
_FORGOTTEN: Final = 3600
_BANDS: Final = ("high", "usual", "low")

Perform = Callable[[str, int], object]
_log = logging.getLogger(__name__)


class RedisQueue:
    """The queues of one site in a Redis that other sites may use too."""

    def __init__(self, url: str, office: Office) -> None:
        self._office = office
        self._redis = Redis.from_url(url, socket_connect_timeout=5, health_check_interval=30)
        self._site = sha256(office.services.database.url.encode()).hexdigest()[:12]

    def feed(self) -> int:
        """Tell Redis of the jobs that are due; how many. Nothing is lost when Redis is away: it is told later."""
        services = self._office.services
        now = services.clock()
        told_before = now - self._office.timing.lease / 2
        due = services.database.glance(lambda session: due_jobs(session, now, told_before))
        if not due:
            return 0
        try:
            held = self._held({self._queue_of(job) for job in due if job.queued_at is not None})
            for job in due:
                if _run_id(job) not in held:
                    self._tell(job)
        except RedisError as error:
            _log.warning("Redis is not there: %s", error)
            return 0
        with services.database.beside() as session:
            note_queued(session, [job.id for job in due], now)
        return len(due)

    def answers(self) -> bool:
        """Whether Redis is there."""
        return answers(self._redis)

    def names(self, queues: Sequence[str] = ()) -> list[str]:
        """The names that queues have in Redis, the urgent first."""
        return [self._name(queue, band) for band in _BANDS for queue in queues or QUEUES]

    def work(self, queues: Sequence[str], busy: Callable[[], bool], stopping: Callable[[], bool]) -> None:
        """Perform jobs in this thread until it is told to stop; RQ's worker ends with its connection, and a new begins.

        `perform` of this module must have been given what runs a job.
        """
        while not stopping():
            worker = (
                _Worker(
                    self.names(queues),
                    name=f"kalip-{new_id()}",
                    connection=self._redis,
                    worker_ttl=WORKER_TTL,
                    maintenance_interval=MAINTENANCE,
                    log_job_description=False,
                )
                if self.answers()
                else None
            )
            if worker is not None:
                worker.watch(busy, stopping)
                try:
                    worker.work(logging_level="WARNING")
                except RedisError as error:
                    _log.warning("Redis went away: %s", error)
            if not stopping():
                time.sleep(1)

    def _held(self, names: Iterable[str]) -> set[str]:
        """The runs that wait in queues of Redis."""
        return {run_id for name in names for run_id in Queue(name, connection=self._redis).get_job_ids()}

    def _tell(self, job: StoredJob) -> None:
        try:
            self._enqueue(job)
        except DuplicateJobError:
            # Whoever took it from the queue died before its row was taken; if not, the row tells them apart.
            with suppress(NoSuchJobError):
                QueuedJob.fetch(_run_id(job), connection=self._redis).delete()
            self._enqueue(job)

    def _enqueue(self, job: StoredJob) -> None:
        Queue(self._queue_of(job), connection=self._redis).enqueue_call(
            f"{__name__}.perform",
            args=(job.id, job.attempt + 1),
            job_id=_run_id(job),
            unique=True,
            timeout=-1,
            result_ttl=0,
            failure_ttl=_FORGOTTEN,
            description=job.kind,
        )

    def _queue_of(self, job: StoredJob) -> str:
        return self._name(job.queue, _band(job.priority))

    def _name(self, queue: str, band: str) -> str:
        return f"kalip:{self._site}:{queue}:{band}"


def redis_answers(url: str) -> bool:
    """Whether there is a Redis at an address."""
    with Redis.from_url(url, socket_connect_timeout=5) as client:
        return answers(client)


def answers(client: Redis) -> bool:
    """Whether Redis is there."""
    try:
        return bool(client.ping())
    except RedisError:
        return False


class _Performing:
    """What this process runs jobs by; RQ calls a function by its name."""

    by: Perform | None = None


def perform_by(perform: Perform) -> None:
    """Say what runs the jobs that RQ delivers to this process."""
    _Performing.by = perform


def perform(job_id: str, attempt: int) -> None:
    """Called by RQ's worker with a job's id and the number of its run."""
    if _Performing.by is None:
        raise RuntimeError("this process runs no jobs")
    _Performing.by(job_id, attempt)


class _Worker(SimpleWorker):
    """RQ's worker in this thread, ended by whoever owns the process."""

    _busy: Callable[[], bool]
    _stopping: Callable[[], bool]

    def watch(self, busy: Callable[[], bool], stopping: Callable[[], bool]) -> None:
        """Say how to know that a job runs, and that the process is told to stop."""
        self._busy = busy
        self._stopping = stopping

    def execute_job(self, job: Any, queue: Any) -> None:
        """Run a job, and end after it when told so."""
        super().execute_job(job, queue)
        if self._stopping():
            raise StopRequested

    def _install_signal_handlers(self) -> None:
        """The process has its own."""


def _run_id(job: StoredJob) -> str:
    """The same on every node: a run is told of once however many do."""
    return f"{job.id}-{job.attempt + 1}"


def _band(priority: int) -> str:
    return _BANDS[(priority >= USUAL_PRIORITY) + (priority > USUAL_PRIORITY)]
