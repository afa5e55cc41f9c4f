"""Queues: records of a stage that nobody has yet, and people who take them."""

from kalip.base.errors import AccessDenied, Conflict, NotFound, TransitionRefused
from kalip.model import Queue, Verb
from kalip.records import UPDATED, SavedRecord, SaveRecord, Work, titles_of, visible_entity
from kalip.records.rules import USER
from kalip.records.saving import Draft, Grounds, put, save_record
from kalip.records.saving.placing import role_labels
from kalip.workflow.commands import TakeRecord


def take_record(work: Work, command: TakeRecord) -> SavedRecord:
    """Make the actor the one who answers for a record in a queue; commits nothing.

    Being in one of the queue's roles and seeing the record is all the right that it needs. TransitionRefused where
    the stage is no queue, AccessDenied for others, Conflict when somebody has the record already.
    """
    entity = visible_entity(work, command.entity)
    fields = {
        stage.queue.field
        for pipeline in entity.pipelines.values()
        for stage in pipeline.stages.values()
        if stage.queue is not None
    }
    # Whoever takes a record may hold no right to change it yet.
    grounds = Grounds(verb=Verb.READ, kind=UPDATED, decide=_take, sets=tuple(sorted(fields)))
    return save_record(work, SaveRecord(entity.name, id=command.id), grounds)


def may_take(work: Work, draft: Draft) -> bool:
    """Whether the actor may take a loaded record now."""
    queue = _queue(draft)
    return (
        queue is not None
        and work.actor.id is not None
        and draft.before.get("archived_at") is None
        and draft.rules.value_of(queue.field, draft.before) is None
        and _is_member(work, queue)
    )


def _take(work: Work, draft: Draft) -> None:
    queue = _queue(draft)
    if queue is None:
        draft.error = TransitionRefused("In this stage records are not taken from a queue.")
        return
    if draft.before.get("archived_at") is not None:
        draft.error = Conflict("The record is archived; restore it first.", params={"id": draft.id})
        return
    if work.actor.id is None:
        draft.error = NotFound("Nobody is there who could take the record.")
        return
    if not _is_member(work, queue):
        draft.error = AccessDenied("Only {roles} may do this.", params={"roles": role_labels(work, queue.roles)})
        return
    holder = draft.rules.value_of(queue.field, draft.before)
    if holder == work.actor.principal:
        return
    if holder is not None:
        who = titles_of(work, {USER: [str(holder)]}).of(USER, str(holder))
        draft.error = Conflict("{who} has taken the record already.", params={"who": who or str(holder)})
        return
    put(draft, {queue.field: work.actor.principal})


def _queue(draft: Draft) -> Queue | None:
    stage = draft.rules.stage(draft.before.get("pipeline"), draft.before.get("stage"))
    queue = stage.queue if stage is not None else None
    return queue if queue is not None and queue.roles else None


def _is_member(work: Work, queue: Queue) -> bool:
    return work.actor.administrator or not set(queue.roles).isdisjoint(work.actor.roles)
