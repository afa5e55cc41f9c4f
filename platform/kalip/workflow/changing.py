"""Takes records over into another pipeline: by the same save pipeline as any move, in one command and one event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kalip.access import Actor
from kalip.base.errors import NotFound, RecordRejected, TransitionRefused
from kalip.base.names import did_you_mean
from kalip.expressions import Expression
from kalip.model import Entity, Field, Pipeline, Stage, Verb
from kalip.records import (
    TRANSITIONED,
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
from kalip.records.saving import Draft, Grounds, as_value, draft_commands, evaluate, prepare, put, save_record
from kalip.records.saving.placing import PLACE, closed_to, kept_fields, may_enter
from kalip.workflow.commands import ChangePipeline, PipelineOffer, PipelinePlan
from kalip.workflow.moving import arrive, refusal_between

NO_SETTINGS: Mapping[str, Expression] = {}


@dataclass(slots=True)
class Takeover:
    """Finds and carries out one change of pipeline. `sets` are expressions that the house gives along."""

    entity: Entity
    command: ChangePipeline
    pipeline: Pipeline
    sets: Mapping[str, Expression] = field(default_factory=dict)
    source_pipeline: str = ""
    source: str = ""
    target: Stage | None = None

    def grounds(self) -> Grounds:
        """The grounds on which the save pipeline takes the record over."""
        return Grounds(
            verb=Verb.TRANSITION,
            kind=TRANSITIONED,
            decide=self.decide,
            reads=(*_conditions(self.entity), *self.sets.values()),
            fields=tuple(dict.fromkeys(name for stage in self.pipeline.stages.values() for name in stage.required)),
            sets=(*PLACE, *kept_fields(self.entity), *self.sets),
        )

    def decide(self, work: Work, draft: Draft) -> None:
        """Put the draft into its place in the other pipeline, or say why that is refused."""
        self.source_pipeline, self.source = str(draft.before.get("pipeline")), str(draft.before.get("stage"))
        locale = work.actor.locale
        name = self.pipeline.label.get(locale)
        present = self.entity.pipelines.get(self.source_pipeline)
        if self.pipeline is present:
            draft.error = TransitionRefused("The record is in {pipeline} already.", params={"pipeline": name})
            return
        if present is not None and not self.pipeline.is_open_to(present.name):
            draft.error = TransitionRefused(
                "{pipeline} takes no records from {source}.",
                params={"pipeline": name, "source": present.label.get(locale)},
            )
            return
        if not may_enter(work.actor, self.pipeline):
            fault = closed_to(work, self.pipeline)
            draft.error = TransitionRefused(fault.template, params=fault.params)
            return
        self._come_in(work, draft, present)

    def _come_in(self, work: Work, draft: Draft, present: Pipeline | None) -> None:
        if self.command.stage is not None:
            self.target = self.pipeline.stages[self.command.stage]
        else:
            self.target = self.pipeline.arrival(self.source_pipeline, self.source)
        left = present.stages.get(self.source) if present is not None else None
        draft.error = refusal_between(work, draft, left, self.target)
        if draft.error is None:
            arrive(work, draft, self.pipeline, self.target)
            for name, expression in self.sets.items():
                put(draft, {name: as_value(draft.rules, name, evaluate(work, draft, expression))})


def change_pipeline(work: Work, command: ChangePipeline, sets: Mapping[str, Expression] = NO_SETTINGS) -> SavedRecord:
    """Take a record over into another pipeline; commits nothing, and leads through no tunnel.

    Raises TransitionRefused with the reason, or with violations of fields; NotFound, AccessDenied, StaleVersion and
    Conflict as for any save.
    """
    takeover = _find(work, command, sets)
    try:
        return save_record(work, _save_command(command), takeover.grounds())
    except RecordRejected as rejected:
        raise TransitionRefused(
            "Some fields are missing or wrong for this move.", violations=rejected.violations
        ) from rejected


def pipeline_plan(work: Work, command: ChangePipeline) -> PipelinePlan:
    """Work a change of pipeline out without making it. Raises what makes it unknowable: NotFound, StaleVersion."""
    takeover = _find(work, command, NO_SETTINGS)
    (draft,) = draft_commands(work, [_save_command(command)], takeover.grounds())
    prepare(work, [draft])
    error = draft.refusal()
    target = takeover.target
    if target is None:
        if isinstance(error, NotFound):
            raise error
        target = takeover.pipeline.first
    missing = tuple(fault.pointer.lstrip("/") for fault in draft.faults() if fault.code == "required")
    return PipelinePlan(
        pipeline=takeover.pipeline,
        source_pipeline=takeover.source_pipeline,
        source=takeover.source,
        target=target,
        allowed=error is None,
        error=error,
        asked=_fields(takeover.entity, missing),
        missing=missing,
        violations=tuple(draft.faults()),
    )


def bulk_change_pipeline(
    services: Services, actor: Actor, selection: Selection, command: ChangePipeline, progress: Progress | None = None
) -> BulkResult:
    """Take every selected row over, each for itself. The command's own id is not used."""

    def act(work: Work, record_id: str) -> SavedRecord:
        return change_pipeline(work, replace(command, entity=selection.entity, id=record_id, version=None))

    return run_bulk(services, actor, selection, act, progress)


def offers_of(work: Work, entity: Entity, pipeline: str, stage: str) -> tuple[PipelineOffer, ...]:
    """The pipelines that a record could go on in from where it is, as far as the pipelines themselves are asked."""
    return tuple(
        PipelineOffer(each, each.arrival(pipeline, stage))
        for each in entity.pipelines.values()
        if each.is_open_to(pipeline) and may_enter(work.actor, each)
    )


def _find(work: Work, command: ChangePipeline, sets: Mapping[str, Expression]) -> Takeover:
    entity = visible_entity(work, command.entity)
    pipeline = entity.pipelines.get(command.pipeline)
    if pipeline is None:
        hint = did_you_mean(command.pipeline, entity.pipelines)
        raise NotFound("There is no pipeline '{pipeline}'.", hint=hint, params={"pipeline": command.pipeline[:60]})
    if command.stage is not None and command.stage not in pipeline.stages:
        hint = did_you_mean(command.stage, pipeline.stages)
        raise NotFound("There is no stage '{stage}'.", hint=hint, params={"stage": command.stage[:60]})
    return Takeover(entity, command, pipeline, sets)


def _conditions(entity: Entity) -> Iterator[Expression]:
    for pipeline in entity.pipelines.values():
        for stage in pipeline.stages.values():
            yield from (each.expression for each in (*stage.entry, *stage.exit))


def _save_command(command: ChangePipeline) -> SaveRecord:
    # A move is no place to ask whether a record is the same as another; what is strict is refused all the same.
    said = (command.entity, command.values, command.id, command.version, command.source)
    return SaveRecord(*said, accept_duplicates=True)


def _fields(entity: Entity, names: tuple[str, ...]) -> tuple[Field, ...]:
    return tuple(field for name in dict.fromkeys(names) if (field := entity.attribute(name)) is not None)
