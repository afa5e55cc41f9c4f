"""Runs one job that was taken: its handler, and what becomes of it after that."""

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kalip.base.errors import KalipError
from kalip.jobs.handlers import Background
from kalip.jobs.timing import Timing
from kalip.records import Hopeless, JobInterrupted, JobLost, JobRun, Later, Services
from kalip.storage import Ended, StoredJob, Unavailable, end_run, lost_runs, patient

_LONGEST_ERROR: Final = 8_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Office:
    """What runners stand on."""

    services: Services
    background: Background
    timing: Timing


def run_job(office: Office, job: StoredJob, stopping: Callable[[], bool]) -> str:
    """Run a job's handler and end the run: done, tried again after a pause, cancelled or dead. Its outcome."""
    job_run = JobRun(office.services, job, stopping)
    try:
        ended = _handle(office, job_run)
    except JobLost as error:
        _log.warning("%s", error.message)
        return "lost"
    _settle(office, job, ended)
    return ended.outcome


def free_lost(office: Office) -> int:
    """Let jobs run again whose runner gave no sign of life for the length of its lease; how many."""
    now = office.services.clock()
    lost = office.services.database.glance(lambda session: lost_runs(session, now))
    freed = 0
    for job in lost:
        ended = _failed(office, job, f"{job.worker} gave no sign of life", "lost")
        with office.services.database.beside() as session:
            freed += end_run(session, job, ended)
    if freed:
        _log.warning("%s jobs are taken from runners that gave no sign of life", freed)
    return freed


def _handle(office: Office, job_run: JobRun) -> Ended:
    job, clock = job_run.stored, office.services.clock
    handler = office.background.handlers.get(job.kind, _nobody)
    try:
        with patient():
            result = handler(office.services, job_run)
    except JobLost:
        raise
    except JobInterrupted:
        return Ended("waiting", "interrupted", clock(), run_at=clock(), counted=False)
    except Hopeless as error:
        return Ended("dead", "failed", clock(), _text(error))
    except Later as error:
        return _failed(office, job, _text(error), at=error.at)
    except Exception as error:  # noqa: BLE001 - kept as the run's error, and tried again
        _log.exception("the job %s failed", job.key)
        return _failed(office, job, _text(error))
    if job_run.stopped:
        return Ended("cancelled", "cancelled", clock(), result=result)
    return Ended("done", "done", clock(), result=result)


def _nobody(_services: Services, job_run: JobRun) -> None:
    """A kind that this version doesn't know; another node may."""
    raise KalipError("Nothing here runs jobs of the kind {kind}.", params={"kind": job_run.kind})


def _failed(office: Office, job: StoredJob, error: str, outcome: str = "failed", at: datetime | None = None) -> Ended:
    now = office.services.clock()
    if job.attempt >= job.attempts:
        return Ended("dead", outcome, now, error)
    pause = timedelta(0) if outcome == "lost" else office.timing.pause_after(job.attempt)
    return Ended("waiting", outcome, now, error, run_at=at or now + pause)


def _settle(office: Office, job: StoredJob, ended: Ended) -> None:
    """End the run, which the handler may have done itself; once the lease has run out others take care of it."""
    until = time.monotonic() + office.timing.lease.total_seconds()
    pause = 0.1
    while True:
        try:
            with office.services.database.beside() as session:
                end_run(session, job, ended)
        except Unavailable:
            if time.monotonic() > until:
                raise
            time.sleep(pause)
            pause *= 2
        else:
            return


def _text(error: Exception) -> str:
    if isinstance(error, KalipError):
        return f"{error.code}: {error.message}"
    return "".join(traceback.format_exception(error))[-_LONGEST_ERROR:]
