"""Where a record stands in its pipeline: its moves, its steps, other pipelines for it, and whether it can be taken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kalip.access import ruling_for
from kalip.base.errors import KalipError, NotFound
from kalip.expressions import Expression
from kalip.model import Entity, Pipeline, Transition, Verb
from kalip.records import Row, SaveRecord, Work, visible_entity
from kalip.records.saving import Draft, Grounds, draft_commands, is_empty, prepare
from kalip.records.saving.placing import stage_expressions, suited_pipeline
from kalip.storage import steps_of
from kalip.workflow.changing import offers_of
from kalip.workflow.commands import Checklist, Move, Standing
from kalip.workflow.moving import barred, conditions_of, may_be_answered, refusal
from kalip.workflow.queueing import has_queues, may_take, queue_fields
from kalip.workflow.stage_steps import blocked_by, checklist_of, read_checklist
from kalip.workflow.transitions import fields_named, question_of


def moves_of(work: Work, entity_name: str, record_id: str) -> tuple[Move, ...]:
    """The moves from the stage where a record is, refused ones with their reason; one statement, as a rule."""
    return standing_of(work, entity_name, record_id).moves


def standing_of(work: Work, entity_name: str, record_id: str) -> Standing:
    """All that a record's page says of its pipeline; NotFound when the actor may not see the record."""
    entity = visible_entity(work, entity_name)
    draft = loaded_in_place(work, entity, record_id)
    pipeline = entity.pipelines.get(str(draft.before.get("pipeline"))) if draft is not None else None
    if draft is None or pipeline is None:
        return Standing()
    closed = barred(work, draft)
    stage = str(draft.before.get("stage"))
    checklist = read_checklist(work, draft)
    return Standing(
        moves=_moves(work, draft, pipeline, checklist),
        checklist=checklist,
        pipelines=() if closed is not None else offers_of(work, entity, pipeline.name, stage),
        suited=None if closed is not None else suited_pipeline(work, draft),
        takeable=may_take(work, draft),
    )


def may_be_taken(work: Work, entity_name: str, record_id: str) -> bool:
    """Whether the actor may take a record of an entity without pipelines now."""
    entity = visible_entity(work, entity_name)
    if not has_queues(work.entity(entity.name)):
        return False
    draft = loaded_in_place(work, entity, record_id)
    return draft is not None and may_take(work, draft)


def checklist_for(work: Work, entity_name: str, record_id: str) -> Checklist:
    """The steps of the stage where a record is."""
    draft = loaded_in_place(work, visible_entity(work, entity_name), record_id)
    return Checklist(()) if draft is None else read_checklist(work, draft)


def progress_of(work: Work, entity_name: str, rows: Sequence[Row]) -> Mapping[str, Checklist]:
    """The steps of many records by id, of those whose stage has any; two statements, or none."""
    entity = visible_entity(work, entity_name)
    ids = [row.id for row in rows if _has_steps(entity, row)]
    if not ids:
        return {}
    reads = tuple(
        step.when
        for pipeline in entity.pipelines.values()
        for stage in pipeline.stages.values()
        for step in stage.steps.values()
        if step.when is not None
    )
    commands = [SaveRecord(entity.name, id=each) for each in ids]
    drafts = draft_commands(work, commands, Grounds(verb=Verb.READ, reads=reads))
    prepare(work, drafts)
    stored = steps_of(work.session, entity.name, ids)
    return {draft.id: checklist_of(work, draft, stored[draft.id]) for draft in drafts if draft.error is None}


def loaded_in_place(work: Work, entity: Entity, record_id: str, also: Iterable[Expression] = ()) -> Draft | None:
    """A record with all that its moves read, and what `also` reads; None when the record can't be worked with.

    NotFound when the actor may not see the record.
    """
    moves = [move for pipeline in entity.pipelines.values() for move in pipeline.transitions.values()]
    grounds = Grounds(
        verb=Verb.READ,
        reads=(*_reads(work, entity, moves), *also),
        fields=tuple(dict.fromkeys((*_needed(entity, moves), *queue_fields(work.entity(entity.name))))),
    )
    (draft,) = draft_commands(work, [SaveRecord(entity.name, id=record_id)], grounds)
    prepare(work, [draft])
    if draft.error is not None:
        if isinstance(draft.error, NotFound):
            raise draft.error
        return None
    return draft


def move_of(work: Work, draft: Draft, pipeline: Pipeline, move: Transition, obstacle: KalipError | None) -> Move:
    """One move from where a loaded record is; `obstacle` is what refuses it before its guard is asked."""
    source = str(draft.before.get("stage"))
    target = pipeline.stages[move.target]
    missing = tuple(name for name in dict.fromkeys((*target.required, *move.demands)) if is_empty(draft, name))
    asked = dict.fromkeys((*move.ask, *missing))
    error = obstacle
    if error is None and not may_be_answered(work, move, asked, conditions_of(pipeline, source, move)):
        error = refusal(work, draft, pipeline, move)
    return Move(
        transition=move,
        target=target,
        allowed=error is None,
        reason=error.message if error is not None else "",
        asked=fields_named(draft.rules.entity, asked),
        missing=missing,
        question=question_of(pipeline, source, move),
    )


def _has_steps(entity: Entity, row: Row) -> bool:
    pipeline = entity.pipelines.get(str(row.values.get("pipeline")))
    stage = pipeline.stages.get(str(row.values.get("stage"))) if pipeline is not None else None
    return stage is not None and stage.has_steps


def _reads(work: Work, entity: Entity, moves: list[Transition]) -> Iterator[Expression]:
    for name in dict.fromkeys(("", *(move.name for move in moves))):
        ruling = ruling_for(work.served, work.actor, Verb.TRANSITION, entity.name, name)
        if ruling.condition is not None and not ruling.through:
            yield ruling.condition
    yield from (move.guard for move in moves if move.guard is not None)
    yield from stage_expressions(entity)


def _needed(entity: Entity, moves: list[Transition]) -> Iterator[str]:
    for pipeline in entity.pipelines.values():
        for stage in pipeline.stages.values():
            yield from stage.required
    for move in moves:
        yield from move.ask


def _moves(work: Work, draft: Draft, pipeline: Pipeline, checklist: Checklist) -> tuple[Move, ...]:
    return tuple(
        move_of(work, draft, pipeline, move, _obstacle(work, draft, move, checklist))
        for move in pipeline.moves_from(str(draft.before.get("stage")))
    )


def _obstacle(work: Work, draft: Draft, move: Transition, checklist: Checklist) -> KalipError | None:
    """Why a move is out of the question before its guard is asked."""
    return barred(work, draft, move.name) or blocked_by(work, draft, move.target, checklist)
