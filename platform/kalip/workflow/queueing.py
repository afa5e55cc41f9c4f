"""Queues: records that nobody has yet, of a stage or of the groups that own them, and people who take them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from kalip.access import Actor
from kalip.base.errors import AccessDenied, Conflict, KalipError, NotFound, TransitionRefused
from kalip.model import GROUP, USER, Entity, Verb
from kalip.records import (
    UPDATED,
    BulkResult,
    JobRun,
    SavedRecord,
    SaveRecord,
    Selection,
    Services,
    Work,
    run_bulk,
    titles_of,
    visible_entity,
)
from kalip.records.bulk import Act
from kalip.records.saving import Draft, Grounds, put, save_record
from kalip.records.saving.placing import role_labels
from kalip.workflow.commands import TakeRecord

_OWNER = "owner"


@dataclass(frozen=True, slots=True)
class _Line:
    """Where a record waits until somebody is named by `field`: somebody with a role, or of a group, by id."""

    field: str
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def take_record(work: Work, command: TakeRecord) -> SavedRecord:
    """Make the actor the one who answers for a record in a queue; commits nothing.

    Being in one of the queue's roles, or in a group that owns the record, and seeing the record is all the right that
    it needs. TransitionRefused where it is in no queue, AccessDenied for others, Conflict when somebody has the record
    already.
    """
    entity = visible_entity(work, command.entity)
    # Whoever takes a record may hold no right to change it yet.
    fields = queue_fields(work.entity(entity.name))
    grounds = Grounds(verb=Verb.READ, kind=UPDATED, decide=_take, sets=fields)
    return save_record(work, SaveRecord(entity.name, id=command.id), grounds)


def bulk_take(services: Services, actor: Actor, selection: Selection) -> BulkResult:
    """Take every selected row, each for itself: one that somebody else has is refused."""
    return run_bulk(services, actor, selection, partial(_take_row, selection.entity))


def take_row(job: JobRun) -> Act:
    """Take a row of a job's `entity`."""
    return partial(_take_row, str(job.arguments["entity"]))


def may_take(work: Work, draft: Draft) -> bool:
    """Whether the actor may take a loaded record now."""
    return work.actor.id is not None and draft.before.get("archived_at") is None and _free_line(work, draft) is not None


def queue_fields(entity: Entity) -> tuple[str, ...]:
    """The fields that say whether a record of an entity can be taken, and by whom; none where none ever can."""
    stages = (stage for pipeline in entity.pipelines.values() for stage in pipeline.stages.values())
    named = [stage.queue.field for stage in stages if stage.queue is not None]
    groups = _group_fields(entity)
    return tuple(dict.fromkeys((*named, *((_OWNER, *groups) if groups else ()))))


def has_queues(entity: Entity) -> bool:
    """Whether records of an entity can be taken at all."""
    stages = (stage for pipeline in entity.pipelines.values() for stage in pipeline.stages.values())
    return bool(_group_fields(entity)) or any(each.queue is not None and each.queue.roles for each in stages)


def _take_row(entity: str, work: Work, record_id: str) -> SavedRecord:
    return take_record(work, TakeRecord(entity, record_id))


def _take(work: Work, draft: Draft) -> None:
    lines = list(_lines(draft))
    if not lines:
        draft.error = _not_waiting(draft)
    elif draft.before.get("archived_at") is not None:
        draft.error = Conflict("The record is archived; restore it first.", params={"id": draft.id})
    elif work.actor.id is None:
        draft.error = NotFound("Nobody is there who could take the record.")
    else:
        own = [line for line in lines if _is_member(work, line)]
        free = _free_line(work, draft)
        if not own:
            draft.error = _closed(work, lines)
        elif free is not None:
            put(draft, {free.field: work.actor.principal})
        elif all(draft.rules.value_of(line.field, draft.before) != work.actor.principal for line in own):
            draft.error = _taken(work, draft, own[0])


def _lines(draft: Draft) -> Iterator[_Line]:
    """Where a record waits: in its stage's queue, in that of the groups that own it."""
    stage = draft.rules.stage(draft.before.get("pipeline"), draft.before.get("stage"))
    if stage is not None and stage.queue is not None and stage.queue.roles:
        yield _Line(stage.queue.field, stage.queue.roles)
    values = (draft.rules.value_of(name, draft.before) for name in _group_fields(draft.rules.entity))
    groups = tuple(str(value) for value in values if value is not None)
    if groups:
        yield _Line(_OWNER, groups=groups)


def _free_line(work: Work, draft: Draft) -> _Line | None:
    """The first queue of the actor's in which nobody has the record yet."""
    lines = (line for line in _lines(draft) if draft.rules.value_of(line.field, draft.before) is None)
    return next((line for line in lines if _is_member(work, line)), None)


def _is_member(work: Work, line: _Line) -> bool:
    if work.actor.administrator or not set(line.roles).isdisjoint(work.actor.roles):
        return True
    return bool(line.groups) and not work.context.members("own_groups").isdisjoint(line.groups)


def _not_waiting(draft: Draft) -> KalipError:
    if not draft.rules.entity.pipelines:
        return TransitionRefused("The record is in no queue: it belongs to no group.")
    return TransitionRefused("In this stage records are not taken from a queue.")


def _closed(work: Work, lines: list[_Line]) -> KalipError:
    roles = tuple(role for line in lines for role in line.roles)
    if roles:
        return AccessDenied("Only {roles} may do this.", params={"roles": role_labels(work, roles)})
    groups = [group for line in lines for group in line.groups]
    titles = titles_of(work, {GROUP: groups})
    names = ", ".join(title for each in groups if (title := titles.of(GROUP, each)))
    return AccessDenied("Only people of {groups} may take it.", params={"groups": names})


def _taken(work: Work, draft: Draft, line: _Line) -> KalipError:
    holder = str(draft.rules.value_of(line.field, draft.before))
    who = titles_of(work, {USER: [holder]}).of(USER, holder)
    return Conflict("{who} has taken the record already.", params={"who": who or holder})


def _group_fields(entity: Entity) -> tuple[str, ...]:
    fields = (entity.fields.get(name) for name in entity.owners)  # of an entity as somebody sees it some are missing
    return tuple(field.name for field in fields if field is not None and field.type == GROUP)
