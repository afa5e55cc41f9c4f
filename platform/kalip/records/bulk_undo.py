"""Takes changes of very many rows back, by a job of its own: each row as it was before, unless it was changed since.

What a row was like is read from its own history: the job that changed it did so under one correlation.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from kalip.base.errors import Conflict
from kalip.records.archiving import archive_record, restore_record
from kalip.records.bulk import Act
from kalip.records.bulk_jobs import BULK, BulkCommand, bulk_handler, enqueue_bulk
from kalip.records.commands import SavedRecord, SaveRecord
from kalip.records.job_desk import job_of
from kalip.records.jobs import JobHandler, JobRun
from kalip.records.journal import ARCHIVED, CREATED, MERGED, RESTORED, TRANSITIONED, UPDATED
from kalip.records.saving import save_record
from kalip.records.services import Work
from kalip.storage import Event, StoredJob, events_for
from kalip.storage.events import REDACTED_NAMES

UNDO: Final = "records.bulk_undo"
_CHANGING: Final = (CREATED, UPDATED, ARCHIVED, RESTORED, TRANSITIONED, MERGED)
_OVER: Final = ("done", "cancelled")
_LATEST: Final = 50
CHANGED: Final = "The record was changed meanwhile, so that this can't be undone any more."
Inverse = Callable[[Work, Event], SavedRecord]


def can_undo(job: StoredJob, inverses: Mapping[str, str]) -> bool:
    """Whether a job changed rows and is over, and is of a kind that can be taken back: what was purged is gone.

    `inverses` are the kinds of jobs by those that they take back.
    """
    over = job.kind in inverses and job.state in _OVER and job.arguments.get("action") != "purge"
    return over and bool((job.result or {}).get("changed"))


def enqueue_undo(work: Work, job_id: str, inverses: Mapping[str, str]) -> str:
    """Have what a job changed taken back in the background; the new job's id, the same however often it is asked.

    NotFound for somebody else's job, Conflict for one that can't be taken back.
    """
    job = job_of(work, job_id)
    if not can_undo(job, inverses):
        raise Conflict("What this job did can't be taken back.")
    refused = {str(each["id"]) for each in (job.result or {}).get("refused", ())}
    ids = [str(each) for each in job.arguments["ids"][: job.done] if each not in refused]
    arguments = {"undone": job.correlation, "was": job.arguments["action"]}
    return enqueue_bulk(
        work, BulkCommand(str(job.arguments["entity"]), ids, "undo", arguments, inverses[job.kind], job.id)
    )


def undo_handler(inverse: Inverse) -> JobHandler:
    """The handler of a kind of jobs that take others back; `inverse` undoes one change of a row."""
    return bulk_handler(partial(_act, inverse))


def _act(inverse: Inverse, job: JobRun) -> Act:
    entity, correlation = str(job.arguments["entity"]), str(job.arguments["undone"])

    def act(work: Work, record_id: str) -> SavedRecord:
        change = _change(work, entity, record_id, correlation)
        return SavedRecord(entity, record_id, 0, False, ()) if change is None else inverse(work, change)

    return act


def _change(work: Work, entity: str, record_id: str, correlation: str) -> Event | None:
    """What a job changed of a row; None where the row was like that already. Conflict when it was changed since."""
    latest = events_for(work.session, entity, record_id, _LATEST, only=_CHANGING).events
    own = [each for each in latest if each.correlation == correlation]
    if own and (own[0] is not latest[0] or REDACTED_NAMES in (own[0].before or {})):
        raise Conflict(CHANGED)
    return own[0] if own else None


def _as_before(work: Work, event: Event) -> SavedRecord:
    """Give a row the values that it had, or take it to the archive or out of it."""
    if event.kind == ARCHIVED:
        return restore_record(work, event.entity, event.record_id)
    if event.kind == RESTORED:
        return archive_record(work, event.entity, event.record_id)
    if event.kind != UPDATED:
        raise Conflict(CHANGED)
    values: Mapping[str, Any] = event.before or {}
    return save_record(work, SaveRecord(event.entity, values, event.record_id, accept_duplicates=True))


INVERSES: Final[Mapping[str, str]] = {BULK: UNDO}
JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {UNDO: undo_handler(_as_before)}
