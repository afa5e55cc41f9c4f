"""Writes what becomes of a task into the event log: the task's own history, and the record's where it tells something.

An event of a task has the task's number where records have theirs, and `tasks` for an entity.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kalip.fields.moments import moment_text
from kalip.records import Work
from kalip.records.journal import TASK_ENDED, TASK_GIVEN, append, make_event
from kalip.storage.tasks import Task
from kalip.workflow.tasks.commands import TASK

CREATED: Final = "task.created"
COMPLETED, CANCELLED = "task.completed", "task.cancelled"
TAKEN, GIVEN_BACK = "task.taken", "task.given_back"
ASSIGNED, DELEGATED = "task.assigned", "task.delegated"
CHANGED, SNOOZED = "task.changed", "task.snoozed"

_TOLD: Final = {CREATED: TASK_GIVEN, COMPLETED: TASK_ENDED, CANCELLED: TASK_ENDED}


def log(work: Work, kind: str, task: Task, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
    """Keep an event of a task in the work's transaction; `task` is as it is now."""
    event = make_event(work, kind, TASK, task.id, (None if before is None else _plain(before), _plain(after)))
    append(work, [replace(event, on_behalf=_behalf(work, task))])
    told = _TOLD.get(kind)
    if told is not None and task.entity is not None and task.record_id is not None:
        facts: dict[str, object] = {"task": task.id, "title": task.title}
        if kind != CREATED:
            facts |= {"state": task.state, **_outcome(task)}
        event = make_event(work, told, task.entity, task.record_id, (None, facts))
        append(work, [replace(event, on_behalf=_behalf(work, task))])


def _behalf(work: Work, task: Task) -> str | None:
    """For whom the actor did it: the task's end says so, or who acts for another does."""
    return task.on_behalf or work.actor.on_behalf


def _outcome(task: Task) -> dict[str, Any]:
    if task.outcome is None:
        return {"comment": task.comment}
    return {"outcome": task.outcome, "label": task.outcomes[task.outcome]["label"], "comment": task.comment}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: moment_text(value) if hasattr(value, "tzinfo") else value for name, value in values.items()}
