"""A task beside the inbox: what it is about, and the form that ends it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from kalip.base.errors import Violation
from kalip.fields.moments import moment_text
from kalip.model import DIRECTORY
from kalip.records import ListRecords, Titles, Work, get_record, list_page, titles_of
from kalip.web.cells import Cell, style_of
from kalip.web.faults import errors_of
from kalip.web.inputs import Input, Sheet, State, Submitted, input_of
from kalip.web.lists.page import rows_of
from kalip.web.locale import current_locale, gettext
from kalip.web.record.timeline import ago, doer, moment
from kalip.web.tasks.page import Asked, Due, about_href, due_of, ending_of, priority_label, role_label
from kalip.web.tones import tone_of_id
from kalip.workflow.tasks import PRIORITIES, TaskView, task_history, task_view

_SHOWN_FIELDS = 8


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    """A way to end the task. `note` says what it asks for."""

    name: str
    label: str
    tone: str
    note: str


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the task's history."""

    who: str
    text: str
    ago: str
    moment: str
    machine: str


@dataclass(frozen=True, slots=True)
class Later:
    """A moment that one may put a task off to."""

    label: str
    until: str
    when: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A task with all that is shown of it. `addresses` maps what one may do to where it is sent."""

    id: str
    title: str
    note: str
    href: str
    back: str
    about: str
    about_label: str
    about_href: str
    hidden: bool
    facts: tuple[tuple[str, str], ...]
    due: Due
    fields: tuple[tuple[str, Cell], ...]
    outcomes: tuple[OutcomeButton, ...]
    inputs: tuple[Input, ...]
    comment: str
    comment_fault: str
    fault: str
    addresses: Mapping[str, str]
    later: tuple[Later, ...]
    ended: str
    ended_comment: str
    history: tuple[Happened, ...]
    holder: str
    holder_tone: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What a person sent, and what was wrong with it."""

    sent: Submitted
    comment: str = ""
    violations: Sequence[Violation] = ()


def preview_of(work: Work, task_id: str, asked: Asked, tried: Tried | None = None) -> Preview:
    """A task that the person may see; NotFound for any other."""
    view = task_view(work, task_id)
    task, titles = view.task, view.titles
    entity = work.seen.entities.get(task.entity or "")
    outcomes = tuple(_outcomes(view)) if "complete" in view.may else ()
    faults = errors_of(tried.violations) if tried else {}
    inputs = _inputs(work, view, tried) if outcomes else ()
    shown = {f"values.{each.name}" for each in inputs} | {"comment"} | {each.name for each in inputs}
    holder = titles.of("user", task.user_id) if task.user_id else ""
    return Preview(
        id=task.id,
        title=task.title,
        note=task.note,
        href=url_for("tasks.show_task", task_id=task.id),
        back=asked.address(),
        about=view.record_title or (gettext("(no name)") if view.record_visible else ""),
        about_label=entity.label.get(current_locale()) if entity is not None else "",
        about_href=about_href(view),
        hidden=bool(task.entity) and not view.record_visible,
        facts=tuple(_facts(work, view)),
        due=due_of(work, task.due_at, ended=task.state != "open"),
        fields=_record_fields(work, view),
        outcomes=outcomes,
        inputs=inputs,
        comment=tried.comment if tried else "",
        comment_fault=faults.get("comment", ""),
        fault=" ".join(text for name, text in faults.items() if name not in shown),
        addresses=_addresses(view, asked),
        later=_later(work) if "snooze" in view.may else (),
        ended=ending_of(view),
        ended_comment=task.comment or "",
        history=_history(work, task.id),
        holder=holder,
        holder_tone=tone_of_id(task.user_id or ""),
    )


def _outcomes(view: TaskView) -> Iterable[OutcomeButton]:
    for name, outcome in view.outcomes.items():
        note = gettext("asks for a comment") if outcome.comment else ""
        yield OutcomeButton(name, outcome.label.get(current_locale()), outcome.tone, note)


def _facts(work: Work, view: TaskView) -> Iterable[tuple[str, str]]:
    task, titles = view.task, view.titles
    if task.user_id is None:
        yield gettext("Waits for"), role_label(work, task.role)
    elif task.role:
        yield gettext("From the queue of"), role_label(work, task.role)
    if task.delegated_by:
        yield gettext("Delegated by"), titles.of("user", task.delegated_by)
    if task.created_by:
        yield gettext("Given by"), titles.of("user", task.created_by)
    if task.source != "person":
        yield gettext("Made by"), _source(task.source, task.source_name or "")
    if task.priority != 1:
        yield gettext("Priority"), priority_label(PRIORITIES[task.priority])
    if task.snoozed_until is not None and task.snoozed_until > work.now:
        yield gettext("Snoozed until"), moment(work, task.snoozed_until)
    if task.done_by:
        yield gettext("Ended by"), titles.of("user", task.done_by)
    if task.on_behalf:
        yield gettext("In place of"), titles.of("user", task.on_behalf)


