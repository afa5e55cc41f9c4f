"""REST of pipelines beside single moves: standing, another pipeline, queues, stays, many at once. Decides nothing."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from kalip.base.errors import RecordRejected, Violation
from kalip.base.ids import is_id
from kalip.fields.moments import maybe_moment_text
from kalip.metadata.source import escape
from kalip.records import BulkResult, Selection, Work, get_record
from kalip.web.api.answers import Answer, plain_answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import BATCH_LIMIT, read_object
from kalip.web.api.conditions import expected_version
from kalip.web.api.records import answer_saved, checked_id
from kalip.web.api.steps import checklist_json
from kalip.web.errors import problem_of, violation_json
from kalip.web.locale import current_locale
from kalip.web.session import actor, services
from kalip.workflow import (
    ApplyTransition,
    ChangePipeline,
    TakeRecord,
    bulk_change_pipeline,
    bulk_transition,
    change_pipeline,
    pipeline_plan,
    stage_history,
    standing_of,
    take_record,
    times_in_stages,
)

blueprint = Blueprint("api_pipelines", __name__)
MOST_AT_ONCE = 1_000
_CHANGE_KEYS = ("pipeline", "stage", "values")
_MANY_KEYS = ("ids", "filter", "values")


@blueprint.get("/records/<entity>/<record_id>/pipeline")
def show(entity: str, record_id: str) -> Response:
    """Where a record stands: its moves with their reasons, steps, and the pipelines that it could go on in."""
    Arguments()
    checked_id(entity, record_id)
    return read(partial(_standing, entity=entity, record_id=record_id))


@blueprint.post("/records/<entity>/<record_id>/pipeline")
def change(entity: str, record_id: str) -> Response:
    """Take a record over into another pipeline; with `dry_run=true` only say what is missing."""
    dry_run = Arguments("dry_run").flag("dry_run")
    checked_id(entity, record_id)
    command = _change_of(entity, record_id, read_object(), _CHANGE_KEYS)
    if dry_run:
        return read(partial(_plan, command=command))
    return write(partial(_change, command=command), request.get_data())


@blueprint.post("/records/<entity>/<record_id>/take")
def take(entity: str, record_id: str) -> Response:
    """Take a record from the queue of its stage, or of a group that owns it."""
    Arguments()
    checked_id(entity, record_id)
    if read_object(optional=True):
        raise RecordRejected([Violation("", "not_wanted", "Taking a record needs no values.")])
    return write(lambda work: answer_saved(work, take_record(work, TakeRecord(entity, record_id))), request.get_data())


@blueprint.get("/records/<entity>/<record_id>/stages")
def stages(entity: str, record_id: str) -> Response:
    """The stages that a record went through, with how long it was in each, in seconds."""
    Arguments()
    checked_id(entity, record_id)
    return read(partial(_stages, entity=entity, record_id=record_id))


@blueprint.get("/records/<entity>/pipelines/<pipeline>/times")
def times(entity: str, pipeline: str) -> Response:
    """How long records that the caller sees were in each stage of a pipeline on average, and how many are there."""
    Arguments()
    return read(partial(_times, entity=entity, pipeline=pipeline))


@blueprint.post("/records/<entity>/transitions/<name>")
def move_many(entity: str, name: str) -> Response:
    """Make the same move with up to 1,000 records, by `ids` or `filter`, each for itself."""
    Arguments()
    body = read_object(BATCH_LIMIT)
    selection = _selection(entity, body, _MANY_KEYS)
    command = ApplyTransition(entity, "", transition=name, values=body.get("values", {}))
    return _many(bulk_transition(services(), actor(), selection, command))


@blueprint.post("/records/<entity>/pipelines/<pipeline>")
def change_many(entity: str, pipeline: str) -> Response:
    """Take up to 1,000 records over into a pipeline, by `ids` or `filter`, each for itself."""
    Arguments()
    body = read_object(BATCH_LIMIT)
    selection = _selection(entity, body, (*_MANY_KEYS, "stage"))
    command = ChangePipeline(entity, "", pipeline, body.get("stage"), body.get("values", {}))
    return _many(bulk_change_pipeline(services(), actor(), selection, command))


def _change_of(entity: str, record_id: str, body: Mapping[str, Any], known: tuple[str, ...]) -> ChangePipeline:
    faults = _faults(body, known)
    if not isinstance(body.get("pipeline"), str):
        faults.append(Violation("/pipeline", "required", "Name the pipeline."))
    if faults:
        raise RecordRejected(faults)
    return ChangePipeline(entity, record_id, body["pipeline"], body.get("stage"), body.get("values", {}))


def _selection(entity: str, body: Mapping[str, Any], known: tuple[str, ...]) -> Selection:
    faults = _faults(body, known)
    ids = body.get("ids", [])
    if not isinstance(ids, list) or len(ids) > MOST_AT_ONCE or not all(isinstance(i, str) and is_id(i) for i in ids):
        template = "Expected at most {limit} ids of records."
        faults.append(Violation("/ids", "wrong_type", template, {"limit": MOST_AT_ONCE}))
    if faults:
        raise RecordRejected(faults)
    return Selection(entity, tuple(ids), body.get("filter"))


def _faults(body: Mapping[str, Any], known: tuple[str, ...]) -> list[Violation]:
    faults = []
    for name, value in body.items():
        pointer = f"/{escape(name)}"
        if name not in known:
            params = {"name": name[:60], "known": ", ".join(known)}
            faults.append(
                Violation(pointer, "unknown_field", "There is no '{name}' here; use some of: {known}.", params)
            )
        elif name == "values" and not isinstance(value, Mapping):
            faults.append(Violation(pointer, "wrong_type", "Expected an object."))
        elif name in ("stage", "filter", "pipeline") and not isinstance(value, str):
            faults.append(Violation(pointer, "wrong_type", "Expected text."))
    return faults


def _many(result: BulkResult) -> Response:
    locale = current_locale()
    items: list[dict[str, object]] = []
    for item in result.items:
        told: dict[str, object] = {"index": item.index, "id": item.id}
        if item.error is not None:
            problem = problem_of(item.error, locale)
            items.append({**told, "status": problem["status"], "error": problem})
        else:
            items.append({**told, "status": 200, "version": item.saved.version if item.saved is not None else None})
    return plain_answer({"items": items, "refused": result.refused})


def _standing(work: Work, entity: str, record_id: str) -> Answer:
    locale = current_locale()
    found = standing_of(work, entity, record_id)
    place = get_record(work, entity, record_id, ("pipeline", "stage", "stage_since", "stage_due"))
    return Answer(
        {
            **{name: place.get(name) for name in ("pipeline", "stage", "stage_since", "stage_due")},
            "moves": [
                {
                    "transition": each.transition.name,
                    "to": each.target.name,
                    "label": each.transition.label.get(locale),
                    "allowed": each.allowed,
                    "reason": each.reason or None,
                    "asked": [field.name for field in each.asked],
                    "missing": list(each.missing),
                }
                for each in found.moves
            ],
            "steps": checklist_json(found.checklist, locale),
            "pipelines": [
                {"pipeline": each.pipeline.name, "label": each.pipeline.label.get(locale), "stage": each.target.name}
                for each in found.pipelines
            ],
            "suited": found.suited.name if found.suited is not None else None,
            "takeable": found.takeable,
        }
    )


def _change(work: Work, command: ChangePipeline) -> Answer:
    version = expected_version(work, command.entity, command.id)
    return answer_saved(work, change_pipeline(work, replace(command, version=version)))


def _plan(work: Work, command: ChangePipeline) -> Answer:
    version = expected_version(work, command.entity, command.id)
    plan = pipeline_plan(work, replace(command, version=version))
    locale = current_locale()
    return Answer(
        {
            "pipeline": plan.pipeline.name,
            "from": {"pipeline": plan.source_pipeline, "stage": plan.source},
            "to": plan.target.name,
            "allowed": plan.allowed,
            "asked": [field.name for field in plan.asked],
            "missing": plan.missing,
            "violations": [violation_json(each, locale) for each in plan.violations],
            "error": problem_of(plan.error, locale) if plan.error is not None else None,
        }
    )


def _stages(work: Work, entity: str, record_id: str) -> Answer:
    return Answer(
        {
            "items": [
                {
                    "pipeline": stay.pipeline,
                    "stage": stay.stage,
                    "since": maybe_moment_text(stay.since),
                    "until": maybe_moment_text(stay.until),
                    "seconds": int(stay.duration.total_seconds()),
                    "actor": stay.actor,
                }
                for stay in stage_history(work, entity, record_id)
            ]
        }
    )


def _times(work: Work, entity: str, pipeline: str) -> Answer:
    return Answer(
        {
            "items": [
                {
                    "stage": each.stage,
                    "ended": each.ended,
                    "mean_seconds": None if each.seconds is None else round(each.seconds),
                    "going": each.going,
                }
                for each in times_in_stages(work, entity, pipeline)
            ]
        }
    )
