"""Moves records along their pipelines: by the same save pipeline as any change, in one command and one event."""

from collections.abc import Iterable
from dataclasses import replace

from kalip.access import Actor
from kalip.base.errors import NotFound, RecordRejected, TransitionRefused
from kalip.base.text import Text
from kalip.model import Entity, Field, Pipeline, Transition
from kalip.records import (
    BulkResult,
    Progress,
    SavedRecord,
    SaveRecord,
    Selection,
    Services,
    Work,
    run_bulk,
    visible_entity,
)
from kalip.records.covers import covers_of
from kalip.records.saving import draft_commands, prepare, save_record
from kalip.workflow.commands import ApplyTransition, TransitionPlan
from kalip.workflow.moving import conditions_of, find_decision, may_be_answered
from kalip.workflow.stage_steps import blocked_by_steps
from kalip.workflow.tunnelling import follow_tunnels


def apply_transition(work: Work, command: ApplyTransition) -> SavedRecord:
    """Move a record, and through the tunnels of the stage that it comes into; commits nothing.

    Raises TransitionRefused with the reason, or with violations of fields. NotFound, AccessDenied, StaleVersion and
    Conflict are raised as for any save.
    """
    entity = visible_entity(work, command.entity)
    decision = find_decision(entity, command)
    try:
        saved = save_record(work, _save_command(command), decision.grounds())
    except RecordRejected as rejected:
        raise TransitionRefused(
            "Some fields are missing or wrong for this move.", violations=rejected.violations
        ) from rejected
    return follow_tunnels(work, saved)


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
    pipeline = entity.pipelines[str(draft.before.get("pipeline"))]
    conditions = conditions_of(pipeline, decision.source, decision.transition)
    answerable = (
        isinstance(draft.error, TransitionRefused)
        and may_be_answered(work, decision.transition, asked, conditions)
        and blocked_by_steps(work, draft, decision.transition.target) is None
    )
    return TransitionPlan(
        transition=decision.transition,
        source=decision.source,
        target=decision.target,
        allowed=error is None,
        error=error,
        asked=fields_named(entity, asked),
        missing=missing,
        violations=tuple(draft.faults()),
        confirm=decision.transition.confirm,
        answerable=answerable,
        sets=covers_of(work, draft).values(decision.sets),
        question=question_of(pipeline, decision.source, decision.transition),
        endings=pipeline.closing(decision.source),
    )


def question_of(pipeline: Pipeline, source: str, transition: Transition) -> Text:
    """What is asked before a move that closes a record; empty for any other move."""
    closes = any(each.target == transition.target for each in pipeline.closing(source))
    return pipeline.outcome_question if closes else Text()


def bulk_transition(
    services: Services, actor: Actor, selection: Selection, command: ApplyTransition, progress: Progress | None = None
) -> BulkResult:
    """Make the same move with every selected row, each for itself. The command's own id is not used."""

    def act(work: Work, record_id: str) -> SavedRecord:
        return apply_transition(work, replace(command, entity=selection.entity, id=record_id, version=None))

    return run_bulk(services, actor, selection, act, progress)


def fields_named(entity: Entity, names: Iterable[str]) -> tuple[Field, ...]:
    """The fields of an entity by their names; unknown ones are left out."""
    return tuple(field for name in names if (field := entity.attribute(name)) is not None)


def _save_command(command: ApplyTransition) -> SaveRecord:
    # A move is no place to ask whether a record is the same as another; what is strict is refused all the same.
    said = (command.entity, command.values, command.id, command.version, command.source)
    return SaveRecord(*said, accept_duplicates=True)
