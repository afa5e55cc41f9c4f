"""Moves records along their pipelines: by the same save pipeline as any change, in one command and one event."""

from collections.abc import Iterable

from kalip.access import Actor, denied, ruling_for
from kalip.base.errors import KalipError, NotFound, RecordRejected, TransitionRefused
from kalip.model import Entity, Field, Transition, Verb
from kalip.records import (
    BulkResult,
    Progress,
    SavedRecord,
    SaveRecord,
    Selection,
    Services,
    Work,
    matching,
    run_bulk,
    visible_entity,
)
from kalip.records.saving import Draft, Grounds, draft_commands, is_empty, prepare, save_record
from kalip.storage import Filter
from kalip.workflow.commands import ApplyTransition, Move, TransitionPlan
from kalip.workflow.moving import find_decision, may_be_answered, refusal


def apply_transition(work: Work, command: ApplyTransition) -> SavedRecord:
    """Move a record; commits nothing. Raises TransitionRefused with the reason, or with violations of fields.

    NotFound, AccessDenied, StaleVersion and Conflict are raised as for any save.
    """
    entity = visible_entity(work, command.entity)
    decision = find_decision(entity, command)
    try:
        return save_record(work, _save_command(command), decision.grounds())
    except RecordRejected as rejected:
        raise TransitionRefused(
            "Some fields are missing or wrong for this move.", violations=rejected.violations
        ) from rejected


def transition_plan(work: Work, command: ApplyTransition) -> TransitionPlan:
    """Work out a move without making it. Raises what makes it unknowable: NotFound, StaleVersion."""
    entity = visible_entity(work, command.entity)
    decision = find_decision(entity, command)
    (draft,) = draft_commands(work, [_save_command(command)], decision.grounds())
    prepare(work, [draft])
    error = draft.refusal()
    if decision.transition is None or decision.target is None:
        raise error or NotFound("There is no such move.")
    missing = tuple(fault.pointer.lstrip("/") for fault in draft.faults() if fault.code == "required")
    asked = dict.fromkeys((*decision.transition.ask, *missing))
    answerable = isinstance(draft.error, TransitionRefused) and may_be_answered(work, decision.transition, asked)
    return TransitionPlan(
        transition=decision.transition,
        source=decision.source,
        target=decision.target,
        allowed=error is None,
        error=error,
        asked=_fields(entity, asked),
        missing=missing,
        violations=tuple(draft.faults()),
        confirm=decision.transition.confirm,
        answerable=answerable,
        sets=decision.sets,
    )


def moves_of(work: Work, entity_name: str, record_id: str) -> tuple[Move, ...]:
    """The moves from the stage where a record is, refused ones with their reason; one statement, as a rule."""
    entity = visible_entity(work, entity_name)
    moves = [move for pipeline in entity.pipelines.values() for move in pipeline.transitions.values()]
    ruling = ruling_for(work.served, work.actor, Verb.TRANSITION, entity.name)
    decisive = () if ruling.condition is None or ruling.through else (ruling.condition,)
    grounds = Grounds(
        verb=Verb.READ,
        reads=(*decisive, *(move.guard for move in moves if move.guard is not None)),
        fields=tuple(
            {name for stage in _stages(entity) for name in stage} | {name for move in moves for name in move.ask}
        ),
    )
    (draft,) = draft_commands(work, [SaveRecord(entity.name, id=record_id)], grounds)
    prepare(work, [draft])
    if draft.error is not None:
        if isinstance(draft.error, NotFound):
            raise draft.error
        return ()
    pipeline = entity.pipelines.get(str(draft.before.get("pipeline")))
    if pipeline is None:
        return ()
    denied = _denied(work, draft)
    return tuple(_move(work, draft, move, denied) for move in pipeline.moves_from(str(draft.before.get("stage"))))


def bulk_transition(
    services: Services, actor: Actor, selection: Selection, command: ApplyTransition, progress: Progress | None = None
) -> BulkResult:
    """Make the same move with every selected row, each for itself. The command's own id is not used."""

    def act(work: Work, record_id: str) -> SavedRecord:
        return apply_transition(
            work,
            ApplyTransition(
                selection.entity, record_id, command.transition, command.target, command.values, None, command.source
            ),
        )

    return run_bulk(services, actor, selection, act, progress)


def _save_command(command: ApplyTransition) -> SaveRecord:
    return SaveRecord(command.entity, command.values, command.id, command.version, command.source)


def _stages(entity: Entity) -> tuple[tuple[str, ...], ...]:
    return tuple(stage.required for pipeline in entity.pipelines.values() for stage in pipeline.stages.values())


def _fields(entity: Entity, names: Iterable[str]) -> tuple[Field, ...]:
    return tuple(field for name in names if (field := entity.attribute(name)) is not None)


def _denied(work: Work, draft: Draft) -> KalipError | None:
    """The refusal when the actor may see the record but not move it."""
    ruling = ruling_for(work.served, work.actor, Verb.TRANSITION, draft.entity)
    if not ruling.permitted:
        return denied(Verb.TRANSITION, draft.entity)
    if ruling.condition is None:
        return None
    if not ruling.through and not ruling.condition.element_paths:
        return None if ruling.admits(draft.before, work.context) else denied(Verb.TRANSITION, draft.entity)
    filters = (Filter(ruling.condition, ruling.through),)
    seen = matching(work, draft.entity, [draft.id], filters)
    return None if seen else denied(Verb.TRANSITION, draft.entity)


def _move(work: Work, draft: Draft, move: Transition, barred: KalipError | None) -> Move:
    entity = draft.rules.entity
    pipeline = entity.pipelines[str(draft.before["pipeline"])]
    target = pipeline.stages[move.target]
    missing = tuple(name for name in target.required if is_empty(draft, name))
    asked = dict.fromkeys((*move.ask, *missing))
    error = barred
    if error is None and not may_be_answered(work, move, asked):
        error = refusal(work, draft, pipeline, move)
    return Move(
        transition=move,
        target=target,
        allowed=error is None,
        reason=error.message if error is not None else "",
        asked=_fields(entity, asked),
        missing=missing,
    )