def _source(source: str, name: str) -> str:
    labels = {
        "rule": gettext("a rule"),
        "process": gettext("a process"),
        "conversion": gettext("a conversion"),
        "step": gettext("a step of the stage"),
    }
    label = labels.get(source, source)
    return f"{label}: {name}" if name else label


def _record_fields(work: Work, view: TaskView) -> tuple[tuple[str, Cell], ...]:
    task = view.task
    entity = work.seen.entities.get(task.entity or "")
    if entity is None or not view.record_visible or task.record_id is None:
        return ()
    card = next(iter(entity.cards.values()))
    names = tuple(name for name in card.fields if name != entity.title)[:_SHOWN_FIELDS]
    if not names:
        return ()
    found = list_page(work, ListRecords(entity.name, fields=names, ids=(task.record_id,), archived="include", limit=1))
    rows = rows_of(work, found, style_of(work, found.titles))
    if not rows:
        return ()
    labels = [column.label.get(current_locale()) for column in found.columns]
    cells = [each.cell for each in rows[0].cells]
    return tuple((label, cell) for label, cell in zip(labels, cells, strict=True) if not cell.empty)


def _inputs(work: Work, view: TaskView, tried: Tried | None) -> tuple[Input, ...]:
    """The fields that any of the outcomes asks for."""
    task = view.task
    entity = work.model.entities.get(task.entity or "")
    names = tuple(dict.fromkeys(name for each in view.outcomes.values() for name in each.fields))
    if entity is None or not view.record_visible or task.record_id is None or not names:
        return ()
    names = tuple(name for name in names if name in entity.fields)
    # A task gives what its outcome asks for: a field that is hidden is filled in without being seen.
    known = tuple(name for name in names if name in work.seen.entities[entity.name].fields)
    values = get_record(work, entity.name, task.record_id, known, form="values") if known else {}
    faults = [
        Violation(each.pointer.removeprefix("/values"), each.code, each.template, each.params)
        for each in (tried.violations if tried else ())
        if each.pointer.startswith("/values/")
    ]
    state = State(values, tried.sent if tried else {}, errors_of(faults), place="task")
    sheet = Sheet(work, entity, state, style_of(work, _titles(work, entity.fields, names, values)))
    return tuple(input_of(sheet, entity.fields[name]) for name in names)


def _titles(work: Work, fields: Mapping[str, Any], names: Sequence[str], values: Mapping[str, object]) -> Titles:
    wanted: dict[str, list[str]] = {}
    for name in names:
        value = values.get(name)
        if fields[name].type in ("reference", *DIRECTORY) and isinstance(value, str):
            wanted.setdefault(str(fields[name].names), []).append(value)
    return titles_of(work, wanted)


def _addresses(view: TaskView, asked: Asked) -> dict[str, str]:
    endpoints = {
        "complete": "tasks.complete",
        "take": "tasks.take",
        "give_back": "tasks.give_back",
        "snooze": "tasks.snooze",
        "cancel": "tasks.cancel",
        "delegate": "new_tasks.show_assign",
        "assign": "new_tasks.show_assign",
        "change": "new_tasks.show_change",
    }
    return {
        right: asked.address(endpoint, task_id=view.task.id)
        for right, endpoint in endpoints.items()
        if right in view.may
    }


def _later(work: Work) -> tuple[Later, ...]:
    local = work.now.astimezone(ZoneInfo(work.actor.timezone))
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    moments = (
        (gettext("In three hours"), local.replace(second=0, microsecond=0) + timedelta(hours=3)),
        (gettext("Tomorrow morning"), morning + timedelta(days=1)),
        (gettext("Next week"), morning + timedelta(days=7 - local.weekday())),
    )
    return tuple(Later(label, moment_text(at.astimezone(UTC)), moment(work, at)) for label, at in moments)


def _history(work: Work, task_id: str) -> tuple[Happened, ...]:
    verbs = {
        "task.created": gettext("gave this task"),
        "task.completed": gettext("ended it"),
        "task.cancelled": gettext("cancelled it"),
        "task.taken": gettext("took it"),
        "task.given_back": gettext("gave it back"),
        "task.assigned": gettext("gave it to somebody else"),
        "task.delegated": gettext("delegated it"),
        "task.changed": gettext("changed it"),
        "task.snoozed": gettext("snoozed it"),
    }
    return tuple(
        Happened(
            doer(each),
            verbs.get(each.kind, each.kind),
            ago(work, each.at),
            moment(work, each.at),
            each.at.isoformat(),
        )
        for each in task_history(work, task_id).items
    )
