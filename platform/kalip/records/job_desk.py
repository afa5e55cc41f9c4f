"""Jobs as people see them: their own with its progress, and all of them for administrators, to retry or cancel."""

from collections.abc import Sequence
from dataclasses import dataclass

from kalip.base.errors import Conflict, NotFound
from kalip.records.accounts.mine import administering
from kalip.records.services import Work
from kalip.storage import (
    JobAttempt,
    StoredJob,
    cancel_job,
    get_job,
    job_attempts,
    job_kinds,
    list_jobs,
    retry_jobs,
)

PAGE = 50


@dataclass(frozen=True, slots=True)
class JobPage:
    """Some jobs, the newest first; `next` continues. `kinds` are those that there are jobs of."""

    jobs: tuple[StoredJob, ...]
    next: str | None
    kinds: tuple[str, ...]


def job_of(work: Work, job_id: str) -> StoredJob:
    """A job of the work's actor, or anybody's for an administrator. NotFound for others.

    A token for a part of the rights reaches the jobs that were asked for with the same part.
    """
    job, me = get_job(work.session, job_id), work.actor
    mine = job is not None and job.actor is not None and job.actor == me.id
    if job is None or not (me.administrator or (mine and me.scope in (None, job.scope))):
        raise NotFound("There is no such job.")
    return job


def rows_of(job: StoredJob) -> int:
    """How many rows a job goes through; 0 when nobody knows. Before it runs what it was asked says so."""
    return job.total or int(job.arguments.get("rows") or len(job.arguments.get("ids", ())))


def attempts_of(work: Work, job_id: str) -> list[JobAttempt]:
    """The runs of a job that have ended. AccessDenied for anybody but administrators."""
    administering(work)
    return job_attempts(work.session, job_id)


def find_jobs(work: Work, states: Sequence[str] = (), kind: str | None = None, before: str | None = None) -> JobPage:
    """Jobs for an administrator; AccessDenied for anybody else."""
    administering(work)
    found = list_jobs(work.session, states=states, kind=kind, limit=PAGE + 1, before=before)
    following = found[PAGE - 1].id if len(found) > PAGE else None
    return JobPage(tuple(found[:PAGE]), following, tuple(job_kinds(work.session)))


def stop_job(work: Work, job_id: str) -> StoredJob:
    """Cancel a job that waits, or ask one that runs to stop; as it is then. Conflict when it is over."""
    job = job_of(work, job_id)
    moving = job.state in ("waiting", "running")
    if not moving or cancel_job(work.session, work.now, job.id) not in ("running", "cancelled"):
        raise Conflict("The job is over already.")
    return job_of(work, job_id)


def retry_job(work: Work, job_id: str) -> None:
    """Let a dead or cancelled job run again. Conflict for any other, AccessDenied but for administrators."""
    administering(work)
    job = job_of(work, job_id)
    if not retry_jobs(work.session, work.now, job_id=job.id):
        raise Conflict("Only a job that is dead or was cancelled can be run again.")
    work.enqueued = True


def retry_dead(work: Work, kind: str | None = None) -> int:
    """Let all dead jobs run again, or those of a kind; how many. AccessDenied but for administrators."""
    administering(work)
    count = retry_jobs(work.session, work.now, kind=kind)
    work.enqueued = work.enqueued or bool(count)
    return count
