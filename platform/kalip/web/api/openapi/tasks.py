"""The operations and schemas of tasks, notifications and of following records."""

from typing import get_args

from kalip.fields.ids import ID_SCHEMA
from kalip.storage.tasks import TaskScope
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    MAYBE,
    MAYBE_MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    list_of,
    object_of,
    operation,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref
from kalip.workflow.notifications import KINDS
from kalip.workflow.tasks import LONGEST_NOTE, LONGEST_TITLE, PRIORITIES

_OPTIONAL = ("Nothing", "TaskEnd", "TaskCancel", "ReadIds")
_NAME: Json = {"type": ["string", "null"], "maxLength": 200}


def task_paths() -> dict[str, Json]:
    """Path to path item."""
    one = {"parameters": [path("id")]}
    return {
        "/api/tasks": {"get": _list(), "post": _op("give_task", "Give a task", "NewTask", "201")},
        "/api/tasks/{id}": {
            **one,
            "get": _read("task", "One task", "Task"),
            "patch": _op("change_task", "Other words, another date or priority", "TaskChange"),
        },
        "/api/tasks/{id}/events": {**one, "get": _read("task_events", "What became of a task", "TaskEvents")},
        "/api/tasks/{id}/complete": {**one, "post": _op("complete_task", "End a task", "TaskEnd")},
        "/api/tasks/{id}/take": {**one, "post": _op("take_task", "Take a task from a queue", "Nothing")},
        "/api/tasks/{id}/give-back": {**one, "post": _op("give_back_task", "Put it back", "Nothing")},
        "/api/tasks/{id}/assign": {**one, "post": _op("assign_task", "Give it to somebody else", "TaskHolder")},
        "/api/tasks/{id}/snooze": {**one, "post": _op("snooze_task", "Put it off", "TaskSnooze")},
        "/api/tasks/{id}/cancel": {**one, "post": _op("cancel_task", "End it without an outcome", "TaskCancel")},
        "/api/notifications": {"get": _notifications()},
        "/api/notifications/read": {"post": _op("read_notifications", "Note as read", "ReadIds", answered="ReadCount")},
    }


def follow_paths(entity: str) -> dict[str, Json]:
    """The path by which a record is followed."""
    done = responses({"204": {"description": "Done."}}, WRITING)

    def one(name: str, summary: str) -> Json:
        return operation(f"{name}_{entity}", entity, summary, done)

    item = {"parameters": [path("id")], "put": one("follow", "Be told of its changes and comments")}
    return {f"/api/records/{entity}/{{id}}/follow": {**item, "delete": one("unfollow", "Be told no more")}}


def task_schemas() -> dict[str, Json]:
    """The schemas of tasks and notifications."""
    label = {"anyOf": [{"type": "string", "maxLength": 100}, {"type": "object", "additionalProperties": TEXT}]}
    outcome = object_of(
        {
            "label": label,
            "comment": FLAG,
            "fields": list_of(TEXT),
            "tone": {"enum": ["plain", "good", "bad"]},
        },
        (),
    )
    outcomes: Json = {"type": "object", "additionalProperties": outcome}
    title = {"type": "string", "minLength": 1, "maxLength": LONGEST_TITLE}
    note = {"type": "string", "maxLength": LONGEST_NOTE}
    words = {"title": title, "note": note, "due": MAYBE_MOMENT, "priority": {"enum": list(PRIORITIES)}}
    holder: Json = {"user": _NAME, "role": _NAME}
    comment: Json = {"type": "string", "maxLength": LONGEST_NOTE}
    new = {**words, **holder, "entity": _NAME, "record_id": _NAME, "outcomes": outcomes}
    return {
        "Task": _task(outcomes),
        "TaskPage": object_of({"items": list_of(ref("Task")), "next": MAYBE}),
        "NewTask": object_of(new, ("title",)),
        "TaskChange": object_of(words, ()),
        "TaskEnd": object_of({"outcome": _NAME, "comment": comment, "values": {"type": "object"}}, ()),
        "TaskHolder": object_of({**holder, "delegate": FLAG}, ()),
        "TaskSnooze": object_of({"until": MAYBE_MOMENT}, ()),
        "TaskCancel": object_of({"comment": comment}, ()),
        "TaskEvents": object_of({"items": list_of(_event())}),
        "Nothing": object_of({}),
        "Notification": _notification(),
        "NotificationPage": object_of(
            {
                "items": list_of(ref("Notification")),
                "next": MAYBE,
                "unread": {"type": "integer", "minimum": 0, "description": "At most 100 are counted."},
            }
        ),
        "ReadIds": object_of({"ids": {"type": ["array", "null"], "items": TEXT}}, ()),
        "ReadCount": object_of({"read": COUNT}),
    }


