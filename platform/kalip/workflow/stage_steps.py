"""Steps inside stages: what is to be done before a record goes on, who ticked it off, and what was added by hand."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from kalip.base.errors import AccessDenied, BadRequest, Conflict, NotFound, RecordRejected, TransitionRefused
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.fields import FieldFault
from kalip.fields.texts import check_characters
from kalip.model import Entity, Pipeline, Stage, StepPlan, Verb
from kalip.records import STEP_CHANGED, Record, SaveRecord, Work, record_rights, visible_entity
from kalip.records.journal import append_one, make_event
from kalip.records.saving import Draft, Grounds, draft_commands, evaluate, prepare
from kalip.records.saving.placing import role_labels
from kalip.storage import StoredStep, drop_step, lock_record, put_step, steps_of
from kalip.workflow.commands import AddStep, ChangeStep, Checklist, ShownStep, StepState

LONGEST_TITLE: Final = 200
LONGEST_NOTE: Final = 2_000
MOST_ADDED: Final = 50
_STATES: Final = ("open", "done", "skipped")


def checklist_of(work: Work, draft: Draft, stored: Sequence[StoredStep]) -> Checklist:
    """The steps of the stage where a loaded record is; `stored` are its rows, of other stages too."""
    stage = draft.rules.stage(draft.before.get("pipeline"), draft.before.get("stage"))
    if stage is None or not stage.has_steps:
        return Checklist(())
    pipeline = draft.rules.entity.pipelines[str(draft.before["pipeline"])]
    here = {step.name: step for step in stored if _is_here(step, pipeline, stage)}
    plans = {name: plan for name, plan in stage.steps.items() if _counts(work, draft, plan)}
    shown = [_declared(work, plans, plan, here) for plan in plans.values()]
    shown += [_added(step) for step in here.values() if step.title is not None]
    return Checklist(tuple(shown), stage.added_steps)


def read_checklist(work: Work, draft: Draft) -> Checklist:
    """The same, read for one record; nothing is asked where its stage has no steps."""
    stage = draft.rules.stage(draft.before.get("pipeline"), draft.before.get("stage"))
    if stage is None or not stage.has_steps:
        return Checklist(())
    # Whoever opens a step again waits for a move that is being decided, and the other way round.
    lock_record(work.session, work.served, draft.entity, draft.id)
    return checklist_of(work, draft, steps_of(work.session, draft.entity, [draft.id])[draft.id])


def blocked_by_steps(work: Work, draft: Draft, target: str) -> TransitionRefused | None:
    """Why required steps keep a record from a stage, or None: they hold back only from what comes later."""
    return blocked_by(work, draft, target, read_checklist(work, draft))


def blocked_by(work: Work, draft: Draft, target: str, checklist: Checklist) -> TransitionRefused | None:
    """The same for steps that were read already."""
    pipeline = draft.rules.entity.pipelines.get(str(draft.before.get("pipeline")))
    if pipeline is None or not pipeline.is_advance(str(draft.before.get("stage")), target):
        return None
    blocking = checklist.blocking
    if not blocking:
        return None
    names = ", ".join(step.label.get(work.actor.locale) for step in blocking)
    return TransitionRefused("These steps must be done first: {steps}.", params={"steps": names})


def change_step(work: Work, command: ChangeStep) -> ShownStep:
    """Tick a step off, skip it or open it again; commits nothing.

    NotFound, AccessDenied; TransitionRefused when another step comes first, when the record is elsewhere or archived,
    or when a required step would be skipped.
    """
    if command.state not in _STATES:
        raise BadRequest("'{state}' is none of open, done, skipped.", params={"state": str(command.state)[:40]})
    if len(command.note) > LONGEST_NOTE:
        raise BadRequest("A note has at most {limit} characters.", params={"limit": LONGEST_NOTE})
    _clean(command.note, "/note")
    draft = _opened(work, command.entity, command.id)
    checklist = read_checklist(work, draft)
    step = next((each for each in checklist.steps if each.name == command.name), None)
    if step is None:
        hint = did_you_mean(command.name, [each.name for each in checklist.steps])
        raise NotFound("There is no step '{step}' in this stage.", hint=hint, params={"step": command.name[:60]})
    _check_change(work, checklist, step, command)
    if step.state == command.state and step.note == command.note:
        return step
    kept = _row(work, draft, step, command)
    put_step(work.session, kept)
    _tell(work, draft, step, command.state, command.note)
    return next(each for each in read_checklist(work, draft).steps if each.name == command.name)


def add_step(work: Work, command: AddStep) -> ShownStep:
    """Add a step by hand to the stage where a record is; commits nothing. Refused where the stage takes none."""
    title = _clean(" ".join(command.title.split()), "/title")
    if not title or len(title) > LONGEST_TITLE:
        raise BadRequest("A step has a title of at most {limit} characters.", params={"limit": LONGEST_TITLE})
    draft = _opened(work, command.entity, command.id)
    stage = _stage(draft)
    if not stage.added_steps:
        raise TransitionRefused("In this stage no steps are added by hand.")
    if sum(each.added for each in read_checklist(work, draft).steps) >= MOST_ADDED:
        raise Conflict("A stage takes at most {limit} added steps.", params={"limit": MOST_ADDED})
    step = ShownStep(new_id(), Text.of(title), Text(), command.required, "open", (), "", "", None, None, added=True)
    row = _row(work, draft, step, ChangeStep(draft.entity, draft.id, step.name, "open"))
    put_step(work.session, row)
    _tell(work, draft, step, "added")
    return _added(row)


def take_step_back(work: Work, entity_name: str, record_id: str, name: str) -> None:
    """Take a step back that was added by hand; its author and whoever may change the record may do so."""
    draft = _opened(work, entity_name, record_id)
    rows = steps_of(work.session, draft.entity, [draft.id])[draft.id]
    row = next((each for each in rows if each.id == name and each.title is not None), None)
    if row is None:
        raise NotFound("There is no step '{step}' in this stage.", params={"step": name[:60]})
    drop_step(work.session, row.id)
    _tell(work, draft, _added(row), "removed")


def _opened(work: Work, entity_name: str, record_id: str) -> Draft:
    """A record whose steps the actor may change."""
    entity = visible_entity(work, entity_name)
    lock_record(work.session, work.served, entity.name, record_id)
    grounds = Grounds(verb=Verb.READ, reads=tuple(_conditions(entity)))
    (draft,) = draft_commands(work, [SaveRecord(entity.name, id=record_id)], grounds)
    prepare(work, [draft])
    if draft.error is not None:
        raise draft.error
    if draft.before.get("archived_at") is not None:
        raise Conflict("The record is archived; restore it first.", params={"id": record_id})
    if not record_rights(work, entity.name, record_id, (Verb.TRANSITION, Verb.UPDATE)):
        raise AccessDenied(
            "You may not change steps of this {entity}.", params={"entity": entity.name, "id": record_id}
        )
    _stage(draft)
    return draft


def _conditions(entity: Entity) -> list[Expression]:
    return [
        step.when
        for pipeline in entity.pipelines.values()
        for stage in pipeline.stages.values()
        for step in stage.steps.values()
        if step.when is not None
    ]


def _stage(draft: Draft) -> Stage:
    stage = draft.rules.stage(draft.before.get("pipeline"), draft.before.get("stage"))
    if stage is None:
        raise TransitionRefused("The record is in no pipeline.")
    return stage


def _is_here(step: StoredStep, pipeline: Pipeline, stage: Stage) -> bool:
    """Whether a stored step is of this stage, which may have had another name when the step was ticked off."""
    return step.pipeline in (pipeline.name, *pipeline.was) and step.stage in (stage.name, *stage.was)


def _clean(text: str, pointer: str) -> str:
    """Text that a database can keep; RecordRejected for any other."""
    try:
        check_characters(text)
    except FieldFault as fault:
        raise RecordRejected([fault.violation(pointer)]) from None
    return text


def _counts(work: Work, draft: Draft, plan: StepPlan) -> bool:
    return plan.when is None or evaluate(work, draft, plan.when) is True


def _declared(work: Work, plans: Mapping[str, StepPlan], plan: StepPlan, here: Mapping[str, StoredStep]) -> ShownStep:
    row = here.get(plan.name)
    waits = (plans[name] for name in plan.follows if name in plans)
    state = cast(StepState, row.state) if row is not None else "open"
    return ShownStep(
        name=plan.name,
        label=plan.label,
        help=plan.help,
        required=plan.required,
        state=state,
        waits_for=tuple(each.label for each in waits if not _is_settled(each, here.get(each.name))),
        barred="" if _has_role(work, plan) else role_labels(work, plan.roles),
        note=row.note if row is not None else "",
        by=row.changed_by if row is not None else None,
        at=row.changed_at if row is not None else None,
        follows=tuple(name for name in plan.follows if name in plans),
    )


def _is_settled(plan: StepPlan, row: StoredStep | None) -> bool:
    return row is not None and (row.state == "done" or (row.state == "skipped" and not plan.required))


def _has_role(work: Work, plan: StepPlan) -> bool:
    actor = work.actor
    return not plan.roles or actor.administrator or not set(plan.roles).isdisjoint(actor.roles)


def _added(row: StoredStep) -> ShownStep:
    return ShownStep(
        name=row.name,
        label=Text.of(row.title or ""),
        help=Text(),
        required=row.required,
        state=cast(StepState, row.state),
        waits_for=(),
        barred="",
        note=row.note,
        by=row.changed_by,
        at=row.changed_at,
        added=True,
    )


def _check_change(work: Work, checklist: Checklist, step: ShownStep, command: ChangeStep) -> None:
    locale = work.actor.locale
    if step.barred:
        raise TransitionRefused("Only {roles} may do this.", params={"roles": step.barred})
    if command.state == "skipped" and step.required:
        raise TransitionRefused("This step is required and can't be skipped.")
    if command.state != "open" and step.waits_for:
        names = ", ".join(each.get(locale) for each in step.waits_for)
        raise TransitionRefused("These steps must be done first: {steps}.", params={"steps": names})
    if command.state == "open":
        later = [each for each in checklist.steps if step.name in each.follows and each.state == "done"]
        if later:
            names = ", ".join(each.label.get(locale) for each in later)
            raise TransitionRefused("Later steps are done already: {steps}.", params={"steps": names})


def _row(work: Work, draft: Draft, step: ShownStep, command: ChangeStep) -> StoredStep:
    return StoredStep(
        id=step.name if step.added else new_id(),
        entity=draft.entity,
        record_id=draft.id,
        pipeline=str(draft.before["pipeline"]),
        stage=str(draft.before["stage"]),
        name=step.name,
        title=step.label.get(work.actor.locale) if step.added else None,
        required=step.required,
        state=command.state,
        note=command.note,
        changed_at=work.now,
        changed_by=work.actor.id,
        created_at=work.now,
        created_by=work.actor.id,
    )


def _tell(work: Work, draft: Draft, step: ShownStep, state: str, note: str = "") -> None:
    facts: Record = {"step": step.label.get(work.actor.locale), "name": step.name, "state": state}
    if note:
        facts["note"] = note
    append_one(work, make_event(work, STEP_CHANGED, draft.entity, draft.id, ({"state": step.state}, facts)))
