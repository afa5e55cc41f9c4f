"""REST of steps inside stages. Decides nothing itself."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.moments import maybe_moment_text
from kalip.metadata.source import escape
from kalip.records import Work
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.records import checked_id
from kalip.web.locale import current_locale
from kalip.workflow import (
    AddStep,
    ChangeStep,
    Checklist,
    ShownStep,
    add_step,
    change_step,
    checklist_for,
    take_step_back,
)

blueprint = Blueprint("api_steps", __name__)
_CREATED, _GONE = 201, 204


@blueprint.get("/records/<entity>/<record_id>/steps")
def show(entity: str, record_id: str) -> Response:
    """The steps of the stage where a record is."""
    Arguments()
    checked_id(entity, record_id)
    return read(lambda work: Answer(checklist_json(checklist_for(work, entity, record_id), current_locale())))


@blueprint.post("/records/<entity>/<record_id>/steps")
def add(entity: str, record_id: str) -> Response:
    """Add a step by hand."""
    Arguments()
    checked_id(entity, record_id)
    body = _body({"title": str, "required": bool}, ("title",))
    command = AddStep(entity, record_id, body["title"], body.get("required", False))
    return write(partial(_add, command=command), request.get_data())


@blueprint.patch("/records/<entity>/<record_id>/steps/<name>")
def change(entity: str, record_id: str, name: str) -> Response:
    """Tick a step off, skip it or open it again."""
    Arguments()
    checked_id(entity, record_id)
    body = _body({"state": str, "note": str}, ("state",))
    command = ChangeStep(entity, record_id, name, body["state"], body.get("note", ""))
    return write(lambda work: Answer(step_json(change_step(work, command), current_locale())), request.get_data())


@blueprint.delete("/records/<entity>/<record_id>/steps/<name>")
def remove(entity: str, record_id: str, name: str) -> Response:
    """Take a step back that was added by hand."""
    Arguments()
    checked_id(entity, record_id)
    return write(partial(_remove, entity=entity, record_id=record_id, name=name), request.get_data())


def checklist_json(checklist: Checklist, locale: str) -> dict[str, object]:
    """Steps as REST tells them."""
    return {
        "items": [step_json(each, locale) for each in checklist.steps],
        "done": checklist.done,
        "blocking": [each.name for each in checklist.blocking],
        "open_ended": checklist.open_ended,
    }


def step_json(step: ShownStep, locale: str) -> dict[str, object]:
    """A step as REST tells it."""
    return {
        "name": step.name,
        "label": step.label.get(locale),
        "required": step.required,
        "state": step.state,
        "follows": list(step.follows),
        "waiting": bool(step.waits_for),
        "added": step.added,
        "note": step.note or None,
        "changed_by": step.by,
        "changed_at": maybe_moment_text(step.at),
    }


def _add(work: Work, command: AddStep) -> Answer:
    return Answer(step_json(add_step(work, command), current_locale()), _CREATED)


def _remove(work: Work, entity: str, record_id: str, name: str) -> Answer:
    take_step_back(work, entity, record_id, name)
    return Answer(None, _GONE)


def _body(known: Mapping[str, type], needed: tuple[str, ...]) -> dict[str, Any]:
    body = read_object()
    faults = []
    for name, value in body.items():
        if name not in known:
            params = {"name": name[:60], "known": ", ".join(known)}
            template = "There is no '{name}' here; use some of: {known}."
            faults.append(Violation(f"/{escape(name)}", "unknown_field", template, params))
        elif not isinstance(value, known[name]):
            said = "Expected text." if known[name] is str else "Expected true or false."
            faults.append(Violation(f"/{name}", "wrong_type", said))
    faults += [Violation(f"/{name}", "required", "This is required.") for name in needed if name not in body]
    if faults:
        raise RecordRejected(faults)
    return body
