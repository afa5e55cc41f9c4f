"""REST of tasks: the caller's inbox, tasks given, ended, taken, handed on and put off. Decides nothing itself."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, get_args

from flask import Blueprint, Response, request

from kalip.base.errors import Violation
from kalip.base.text import Text
from kalip.fields.fault import wrong_type
from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.metadata.source import escape
from kalip.records import EventView, Work
from kalip.records.organisation import away_notices
from kalip.storage.tasks import Task, TaskScope
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import unknown_names
from kalip.web.api.organisation.plain import away_json
from kalip.web.api.reading import Body
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
_NAMES: Final = ("title", "note", "due", "outcomes", "entity", "record_id", "user", "role", "priority")
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
    body = Body(*_NAMES)
    new = NewTask(
        title=body.text("title"),
        note=body.text("note"),
        due=body.maybe_moment("due"),
        outcomes=_outcomes(body.value("outcomes"), body.faults),
        entity=body.maybe("entity"),
        record_id=body.maybe("record_id"),
        user=body.maybe("user"),
        role=body.maybe("role"),
        priority=body.text("priority", "normal"),
    )

    def use(work: Work) -> Answer:
        body.check()
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
    body = Body("title", "note", "due", "priority")
    values = {**body.sent, "due": body.maybe_moment("due")} if "due" in body.sent else body.sent
    return _changed(task_id, lambda work: change_task(work, ChangeTask(task_id, values)), body)


@blueprint.post("/tasks/<task_id>/complete")
def complete(task_id: str) -> Response:
    """End a task with an outcome."""
    Arguments()
    body = Body("outcome", "comment", "values", optional=True)
    command = CompleteTask(task_id, body.maybe("outcome"), body.text("comment"), body.mapping("values"))
    return _changed(task_id, lambda work: complete_task(work, command), body)


@blueprint.post("/tasks/<task_id>/take")
def take(task_id: str) -> Response:
    """Take a task from the queue of one of the caller's roles."""
    Arguments()
    return _changed(task_id, lambda work: take_task(work, task_id), Body(optional=True))


@blueprint.post("/tasks/<task_id>/give-back")
def give_back(task_id: str) -> Response:
    """Put a task back into its queue."""
    Arguments()
    return _changed(task_id, lambda work: give_back_task(work, task_id), Body(optional=True))


@blueprint.post("/tasks/<task_id>/assign")
def assign(task_id: str) -> Response:
    """Give a task to somebody else; with `delegate` as its holder."""
    Arguments()
    body = Body("user", "role", "delegate")
    command = AssignTask(task_id, body.maybe("user"), body.maybe("role"), body.flag("delegate"))
    return _changed(task_id, lambda work: assign_task(work, command), body, given=True)


@blueprint.post("/tasks/<task_id>/snooze")
def snooze(task_id: str) -> Response:
    """Put a task off until a moment; null brings it back."""
    Arguments()
    body = Body("until")
    until = body.maybe_moment("until")
    return _changed(task_id, lambda work: snooze_task(work, task_id, until), body)


@blueprint.post("/tasks/<task_id>/cancel")
def cancel(task_id: str) -> Response:
    """End a task without an outcome."""
    Arguments()
    body = Body("comment", optional=True)
    reason = body.text("comment")
    return _changed(task_id, lambda work: cancel_task(work, task_id, reason), body)


def _changed(task_id: str, command: Callable[[Work], Task], body: Body, *, given: bool = False) -> Response:
    def use(work: Work) -> Answer:
        body.check()
        command(work)
        return Answer(_given(work, task_id) if given else _task(task_view(work, task_id)))

    return write(use, request.get_data())


def _outcomes(value: Any, faults: list[Violation]) -> Mapping[str, Outcome]:
    if value is None:
        return DEFAULT_OUTCOMES
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        faults.append(wrong_type("an object of outcomes by name", value).violation("/outcomes"))
        return DEFAULT_OUTCOMES
    for name, each in value.items():
        at = f"/outcomes/{escape(name)}"
        faults += unknown_names(each, _OUTCOME, at)
        for key, said in each.items():
            place = f"{at}/{key}"
            if key not in _OUTCOME:
                continue
            if not isinstance(said, _OUTCOME[key]) or not _plain(said):
                faults.append(wrong_type("another value", said).violation(place))
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
