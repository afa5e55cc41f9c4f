"""REST of conversions: what one would do, the deed, what became of a record, and taking it back. Decides nothing."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Literal, get_args

from flask import Blueprint, Response, request

from kalip.base.errors import NotFound, RecordRejected, Violation
from kalip.base.ids import is_id
from kalip.designer import carry_fields
from kalip.fields.moments import maybe_moment_text
from kalip.metadata.source import escape
from kalip.model import Duplicates
from kalip.records import Selection, Work, run
from kalip.web.api.answers import Answer, checked_key, plain_answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import BATCH_LIMIT, read_object
from kalip.web.api.conditions import expected_version
from kalip.web.api.records import checked_id
from kalip.web.errors import problem_of, violation_json
from kalip.web.locale import current_locale, message_of
from kalip.web.session import actor, services, site
from kalip.workflow.conversions import (
    BulkPreview,
    ConversionPlan,
    Converted,
    ConvertedRow,
    ConvertRecord,
    TargetChoice,
    TargetPlan,
    UndoPlan,
    bulk_convert,
    conversion_plan,
    conversions_of,
    convert_all,
    convert_record,
    decline_gaps,
    made_from,
    offers_of,
    preview_many,
    undo_conversion,
    undo_plan,
)
from kalip.workflow.conversions.bulk import failures
from kalip.workflow.conversions.commands import Fill, Steps

blueprint = Blueprint("api_conversions", __name__)
_DUPLICATES: tuple[Duplicates, ...] = get_args(Duplicates)
_FILL: tuple[Fill, ...] = get_args(Fill)
_STEPS: tuple[Steps, ...] = get_args(Steps)
_KEYS = ("targets", "values", "steps", "duplicates")
_MANY_KEYS = (*_KEYS, "ids", "filter", "atomic")
MOST_AT_ONCE = 1_000
_TARGET_KEYS = ("values", "existing", "fill", "overwrite", "pipeline", "new", "duplicates")
_WORDS: Mapping[str, tuple[str, ...]] = {"steps": _STEPS, "duplicates": _DUPLICATES, "fill": _FILL}
Kind = Literal["object", "text", "list", "flag", "word"]
_SHAPES: Mapping[str, Kind] = {
    "targets": "object",
    "values": "object",
    "steps": "word",
    "duplicates": "word",
    "fill": "word",
    "existing": "text",
    "pipeline": "text",
    "overwrite": "list",
    "new": "flag",
    "ids": "list",
    "filter": "text",
    "atomic": "flag",
    "carry": "object",
    "decline": "list",
}


@blueprint.post("/records/<entity>/<record_id>/conversions/<name>")
def convert(entity: str, record_id: str, name: str) -> Response:
    """Convert a record; with `dry_run=true` only say what would be made and what is missing."""
    dry_run = Arguments("dry_run").flag("dry_run")
    checked_id(entity, record_id)
    command = read_command(ConvertRecord(entity, record_id, name), read_object(optional=True))
    if dry_run:
        return read(partial(_plan, command=command))
    return write(partial(_convert, command=command), request.get_data())


@blueprint.post("/records/<entity>/conversions/<name>")
def convert_many(entity: str, name: str) -> Response:
    """Convert up to 1,000 records, by `ids` or `filter`: each for itself, or with `atomic` all of them or none.

    With `dry_run=true` only count what would be made and why some would be refused.
    """
    dry_run = Arguments("dry_run").flag("dry_run")
    body = read_object(BATCH_LIMIT)
    command = read_command(ConvertRecord(entity, "", name), body, _MANY_KEYS)
    ids = tuple(body.get("ids", ()))
    if len(ids) > MOST_AT_ONCE or not all(is_id(each) for each in ids):
        params = {"limit": MOST_AT_ONCE}
        raise RecordRejected([Violation("/ids", "wrong_type", "Expected at most {limit} ids of records.", params)])
    selection = Selection(entity, ids, body.get("filter"))
    if dry_run:
        return plain_answer(_counts(preview_many(services(), actor(), selection, command)))
    key = request.headers.get("Idempotency-Key")
    if key is not None:
        # Kept with each record's conversion, so that a repeated call finds what the first one made.
        command = replace(command, key=f"{actor().id}/{checked_key(key)}")
    act = convert_all if body.get("atomic", False) else bulk_convert
    rows = act(services(), actor(), selection, command)
    locale = current_locale()
    return plain_answer({"items": [_row(each, locale) for each in rows], "refused": failures(rows)})


@blueprint.post("/records/<entity>/conversions/<name>/fields")
def settle_fields(entity: str, name: str) -> Response:
    """Give targets fields that they lack (`carry`: target to fields), or decline them (`decline`: targets)."""
    Arguments()
    body = read_object()
    faults = _faults(body, "", ("carry", "decline"))
    wishes = body.get("carry", {})
    for target, fields in wishes.items() if isinstance(wishes, Mapping) else ():
        if not (isinstance(fields, list) and all(isinstance(each, str) for each in fields)):
            faults.append(Violation(f"/carry/{escape(target)}", "wrong_type", "Expected a list of texts."))
    if faults:
        raise RecordRejected(faults)
    declined = body.get("decline", [])
    if declined:
        decline = partial(decline_gaps, entity_name=entity, name=name, targets=declined)
        run(services(), actor(), decline)
    done = carry_fields(site(), actor(), entity, name, wishes)
    return plain_answer({"published": done is not None, "revision": done.revision.hash if done is not None else None})


@blueprint.get("/records/<entity>/<record_id>/conversions")
def history(entity: str, record_id: str) -> Response:
    """What became of a record, what it was made of, and which conversions are open to it."""
    Arguments()
    checked_id(entity, record_id)
    return read(partial(_history, entity=entity, record_id=record_id))


@blueprint.post("/records/<entity>/<record_id>/conversions/<name>/undo")
def undo(entity: str, record_id: str, name: str) -> Response:
    """Take the latest conversion of that name back; with `dry_run=true` only say what stands in the way."""
    dry_run = Arguments("dry_run").flag("dry_run")
    checked_id(entity, record_id)
    if read_object(optional=True):
        raise RecordRejected([Violation("", "not_wanted", "Undoing takes no values.")])
    if dry_run:
        return read(partial(_undo_plan, entity=entity, record_id=record_id, name=name))
    return write(partial(_undo, entity=entity, record_id=record_id, name=name), request.get_data())


def read_command(command: ConvertRecord, body: Mapping[str, Any], known: tuple[str, ...] = _KEYS) -> ConvertRecord:
    """The command that a body says. RecordRejected with all that can't be understood."""
    faults = _faults(body, "", known)
    targets: dict[str, TargetChoice] = {}
    said = body.get("targets")
    if isinstance(said, Mapping):
        for name, raw in said.items():
            pointer = f"/targets/{escape(name)}"
            if not isinstance(raw, Mapping):
                faults.append(Violation(pointer, "wrong_type", "Expected an object."))
                continue
            wrong = _faults(raw, pointer, _TARGET_KEYS)
            faults += wrong
            if not wrong:
                targets[name] = _choice(raw)
    if faults:
        raise RecordRejected(faults)
    return replace(
        command,
        targets=None if said is None else targets,
        values=body.get("values", {}),
        steps=body.get("steps", "all"),
        duplicates=body.get("duplicates"),
    )


