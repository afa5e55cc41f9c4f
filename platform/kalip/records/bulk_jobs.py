"""Changes of very many rows as jobs: a hundred rows to a transaction, each of them once, with a result for each row.

How far a job came and who was refused are kept by the transactions that change the rows. A runner that dies costs the
hundred rows it had in hand, and they are changed by the next one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from kalip.base.errors import BadRequest
from kalip.base.ids import new_id
from kalip.records.archiving import archive_record, restore_record
from kalip.records.attempting import attempt
from kalip.records.bulk import AT_ONCE, MOST_ROWS, Act
from kalip.records.commands import BulkResult, ItemResult, SavedRecord, SaveRecord
from kalip.records.jobs import Job, JobHandler, JobRun, actor_of_job, enqueue
from kalip.records.naming import visible_entity
from kalip.records.purging import purge_record
from kalip.records.refusing import refusal_json, refusal_of
from kalip.records.saving import save_record
from kalip.records.services import Services, Work, run

BULK: Final = "records.bulk"
MOST_REFUSALS: Final = 1_000
"""Refusals that are kept in words; the rest are counted."""


@dataclass(frozen=True, slots=True)
class BulkCommand:
    """A change of many rows as a job's arguments: `kind` names its handler, `action` what it does, for people.

    `arguments` are JSON, for the handler. `key` makes two calls one; without one each is its own.
    """

    entity: str
    ids: Sequence[str]
    action: str
    arguments: Mapping[str, Any]
    kind: str = BULK
    key: str = ""


def enqueue_bulk(work: Work, command: BulkCommand) -> str:
    """Have rows changed in the background, in the name of the work's actor; the job's id.

    BadRequest for no rows or too many, NotFound for an entity that the actor may not see.
    """
    entity = visible_entity(work, command.entity)
    ids = list(dict.fromkeys(command.ids))
    if not ids:
        raise BadRequest("Nothing is selected: give ids or a filter.")
    if len(ids) > MOST_ROWS:
        raise BadRequest("The filter matches more than {limit} rows.", params={"limit": MOST_ROWS})
    about = {"action": command.action, "entity": entity.name, "ids": ids}
    key = f"{command.kind}:{command.key or new_id()}"
    job = Job(command.kind, {**command.arguments, **about}, key, actor=work.actor.id, queue="long")
    return enqueue(work, job)


def bulk_handler(act_of: Callable[[JobRun], Act]) -> JobHandler:
    """The handler of a kind of bulk jobs; `act_of` says, by the job's arguments, what is done with one row."""

    def handler(services: Services, job: JobRun) -> Mapping[str, Any]:
        actor = actor_of_job(job)
        ids = [str(each) for each in job.arguments["ids"]]
        act = act_of(job)
        kept: Mapping[str, Any] = job.kept
        done, turns = job.done, services.database.turns()
        while done < len(ids) and not job.cancelled():
            chunk = partial(_chunk, job, act, ids[done : done + AT_ONCE], kept)
            kept = run(services, actor, chunk, correlation=job.correlation)
            done = min(done + AT_ONCE, len(ids))
            turns.give_way()
        return kept

    return handler


def result_of(job_arguments: Mapping[str, Any], kept: Mapping[str, Any], done: int) -> BulkResult:
    """What became of the rows that a bulk job has come to, as if it had been done at once."""
    ids = [str(each) for each in job_arguments["ids"]][:done]
    refused = {str(each["id"]): refusal_of(each) for each in kept.get("refused", ())}
    return BulkResult(tuple(ItemResult(place, each, None, refused.get(each)) for place, each in enumerate(ids)))


def _chunk(job: JobRun, act: Act, chunk: Sequence[str], kept: Mapping[str, Any], work: Work) -> Mapping[str, Any]:
    first = kept.get("changed", 0) + kept.get("refusals", 0)
    results = [attempt(work, first + at, each, partial(act, work, each)) for at, each in enumerate(chunk)]
    errors = [(result.id, result.error) for result in results if result.error is not None]
    fresh = [{"id": str(each), **refusal_json(error)} for each, error in errors]
    refused = [*kept.get("refused", ()), *fresh][:MOST_REFUSALS]
    now = {
        "changed": kept.get("changed", 0) + len(results) - len(errors),
        "refusals": kept.get("refusals", 0) + len(errors),
        "refused": refused,
    }
    job.checkpoint(work, first + len(chunk), len(job.arguments["ids"]), now)
    return now


def _change(job: JobRun) -> Act:
    """Save, archive, restore or purge a row."""
    entity, action = str(job.arguments["entity"]), job.arguments["action"]
    values, source = job.arguments.get("values", {}), job.arguments.get("source", "json")

    def act(work: Work, record_id: str) -> SavedRecord:
        if action == "archive":
            return archive_record(work, entity, record_id)
        if action == "restore":
            return restore_record(work, entity, record_id)
        if action == "purge":
            return purge_record(work, entity, record_id)
        return save_record(work, SaveRecord(entity, values, id=record_id, source=source))

    return act


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {BULK: bulk_handler(_change)}
