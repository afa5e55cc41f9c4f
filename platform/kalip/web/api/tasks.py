"""REST of tasks: the caller's inbox, tasks given, ended, taken, handed on and put off. Decides nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, get_args

from flask import Blueprint, Response, request

from kalip.base.errors import RecordRejected, Violation
from kalip.base.text import Text
from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.records import EventView, Work
from kalip.records.organisation import away_notices
from kalip.storage.tasks import Task, TaskScope
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.organisation.plain import away_json
from kalip.workflow.tasks import (
    DEFAULT_OUTCOMES,
    PRIORITIES,
    AssignTask,
    ChangeTask,
    CompleteTask,
    NewTask,
    Outcome,
    TaskView,
    assign_task,
    cancel_task,
    change_task,
    complete_task,
    create_task,
    give_back_task,
    inbox,
    query_of,
    snooze_task,
    take_task,
    task_history,
    task_view,
)

blueprint = Blueprint("api_tasks", __name__)
DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 200
SCOPES: Final[tuple[TaskScope, ...]] = get_args(TaskScope)
_TEXTS: Final = ("entity", "record_id", "user", "role", "priority")
_OUTCOME: Final = {"label": (str, dict), "comment": (bool,), "fields": (list,), "tone": (str,)}


@blueprint.get("/tasks")
def list_tasks() -> Response:
    """A part of the caller's inbox: due ones first; ended ones latest first."""
    arguments = Arguments("scope", "entity", "q", "overdue", "holder", "limit", "cursor")
    scope = arguments.word("scope", SCOPES, "mine")
    limit = arguments.integer("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT)
    overdue = arguments.flag("overdue")

    def use(work: Work) -> Answer:
        query = replace(
            query_of(work, scope),
            entity=arguments.text("entity"),
            text=arguments.text("q") or "",
            overdue=overdue,
            holder=arguments.text("holder"),
        )
        page = inbox(work, query, limit, arguments.text("cursor"))
        return Answer({"items": [_task(each) for each in page.items], "next": page.next})

    return read(use)


@blueprint.post("/tasks")
def give() -> Response:
    """Give a task to a person or a role."""
    Arguments()
    body = read_object()
    faults = _unknown(body, ("title", "note", "due", "outcomes", *_TEXTS))
    texts = {name: _text(body, name, faults) for name in _TEXTS}
    due = _moment(body, "due", faults)
    outcomes = _outcomes(body.get("outcomes"), faults)
    new = NewTask(
        title=body.get("title") or "",
        note=body.get("note") or "",
        due=due,
        outcomes=outcomes,
        entity=texts["entity"],
        record_id=texts["record_id"],
        user=texts["user"],
        role=texts["role"],
        priority=texts["priority"] or "normal",
    )

    def use(work: Work) -> Answer:
        if faults:
            raise RecordRejected(faults)
        task_id = create_task(work, new)
        return Answer(_given(work, task_id), 201, {"Location": f"/api/tasks/{task_id}"})

    return write(use, request.get_data())


@blueprint.get("/tasks/<task_id>")
def get_task(task_id: str) -> Response:
    """One task."""
    Arguments()
    return read(lambda work: Answer(_task(task_view(work, task_id))))


@blueprint.get("/tasks/<task_id>/events")
def history(task_id: str) -> Response:
    """What became of a task, latest first."""
    limit = Arguments("limit").integer("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT)

    def use(work: Work) -> Answer:
        return Answer({"items": [_event(each) for each in task_history(work, task_id, limit).items]})

    return read(use)


@blueprint.patch("/tasks/<task_id>")
def change(task_id: str) -> Response:
    """Other words, another date or priority."""
    Arguments()
    body = read_object()
    faults: list[Violation] = []
    values: dict[str, object] = dict(body)
    if "due" in body:
        values["due"] = _moment(body, "due", faults)
    return _changed(task_id, lambda work: change_task(work, ChangeTask(task_id, values)), faults)


@blueprint.post("/tasks/<task_id>/complete")
def complete(task_id: str) -> Response:
    """End a task with an outcome."""
    Arguments()
    body = read_object(optional=True)
    faults = _unknown(body, ("outcome", "comment", "values"))
    outcome = _text(body, "outcome", faults)
    values = body.get("values") or {}
    if not isinstance(values, dict):
        faults.append(_expected("/values", "an object", values))
        values = {}
    command = CompleteTask(task_id, outcome, body.get("comment") or "", values)
    return _changed(task_id, lambda work: complete_task(work, command), faults)


@blueprint.post("/tasks/<task_id>/take")
def take(task_id: str) -> Response:
    """Take a task from the queue of one of the caller's roles."""
    _nothing()
    return _changed(task_id, lambda work: take_task(work, task_id))


@blueprint.post("/tasks/<task_id>/give-back")
def give_back(task_id: str) -> Response:
    """Put a task back into its queue."""
    _nothing()
    return _changed(task_id, lambda work: give_back_task(work, task_id))


@blueprint.post("/tasks/<task_id>/assign")
def assign(task_id: str) -> Response:
    """Give a task to somebody else; with `delegate` as its holder."""
    Arguments()
    body = read_object()
    faults = _unknown(body, ("user", "role", "delegate"))
    delegate = body.get("delegate", False)
    if not isinstance(delegate, bool):
        faults.append(_expected("/delegate", "true or false", delegate))
    command = AssignTask(task_id, _text(body, "user", faults), _text(body, "role", faults), delegate is True)
    return _changed(task_id, lambda work: assign_task(work, command), faults, given=True)


@blueprint.post("/tasks/<task_id>/snooze")
def snooze(task_id: str) -> Response:
    """Put a task off until a moment; null brings it back."""
    Arguments()
    body = read_object()
    faults = _unknown(body, ("until",))
    until = _moment(body, "until", faults)
    return _changed(task_id, lambda work: snooze_task(work, task_id, until), faults)


@blueprint.post("/tasks/<task_id>/cancel")
def cancel(task_id: str) -> Response:
    """End a task without an outcome."""
    Arguments()
    body = read_object(optional=True)
    faults = _unknown(body, ("comment",))
    reason = body.get("comment") or ""
    return _changed(task_id, lambda work: cancel_task(work, task_id, reason), faults)


def _changed(
    task_id: str, command: Callable[[Work], Task], faults: list[Violation] | None = None, *, given: bool = False
) -> Response:
    def use(work: Work) -> Answer:
        if faults:
            raise RecordRejected(faults)
        command(work)
        return Answer(_given(work, task_id) if given else _task(task_view(work, task_id)))

    return write(use, request.get_data())


def _nothing() -> None:
    Arguments()
    faults = _unknown(read_object(optional=True), ())
    if faults:
        raise RecordRejected(faults)


def _unknown(body: Mapping[str, Any], known: tuple[str, ...]) -> list[Violation]:
    return [
        Violation(f"/{_escaped(name)}", "unknown_field", "There is no field '{path}'.", {"path": name[:60]})
        for name in body
        if name not in known
    ]


def _text(body: Mapping[str, Any], name: str, faults: list[Violation]) -> str | None:
    value = body.get(name)
    if value is None or isinstance(value, str):
        return value
    faults.append(_expected(f"/{name}", "text", value))
    return None


def _moment(body: Mapping[str, Any], name: str, faults: list[Violation]) -> datetime | None:
    text = _text(body, name, faults)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else found
    except (ValueError, OverflowError):
        faults.append(Violation(f"/{name}", "not_a_moment", "Expected a moment such as 2026-01-31T08:30:00Z."))
        return None


def _outcomes(value: Any, faults: list[Violation]) -> Mapping[str, Outcome]:
    if value is None:
        return DEFAULT_OUTCOMES
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        faults.append(_expected("/outcomes", "an object of outcomes by name", value))
        return DEFAULT_OUTCOMES
    for name, each in value.items():
        for key, said in each.items():
            place = f"/outcomes/{_escaped(name)}/{_escaped(key)}"
            if key not in _OUTCOME:
                faults.append(Violation(place, "unknown_field", "There is no field '{path}'.", {"path": key[:60]}))
            elif not isinstance(said, _OUTCOME[key]) or not _plain(said):
                faults.append(_expected(place, "another value", said))
            elif key == "tone" and said not in ("plain", "good", "bad"):
                faults.append(Violation(place, "unknown_choice", "A tone is plain, good or bad."))
    if faults:
        return DEFAULT_OUTCOMES
    return {
        name: Outcome(
            Text.of(each.get("label"), name),
            each.get("comment", False),
            tuple(each.get("fields", ())),
            each.get("tone", "plain"),
        )
        for name, each in value.items()
    }


def _plain(said: Any) -> bool:
    """Whether a label's texts, or the names of fields, are texts."""
    parts = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    return all(isinstance(each, str) for each in parts)


def _expected(pointer: str, expected: str, value: Any) -> Violation:
    params = {"expected": expected, "actual": type(value).__name__}
    return Violation(pointer, "wrong_type", "Expected {expected}, got {actual}.", params)


def _escaped(name: str) -> str:
    return name[:60].replace("~", "~0").replace("/", "~1")


def _given(work: Work, task_id: str) -> dict[str, Any]:
    """A task that somebody was given just now, with a warning when that person is away."""
    view = task_view(work, task_id)
    notices = away_notices(work, [view.task.user_id] if view.task.user_id else [])
    return {**_task(view), "warnings": [away_json(each) for each in notices]}


def _task(view: TaskView) -> dict[str, Any]:
    task = view.task
    return {
        "id": task.id,
        "version": task.version,
        "kind": task.kind,
        "title": task.title,
        "note": task.note,
        "entity": task.entity,
        "record_id": task.record_id,
        "record_title": view.record_title,
        "user": task.user_id,
        "role": task.role,
        "delegated_by": task.delegated_by,
        "priority": PRIORITIES[task.priority],
        "due": maybe_moment_text(task.due_at),
        "overdue": view.overdue,
        "snoozed_until": maybe_moment_text(task.snoozed_until),
        "state": task.state,
        "outcomes": task.outcomes,
        "outcome": task.outcome,
        "comment": task.comment,
        "source": task.source,
        "source_name": task.source_name,
        "created_at": maybe_moment_text(task.created_at),
        "created_by": task.created_by,
        "done_at": maybe_moment_text(task.done_at),
        "done_by": task.done_by,
        "on_behalf": task.on_behalf,
        "may": sorted(view.may),
    }


def _event(event: EventView) -> dict[str, Any]:
    return {
        "id": event.id,
        "kind": event.kind,
        "at": moment_text(event.at),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "on_behalf": event.on_behalf,
        "facts": dict(event.facts),
    }