def converted_json(done: Converted) -> dict[str, object]:
    """A conversion as REST tells it."""
    return {
        "id": done.id,
        "entity": done.entity,
        "record": done.record_id,
        "conversion": done.conversion,
        "state": done.state,
        "results": [
            {"target": each.target, "entity": each.entity, "id": each.id, "made": each.made, "version": each.version}
            for each in done.results
        ],
        "pending": list(done.pending),
        "version": done.version,
        "correlation": done.correlation,
    }


def _counts(found: BulkPreview) -> dict[str, object]:
    return {
        "selected": found.selected,
        "allowed": found.allowed,
        "refused": found.refused,
        "targets": dict(found.targets),
        "reasons": dict(found.reasons),
        "missing": dict(found.missing),
    }


def _row(row: ConvertedRow, locale: str) -> dict[str, object]:
    told: dict[str, object] = {"index": row.index, "id": row.id}
    if row.error is not None:
        problem = problem_of(row.error, locale)
        return {**told, "status": problem["status"], "error": problem}
    return {**told, "status": 200, "conversion": converted_json(row.converted) if row.converted is not None else None}


def _choice(raw: Mapping[str, Any]) -> TargetChoice:
    return TargetChoice(
        values=raw.get("values", {}),
        existing=raw.get("existing"),
        fill=raw.get("fill", "empty"),
        overwrite=tuple(raw.get("overwrite", ())),
        pipeline=raw.get("pipeline"),
        new=raw.get("new", False),
        duplicates=raw.get("duplicates"),
    )


def _faults(raw: Mapping[str, Any], pointer: str, known: tuple[str, ...]) -> list[Violation]:
    found = []
    for name, value in raw.items():
        place = f"{pointer}/{escape(name)}"
        if name not in known:
            params = {"name": name[:60], "known": ", ".join(known)}
            template = "There is no '{name}' here; use some of: {known}."
            found.append(Violation(place, "unknown_field", template, params))
        elif fault := _shape_fault(name, value):
            found.append(Violation(place, *fault))
    return found


