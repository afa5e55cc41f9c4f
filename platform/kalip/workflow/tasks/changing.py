"""Other words and dates for a task, and a rest from it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kalip.base.errors import RecordRejected, Violation
from kalip.records import Overtaken, Work
from kalip.storage.tasks import OPEN, Task
from kalip.storage.tasks import change_task as write_task
from kalip.workflow.tasks.checking import check_due, check_priority, clean_note, clean_title
from kalip.workflow.tasks.commands import ChangeTask, TaskTaken
from kalip.workflow.tasks.logging import CHANGED, SNOOZED, log
from kalip.workflow.tasks.rights import find_visible, require_right

_READERS: Mapping[str, tuple[str, Callable[[Any, list[Violation]], Any]]] = {
    "title": ("title", clean_title),
    "note": ("note", clean_note),
    "due": ("due_at", check_due),
    "priority": ("priority", check_priority),
}


def change_task(work: Work, command: ChangeTask) -> Task:
    """Give a task other words, another date or priority, as who gave it. A new date asks for a new reminder."""
    task = _open(work, command.id, "change")
    faults: list[Violation] = []
    values: dict[str, Any] = {}
    for name, value in command.values.items():
        if name not in _READERS:
            faults.append(
                Violation(f"/{name[:60]}", "unknown_field", "There is no field '{path}'.", {"path": name[:60]})
            )
            continue
        column, read = _READERS[name]
        values[column] = read(value, faults)
    if faults:
        raise RecordRejected(faults)
    changed = {column: value for column, value in values.items() if getattr(task, column) != value}
    if not changed:
        return task
    if "due_at" in changed:
        changed["reminded_at"] = None
    return _write(work, CHANGED, task, changed)


def snooze_task(work: Work, task_id: str, until: datetime | None) -> Task:
    """Keep a task out of its holder's sight until a moment to come; None brings it back. Its date stays as it is."""
    task = _open(work, task_id, "snooze")
    faults: list[Violation] = []
    until = check_due(until, faults, "/until")
    if until is not None and until <= work.now:
        faults.append(Violation("/until", "out_of_range", "Choose a moment to come."))
    if faults:
        raise RecordRejected(faults)
    if until == task.snoozed_until:
        return task
    return _write(work, SNOOZED, task, {"snoozed_until": until})


def _open(work: Work, task_id: str, right: str) -> Task:
    task = find_visible(work, task_id)
    if task.state != OPEN:
        raise TaskTaken("The task has ended already.")
    require_right(work, task, right)
    return task


def _write(work: Work, kind: str, task: Task, values: Mapping[str, Any]) -> Task:
    if not write_task(work.session, task, **values):
        raise Overtaken("Somebody else changed this task meanwhile.")
    changed = replace(task, **values, version=task.version + 1)
    told = [name for name in values if name != "reminded_at"]
    log(work, kind, changed, {name: getattr(task, name) for name in told}, {name: values[name] for name in told})
    return changed
