"""Recurring work of Kalip itself: what was kept for a time is forgotten, what nothing names is removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from kalip.records import JobHandler, JobRun, Recurring, Services
from kalip.records.audit import Kept, kept_of
from kalip.records.transfer.jobs import JOB, STAGED
from kalip.runtime import Settings
from kalip.storage import delete_expired_logins, delete_old_jobs, delete_old_keys
from kalip.storage.collecting import collect_contents
from kalip.storage.files import delete_files_of_jobs, delete_old_uploads
from kalip.storage.mails import delete_old_mails
from kalip.storage.receipts import empty_old_receipts

TIDY: Final = "jobs.tidy"
COLLECT: Final = "files.collect"
_KEYS_KEPT: Final = timedelta(days=2)
_NOBODYS_KEPT: Final = timedelta(days=2)
_AT_ONCE: Final = 5_000
_FEW: Final = 200
"""How many that may have files are forgotten in one transaction."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long things are kept: jobs that are done, what came in, mails; without a time for ever. Events by kind."""

    jobs: timedelta = timedelta(days=30)
    receipts: timedelta | None = None
    mails: timedelta | None = None
    events: tuple[Kept, ...] = ()


def keeping_of(settings: Settings) -> Keeping:
    """How long a site keeps things; no days are for ever."""
    return Keeping(
        jobs=timedelta(days=settings.job_kept),
        receipts=timedelta(days=settings.receipt_kept) if settings.receipt_kept else None,
        mails=timedelta(days=settings.mail_kept) if settings.mail_kept else None,
        events=kept_of(settings.event_kept),
    )


def handlers_of(keeping: Keeping) -> Mapping[str, JobHandler]:
    """The handlers that forget what is older, and remove the contents of files that nothing names."""
    return {TIDY: partial(_tidy, keeping), COLLECT: _collect}


def _tidy(keeping: Keeping, services: Services, job: JobRun) -> Mapping[str, Any]:
    """Forget old jobs, receipts and mails, answers kept under callers' keys, and sessions that have run out."""
    now = services.clock()
    before, nobodys = now - keeping.jobs, now - _NOBODYS_KEPT
    jobs = _all(services, job, _AT_ONCE, partial(delete_old_jobs, before=before, nobodys_before=nobodys))
    receipts = mails = 0
    if keeping.receipts is not None:
        receipts = _all(services, job, _FEW, partial(empty_old_receipts, before=now - keeping.receipts))
    if keeping.mails is not None:
        mails = _all(services, job, _FEW, partial(delete_old_mails, before=now - keeping.mails))
    with services.database.beside() as session:
        delete_files_of_jobs(session, JOB)
        delete_old_uploads(session, STAGED, now - _KEYS_KEPT)
        keys = delete_old_keys(session, now - _KEYS_KEPT)
        delete_expired_logins(session, now)
    return {"jobs": jobs, "receipts": receipts, "mails": mails, "keys": keys}


def _all(services: Services, job: JobRun, at_once: int, forget: Callable[..., int]) -> int:
    """Forget so many in each transaction, until none are left or the job is to stop; how many."""
    count = 0
    while True:
        with services.database.beside() as session:
            forgotten = forget(session, most=at_once)
        count += forgotten
        if forgotten < at_once or job.cancelled():
            return count


def _collect(services: Services, job: JobRun) -> Mapping[str, Any]:
    """Remove the contents of files that nothing has named for long enough."""
    removed = freed = waiting = 0
    for found in collect_contents(services.database, services.blobs) if services.blobs is not None else ():
        gone = [each.size for each in found if each.gone]
        removed, freed, waiting = removed + len(gone), freed + sum(gone), waiting + len(found) - len(gone)
        if job.cancelled():
            break
    return {"removed": removed, "bytes": freed, "waiting": waiting}


RECURRING: Final = (
    Recurring("tidy", TIDY, cron="17 3 * * *"),
    Recurring("collect", COLLECT, cron="47 4 * * *", queue="long"),
)
