"""Puts records into stages: which pipeline a new one starts in, and what coming into a stage changes by itself."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kalip.access import Actor
from kalip.base.errors import Violation
from kalip.expressions import Expression
from kalip.model import Condition, Entity, Outcome, Pipeline, Stage, moved
from kalip.records.commands import Record
from kalip.records.saving.drafts import Draft
from kalip.records.saving.evaluation import evaluate
from kalip.records.services import Work

PLACE = ("pipeline", "stage", "stage_since", "stage_due")
"""The system fields that say where a record is."""


def may_enter(actor: Actor, pipeline: Pipeline) -> bool:
    """Whether somebody may put records into a pipeline, as far as the pipeline itself is asked."""
    return not pipeline.roles or actor.administrator or not set(pipeline.roles).isdisjoint(actor.roles)


def start_pipeline(work: Work, draft: Draft) -> Pipeline | None:
    """Where a new record starts: as said, as its values decide, else by default; a closed one that was named is blamed.

    Conditions see what the draft knows so far. None for entities without pipelines.
    """
    entity = draft.rules.entity
    if not entity.pipelines:
        return None
    said = entity.pipelines.get(str(draft.said_pipeline or draft.command.pipeline))
    if said is not None:
        if not may_enter(work.actor, said):
            draft.violations.append(closed_to(work, said))
        return said
    open_ones = [each for each in entity.pipelines.values() if may_enter(work.actor, each)]
    for pipeline in open_ones:
        if pipeline.when is not None and evaluate(work, draft, pipeline.when) is True:
            return pipeline
    fallback = entity.default_pipeline
    if fallback in open_ones or not open_ones:
        if fallback is not None and not open_ones:
            draft.violations.append(closed_to(work, fallback))
        return fallback
    return next((each for each in open_ones if each.when is None), open_ones[0])


def suited_pipeline(work: Work, draft: Draft) -> Pipeline | None:
    """The pipeline that a record's values ask for, when that is another one than it is in; None when all is well."""
    entity = draft.rules.entity
    present = entity.pipelines.get(str(draft.before.get("pipeline")))
    if present is None or (present.when is not None and evaluate(work, draft, present.when) is True):
        return None
    for pipeline in entity.pipelines.values():
        if pipeline is present or pipeline.when is None or not may_enter(work.actor, pipeline):
            continue
        if pipeline.is_open_to(present.name) and evaluate(work, draft, pipeline.when) is True:
            return pipeline
    return None


def closed_to(work: Work, pipeline: Pipeline) -> Violation:
    """The violation of whoever may not put records into a pipeline."""
    return Violation(
        "/pipeline",
        "pipeline_closed",
        "Only {roles} may put records into {pipeline}.",
        {"roles": role_labels(work, pipeline.roles), "pipeline": pipeline.label.get(work.actor.locale)},
    )


def role_labels(work: Work, roles: Iterable[str]) -> str:
    """Roles as the actor calls them."""
    known = work.model.roles
    return ", ".join(known[name].label.get(work.actor.locale) for name in roles if name in known)


def arrival_values(work: Work, draft: Draft, pipeline: Pipeline, stage: Stage) -> Record:
    """What a record has once it is in a stage; what the command says of the fields itself stays."""
    values: Record = {
        "pipeline": pipeline.name,
        "stage": stage.name,
        "stage_since": work.now,
        "stage_due": due_at(work, stage, work.now),
    }
    values |= _kept(work, draft, pipeline, stage)
    return {name: value for name, value in values.items() if name not in draft.explicit}


def due_at(work: Work, stage: Stage, since: datetime) -> datetime | None:
    """From when a record that came into a stage is overdue; None when it may stay."""
    limit = stage.time_limit
    if limit is None:
        return None
    return moved(since, limit.within, work.model.calendars.get(limit.calendar) if limit.calendar else None)


def queue_field(draft: Draft, stage: Stage) -> str | None:
    """The field that a record leaves empty when it comes into a stage's queue, unless the move names somebody."""
    queue = stage.queue
    if queue is None or not queue.roles or queue.field in draft.explicit:
        return None
    return queue.field


def kept_fields(entity: Entity) -> tuple[str, ...]:
    """The fields that coming into a stage may change by itself."""
    return tuple(dict.fromkeys(_all_kept(entity)))


def unmet(work: Work, draft: Draft, conditions: Sequence[Condition]) -> Condition | None:
    """The first condition that doesn't hold for the record as it will be."""
    return next((each for each in conditions if evaluate(work, draft, each.expression) is not True), None)


def stage_expressions(entity: Entity) -> Iterator[Expression]:
    """What the conditions of an entity's pipelines and stages read."""
    for pipeline in entity.pipelines.values():
        if pipeline.when is not None:
            yield pipeline.when
        for stage in pipeline.stages.values():
            yield from (each.expression for each in (*stage.entry, *stage.exit))
            yield from (step.when for step in stage.steps.values() if step.when is not None)


def _kept(work: Work, draft: Draft, pipeline: Pipeline, stage: Stage) -> Record:
    values: Record = {}
    if pipeline.probability_field and stage.probability is not None:
        values[pipeline.probability_field] = draft.rules.types[pipeline.probability_field].parse(
            draft.rules.attributes[pipeline.probability_field], str(stage.probability)
        )
    if pipeline.closed_field:
        is_day = draft.rules.attributes[pipeline.closed_field].type == "date"
        moment = work.context.today if is_day else work.now
        values[pipeline.closed_field] = None if stage.outcome is Outcome.OPEN else moment
    return values


def _all_kept(entity: Entity) -> Iterator[str]:
    for pipeline in entity.pipelines.values():
        yield from filter(None, (pipeline.closed_field, pipeline.probability_field))
        yield from (stage.queue.field for stage in pipeline.stages.values() if stage.queue is not None)