def _shape_fault(name: str, value: object) -> tuple[str, str] | tuple[str, str, Mapping[str, object]] | None:
    shape = _SHAPES[name]
    if shape == "word" and value not in _WORDS[name]:
        return "unknown_choice", "Expected one of {known}.", {"known": ", ".join(_WORDS[name])}
    if shape == "object" and not isinstance(value, Mapping):
        return "wrong_type", "Expected an object."
    if shape == "flag" and not isinstance(value, bool):
        return "wrong_type", "Expected true or false."
    if shape == "list" and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        return "wrong_type", "Expected a list of texts."
    if shape == "text" and not isinstance(value, str):
        return "wrong_type", "Expected text."
    if name == "existing" and not is_id(str(value)):
        return "not_an_id", "Expected the id of a record."
    return None


def _convert(work: Work, command: ConvertRecord) -> Answer:
    version = expected_version(work, command.entity, command.id)
    return Answer(converted_json(convert_record(work, replace(command, version=version))))


def _plan(work: Work, command: ConvertRecord) -> Answer:
    version = expected_version(work, command.entity, command.id)
    return Answer(plan_json(conversion_plan(work, replace(command, version=version)), current_locale()))


def plan_json(plan: ConversionPlan, locale: str) -> dict[str, object]:
    """What a conversion would do, as REST tells it."""
    return {
        "conversion": plan.conversion.name,
        "label": plan.conversion.label.get(locale),
        "allowed": plan.allowed,
        "error": problem_of(plan.error, locale) if plan.error is not None else None,
        "violations": [violation_json(each, locale) for each in plan.violations],
        "targets": {each.target.name: _target_json(each, locale) for each in plan.targets},
        "asked": [each.name for each in plan.asked],
        "missing": list(plan.missing),
        "lost": [{"field": each.field.name, "value": each.value} for each in plan.lost],
        "gaps": [{"target": each.target, "field": each.field.name, "clashing": each.clashing} for each in plan.gaps],
        "sets": dict(plan.sets),
        "steps": list(plan.steps),
        "open": converted_json(plan.open) if plan.open is not None else None,
        "done": [converted_json(each) for each in plan.done],
    }


def _target_json(plan: TargetPlan, locale: str) -> dict[str, object]:
    return {
        "entity": plan.target.entity,
        "label": plan.target.label.get(locale),
        "step": plan.target.step,
        "standing": plan.standing,
        "chosen": plan.chosen,
        "selected": plan.selected,
        "existing": plan.existing,
        "pipelines": list(plan.pipelines),
        "pipeline": plan.pipeline or None,
        "values": dict(plan.values),
        "missing": list(plan.missing),
        "violations": [violation_json(each, locale) for each in plan.violations],
        "candidates": [
            {"entity": each.entity, "id": each.id, "rule": each.rule, "title": each.title} for each in plan.candidates
        ],
        "differences": [
            {"field": each.field.name, "present": each.present, "mapped": each.mapped} for each in plan.differences
        ],
        "denied": problem_of(plan.denied, locale) if plan.denied is not None else None,
    }


def _history(work: Work, entity: str, record_id: str) -> Answer:
    locale = current_locale()
    done = conversions_of(work, entity, record_id)
    return Answer(
        {
            "items": [converted_json(each) for each in done],
            "made_from": [converted_json(each) for each in made_from(work, entity, record_id)],
            "offered": [
                {"name": each.name, "label": each.label.get(locale), "transition": each.transition or None}
                for each in offers_of(work, entity, record_id)
            ],
        }
    )


def _latest(work: Work, entity: str, record_id: str, name: str) -> str:
    found = [each.id for each in conversions_of(work, entity, record_id) if each.conversion == name]
    if not found:
        raise NotFound("The record was not converted by '{name}'.", params={"name": name[:60]})
    return found[-1]


def _undo(work: Work, entity: str, record_id: str, name: str) -> Answer:
    return Answer(converted_json(undo_conversion(work, _latest(work, entity, record_id, name))))


def _undo_plan(work: Work, entity: str, record_id: str, name: str) -> Answer:
    return Answer(undo_json(undo_plan(work, _latest(work, entity, record_id, name)), current_locale()))


def undo_json(plan: UndoPlan, locale: str) -> dict[str, object]:
    """Whether a conversion can be undone, as REST tells it."""
    return {
        "conversion": converted_json(plan.conversion),
        "possible": plan.possible,
        "until": maybe_moment_text(plan.until),
        "blockers": [
            {
                "message": message_of(locale, Violation("", "blocked", each.template, each.params)),
                "entity": each.entity,
                "id": each.record_id,
            }
            for each in plan.blockers
        ],
    }
