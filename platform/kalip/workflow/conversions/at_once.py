"""Converts new records at once where their conversion says so: an inquiry is a deal as soon as it is there.

The event log says what is new, a job converts it, once for each record. It is the site that does so, whatever the
one who brought the record may do. What can't be converted is not lost in silence: a task tells what is missing.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import Conflict, NotFound
from kalip.compiler import ADMINISTRATOR
from kalip.records import CREATED, Consumer, Job, JobHandler, JobRun, Services, Work, run
from kalip.runtime import Served
from kalip.storage import Event, select_many
from kalip.workflow.conversions.commands import ConversionRefused, Converted, ConvertRecord
from kalip.workflow.conversions.converting import convert_record
from kalip.workflow.tasks import NewTask, create_task

AT_ONCE: Final = "conversion.at_once"
CONSUMER: Final = "conversions"
MOST_NAMED: Final = 8


class Eager:
    """The conversions of a served model that new records go through at once, by entity."""

    def __init__(self, served: Served) -> None:
        self.by_entity: dict[str, tuple[str, ...]] = {}
        for entity in served.model.entities.values():
            names = tuple(each.name for each in entity.conversions.values() if each.on_create)
            if names:
                self.by_entity[entity.name] = names


def jobs_for(work: Work, events: Sequence[Event]) -> Sequence[Job]:
    """A job for each new record and conversion; none for those that were brought in with a past of their own."""
    eager = work.served.project(Eager).by_entity
    return [
        Job(
            AT_ONCE,
            {"entity": event.entity, "id": event.record_id, "conversion": name, "by": event.actor},
            f"{AT_ONCE}:{event.entity}:{event.record_id}:{name}",
        )
        for event in events
        if event.kind == CREATED and "created_at" not in (event.after or {})
        for name in eager.get(event.entity, ())
    ]


def convert_at_once(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    """Convert one new record. A refusal makes a task; a record that is gone or converted already is left alone."""
    said = job.arguments
    command = ConvertRecord(
        str(said["entity"]), str(said["id"]), str(said["conversion"]), duplicates="use", key=job.key
    )
    return run(services, SYSTEM, partial(_convert, command=command, by=said.get("by")), correlation=job.correlation)


def _convert(work: Work, command: ConvertRecord, by: str | None) -> Mapping[str, Any]:
    try:
        done = convert_record(work, command)
    except (Conflict, NotFound) as left:
        if left.code != "W111" and not isinstance(left, NotFound):
            raise
        return {"left": left.message}
    except ConversionRefused as refused:
        return {"task": _ask_somebody(work, command, refused, by), "reason": refused.message}
    return _told(done)


def _told(done: Converted) -> Mapping[str, Any]:
    return {"converted": done.id, "results": {each.target: each.id for each in done.results}}


def _ask_somebody(work: Work, command: ConvertRecord, refused: ConversionRefused, by: str | None) -> str:
    """A task for the record's owner, else for whoever made it, else for the administrators."""
    entity = work.entity(command.entity)
    rows: Mapping[str, Mapping[str, object]] = {}
    if "owner" in entity.system:
        ids = [command.id]
        rows = select_many(work.session, work.served, entity.name, ids, work.context, ("owner",), form="parts")
    user = rows.get(command.id, {}).get("owner") or by
    label = entity.conversions[command.conversion].label.get(work.actor.locale)
    faults = refused.violations[:MOST_NAMED]
    task = NewTask(
        f"{label}: {refused.message}",
        entity=entity.name,
        record_id=command.id,
        user=None if user is None else str(user),
        role=ADMINISTRATOR if user is None else None,
        source="conversion",
        source_name=command.conversion,
        key=command.key,
        note="\n".join(f"{fault.pointer.strip('/')}: {fault.message}" for fault in faults),
    )
    return create_task(work, task)


CONSUMERS: Final[Sequence[Consumer]] = (Consumer(CONSUMER, jobs_for),)
JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {AT_ONCE: convert_at_once}
