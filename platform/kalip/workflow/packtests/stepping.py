"""The steps that a case may take: each one thing that somebody does, with what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from kalip.base.errors import KalipError, Violation
from kalip.fields.moments import parse_duration
from kalip.model import Duplicates
from kalip.records import (
    ListRecords,
    Preview,
    SaveRecord,
    Work,
    archive_record,
    find_entity,
    get_record,
    list_records,
    preview_record,
    restore_record,
    save_record,
    search_records,
)
from kalip.records.queries import HIGHEST_LIMIT
from kalip.workflow.changing import change_pipeline
from kalip.workflow.commands import ApplyTransition, ChangePipeline, ChangeStep, StepState, TakeRecord
from kalip.workflow.conversions import ConvertRecord, TargetChoice, convert_record
from kalip.workflow.packtests.world import CaseError, CaseWorld, Data
from kalip.workflow.queueing import take_record
from kalip.workflow.stage_steps import change_step
from kalip.workflow.transitions import apply_transition


@dataclass(slots=True)
class Outcome:
    """What came of a step: the record acted on, the rows given, the form shown, or why it was refused."""

    record: tuple[str, str] | None = None
    rows: tuple[str, ...] | None = None
    preview: Preview | None = None
    error: KalipError | None = None

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The faults of a refusal, or those that a preview shows."""
        if self.preview is not None:
            return self.preview.violations
        return tuple(getattr(self.error, "violations", ()))


Step = Callable[[CaseWorld, Work, Data], Outcome]


def take(world: CaseWorld, actor: str, step: Data) -> Outcome:
    """Take a step as an actor; a refusal is an outcome, and undone by itself."""
    if len(step) != 1 or next(iter(step)) not in STEPS:
        raise CaseError("A step has exactly one of: {known}.", params={"known": ", ".join(STEPS)})
    name, data = next(iter(step.items()))
    work = world.as_actor(actor)
    try:
        with work.session.savepoint():
            return STEPS[name](world, work, cast("Data", data))
    except CaseError:
        raise
    except KalipError as error:
        key = cast("Data", data).get("record")
        return Outcome(record=world.record(key) if key is not None else None, error=error)


def _create(world: CaseWorld, work: Work, data: Data) -> Outcome:
    saved = save_record(work, SaveRecord(str(data["entity"]), world.values(data.get("values"))))
    if "as" in data:
        world.remember(str(data["as"]), saved.entity, saved.id)
    return Outcome(record=(saved.entity, saved.id))


def _update(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    save_record(work, SaveRecord(entity, world.values(data.get("values")), record_id))
    return Outcome(record=(entity, record_id))


def _preview(world: CaseWorld, work: Work, data: Data) -> Outcome:
    record_id = world.record(data["record"])[1] if data.get("record") else None
    entity = find_entity(work, str(data["entity"])).name
    preview = preview_record(work, SaveRecord(entity, world.values(data.get("values")), record_id))
    return Outcome(record=(entity, record_id) if record_id else None, preview=preview)


def _transition(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    name, target = data.get("name"), data.get("to")
    command = ApplyTransition(
        entity,
        record_id,
        None if name is None else str(name),
        None if target is None or name is not None else str(target),
        world.values(data.get("values")),
    )
    apply_transition(work, command)
    return Outcome(record=(entity, record_id))


def _convert(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    said = cast("Mapping[str, Data] | None", data.get("targets"))
    targets = None if said is None else {name: _choice(world, each) for name, each in said.items()}
    values, duplicates = world.values(data.get("values")), cast("Duplicates | None", data.get("duplicates"))
    command = ConvertRecord(entity, record_id, str(data["conversion"]), targets, values, duplicates=duplicates)
    for made in convert_record(work, command).results:
        key = (said or {}).get(made.target, {}).get("as")
        if key is not None:
            world.remember(str(key), made.entity, made.id)
    return Outcome(record=(entity, record_id))


def _choice(world: CaseWorld, said: Data) -> TargetChoice:
    existing = world.record(said["existing"])[1] if "existing" in said else None
    pipeline = said.get("pipeline")
    return TargetChoice(
        values=world.values(said.get("values")),
        existing=existing,
        pipeline=None if pipeline is None else str(pipeline),
        new=bool(said.get("new")),
    )


def _pipeline(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    stage, values = data.get("stage"), world.values(data.get("values"))
    command = ChangePipeline(entity, record_id, str(data["pipeline"]), None if stage is None else str(stage), values)
    change_pipeline(work, command)
    return Outcome(record=(entity, record_id))


def _step(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    state = cast("StepState", data.get("state", "done"))
    change_step(work, ChangeStep(entity, record_id, str(data["name"]), state))
    return Outcome(record=(entity, record_id))


def _take(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    take_record(work, TakeRecord(entity, record_id))
    return Outcome(record=(entity, record_id))


def _rules(world: CaseWorld, _work: Work, data: Data) -> Outcome:
    errors = world.run_rules(parse_duration(str(data.get("after", "PT0S")))).errors
    record = world.record(data["record"]) if "record" in data else None
    return Outcome(record=record, error=errors[0] if errors else None)


def _archive(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    archive_record(work, entity, record_id)
    return Outcome(record=(entity, record_id))


def _restore(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    restore_record(work, entity, record_id)
    return Outcome(record=(entity, record_id))


def _get(world: CaseWorld, work: Work, data: Data) -> Outcome:
    entity, record_id = world.record(data["record"])
    get_record(work, entity, record_id, ("id",))
    return Outcome(record=(entity, record_id))


def _list(_world: CaseWorld, work: Work, data: Data) -> Outcome:
    view, text = data.get("view"), data.get("filter")
    command = ListRecords(
        str(data["entity"]),
        view=None if view is None else str(view),
        fields=("id",) if view is None else None,
        filter=None if text is None else str(text),
        limit=HIGHEST_LIMIT,
    )
    return Outcome(rows=tuple(str(item["id"]) for item in list_records(work, command).items))


def _search(_world: CaseWorld, work: Work, data: Data) -> Outcome:
    entities = tuple(cast("Mapping[str, object]", data.get("entities", {})))
    found = search_records(work, str(data["text"]), entities or None, limit=200)
    return Outcome(rows=tuple(hit.id for hit in found))


STEPS: Final[Mapping[str, Step]] = {
    "create": _create,
    "update": _update,
    "preview": _preview,
    "transition": _transition,
    "convert": _convert,
    "pipeline": _pipeline,
    "step": _step,
    "take": _take,
    "rules": _rules,
    "archive": _archive,
    "restore": _restore,
    "get": _get,
    "list": _list,
    "search": _search,
}