def _task(outcomes: Json) -> Json:
    maybe = ("entity", "record_id", "user", "role", "delegated_by", "outcome", "comment", "source_name", "created_by")
    always: Json = {
        "id": ID_SCHEMA,
        "version": {"type": "integer", "minimum": 1},
        **dict.fromkeys(("kind", "title", "note", "record_title", "source"), TEXT),
        **dict.fromkeys((*maybe, "done_by", "on_behalf"), MAYBE),
        **dict.fromkeys(("due", "snoozed_until", "created_at", "done_at"), MAYBE_MOMENT),
        "priority": {"enum": list(PRIORITIES)},
        "overdue": FLAG,
        "state": {"enum": ["open", "done", "cancelled"]},
        "outcomes": outcomes,
        "may": {"type": "array", "items": TEXT, "description": "What the caller may do with it."},
    }
    warnings = {
        "type": "array",
        "items": ref("Away"),
        "description": "Where it was given just now.",
    }
    return object_of({**always, "warnings": warnings}, tuple(always))


def _event() -> Json:
    texts = dict.fromkeys(("id", "kind", "at", "actor_name"), TEXT)
    return object_of({**texts, "actor": MAYBE, "on_behalf": MAYBE, "facts": {"type": "object"}})


def _notification() -> Json:
    texts = dict.fromkeys(("text", "at", "actor_name", "record_title"), TEXT)
    maybe = dict.fromkeys(("actor", "on_behalf", "entity", "record_id", "task", "read_at"), MAYBE)
    return object_of({"id": ID_SCHEMA, "kind": {"enum": list(KINDS)}, **texts, **maybe})


def _list() -> Json:
    parameters = [
        query("scope", "Which part of the inbox.", {"enum": list(get_args(TaskScope)), "default": "mine"}),
        query("entity", "Only tasks about records of this entity.", TEXT),
        query("q", "Only tasks whose title holds this.", TEXT),
        query("overdue", "Only those whose time has passed.", {"type": "boolean", "default": False}),
        query("holder", "Only tasks of this user; for `stand_in`, of one whom the caller stands in for.", TEXT),
        *_paging(),
    ]
    return {**_read("tasks", "The caller's inbox, due ones first", "TaskPage"), "parameters": parameters}


def _notifications() -> Json:
    unread = query("unread", "Only what was not read.", {"type": "boolean", "default": False})
    found = _read("notifications", "What the caller was told, latest first", "NotificationPage")
    return {**found, "parameters": [unread, *_paging()]}


def _paging() -> list[Json]:
    limit = query("limit", "Most items.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
    return [limit, query("cursor", "`next` of the page before.", TEXT)]


def _read(name: str, summary: str, answered: str) -> Json:
    return operation(name, "tasks", summary, responses({"200": answer("The answer.", ref(answered))}, READING))


def _op(name: str, summary: str, sent: str, status: str = "200", answered: str = "Task") -> Json:
    done = responses({status: answer("The answer.", ref(answered))}, WRITING)
    return operation(name, "tasks", summary, done, requestBody=body(ref(sent), required=sent not in _OPTIONAL))
