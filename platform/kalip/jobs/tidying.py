"""Recurring work of Kalip itself: what was kept for a time is forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from kalip.records import JobHandler, JobRun, Recurring, Services
from kalip.storage import delete_expired_logins, delete_old_jobs, delete_old_keys

TIDY: Final = "jobs.tidy"
_KEYS_KEPT: Final = timedelta(days=2)
_NOBODYS_KEPT: Final = timedelta(days=2)
_AT_ONCE: Final = 5_000


def handlers_of(kept: timedelta) -> Mapping[str, JobHandler]:
    """The handler that forgets jobs which were done so long ago."""
    return {TIDY: partial(_tidy, kept)}


def _tidy(kept: timedelta, services: Services, job: JobRun) -> Mapping[str, Any]:
    """Forget old jobs, old answers kept under callers' keys, and sessions that have run out."""
    now = services.clock()
    jobs = 0
    before = now - kept
    while True:
        with services.database.beside() as session:
            forgotten = delete_old_jobs(session, before, _AT_ONCE, nobodys_before=now - _NOBODYS_KEPT)
        jobs += forgotten
        if forgotten < _AT_ONCE or job.cancelled():
            break
    with services.database.beside() as session:
        keys = delete_old_keys(session, now - _KEYS_KEPT)
        delete_expired_logins(session, now)
    return {"jobs": jobs, "keys": keys}


RECURRING: Final = (Recurring("tidy", TIDY, cron="17 3 * * *"),)
