"""What the inbox shows, worked out for its templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask import url_for

from kalip.records import Work, titles_of
from kalip.storage.tasks import TaskScope
from kalip.web.cells import record_url
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.shell import icon_of
from kalip.web.tones import tone_of_id
from kalip.workflow.tasks import PRIORITIES, TaskView, inbox, inbox_counts, others_of, query_of

LIMIT = 50
_COUNTED: tuple[TaskScope, ...] = ("mine", "groups", "to_me", "by_me", "stand_in", "snoozed")
_SCOPES: tuple[TaskScope, ...] = get_args(TaskScope)
_URGENT = {"high": "amber", "urgent": "red"}


@dataclass(frozen=True, slots=True)
class Due:
    """When a task is due, in words."""

    text: str
    machine: str = ""
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in a list. `href` is the page that shows it beside the list, `part` the preview alone."""

    id: str
    title: str
    href: str
    part: str
    about: str
    icon: str
    who: str
    tone: str
    due: Due
    priority: str
    priority_tone: str
    state: str
    ending: str
    selectable: bool


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """The tasks whose time is about the same."""

    label: str
    rows: tuple[TaskRow, ...]
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class ScopeTab:
    """A part of the inbox."""

    label: str
    href: str
    count: str
    current: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the inbox a person looks at, and how it is narrowed."""

    scope: TaskScope = "mine"
    entity: str = ""
    text: str = ""
    overdue: bool = False
    cursor: str = ""
    holder: str = ""

    def address(self, endpoint: str = "tasks.show_inbox", **more: Any) -> str:
        """Where this part is shown."""
        return url_for(
            endpoint,
            scope=None if self.scope == "mine" else self.scope,
            entity=self.entity or None,
            q=self.text or None,
            overdue=1 if self.overdue else None,
            holder=self.holder or None,
            **more,
        )


@dataclass(frozen=True, slots=True)
class Inbox:
    """The whole inbox; `preview` is the task that is shown beside it."""

    asked: Asked
    title: str
    tabs: tuple[ScopeTab, ...]
    groups: tuple[TaskGroup, ...]
    more: str
    entities: tuple[Option, ...]
    filtered: bool
    here: str
    reset: str
    new: str
    bulk: str
    preview: Any = None
    holders: tuple[Option, ...] = ()


def asked_of(arguments: Any) -> Asked:
    """What an address asks for; anything strange asks for nothing."""
    scope = arguments.get("scope", "mine")
    known: TaskScope = next((each for each in _SCOPES if each == scope), "mine")
    return Asked(
        known,
        arguments.get("entity", "")[:60],
        arguments.get("q", "").replace("\0", "")[:200],
        arguments.get("overdue") == "1",
        arguments.get("cursor", ""),
        arguments.get("holder", "")[:60] if known == "stand_in" else "",
    )


def inbox_of(work: Work, asked: Asked, chosen: str = "") -> Inbox:
    """A part of the person's inbox, without a preview."""
    holder = asked.holder if asked.scope == "stand_in" else ""
    query = replace(
        query_of(work, asked.scope),
        entity=asked.entity or None,
        text=asked.text,
        overdue=asked.overdue,
        holder=holder or None,
    )
    found = inbox(work, query, LIMIT, asked.cursor or None)
    kept = replace(asked, cursor="")
    return Inbox(
        asked=asked,
        title=gettext("Tasks"),
        tabs=tuple(_tabs(work, asked)),
        groups=tuple(_groups(work, found.items, kept)),
        more=kept.address("tasks.show_more", cursor=found.next) if found.next else "",
        entities=tuple(_entities(work, asked)),
        filtered=bool(asked.entity or asked.text or asked.overdue or asked.holder),
        here=kept.address(task=chosen or None),
        reset=Asked(asked.scope).address(),
        new=url_for("new_tasks.new"),
        bulk=kept.address("many_tasks.choose"),
        holders=tuple(_holders(work, asked)) if asked.scope == "stand_in" else (),
    )


def row_of(work: Work, view: TaskView, asked: Asked) -> TaskRow:
    """A task in a list."""
    task = view.task
    entity = work.model.entities.get(task.entity or "")
    giver = _giver(work, view)
    holder = view.titles.of("user", task.user_id) if task.user_id else _role(work, task.role)
    who = holder if asked.scope in ("by_me", "done", "stand_in") else giver
    priority = PRIORITIES[task.priority]
    return TaskRow(
        id=task.id,
        title=task.title,
        href=asked.address(task=task.id),
        part=asked.address("tasks.show_preview", task_id=task.id),
        about=view.record_title or (entity.label.get(current_locale()) if entity is not None else ""),
        icon=icon_of(entity) if entity is not None else "clipboard-check",
        who=who,
        tone=tone_of_id(task.created_by or ""),
        due=due_of(work, task.due_at, ended=task.state != "open"),
        priority=priority_label(priority) if priority in _URGENT else "",
        priority_tone=_URGENT.get(priority, ""),
        state=task.state,
        ending=ending_of(view),
        selectable="complete" in view.may,
    )


def ending_of(view: TaskView) -> str:
    """How a task ended; empty for an open one."""
    task = view.task
    if task.state == "cancelled":
        return gettext("Cancelled")
    outcome = view.outcomes.get(task.outcome or "")
    return outcome.label.get(current_locale()) if outcome is not None else ""


def due_of(work: Work, at: datetime | None, *, ended: bool = False) -> Due:
    """When something is due: the time of today, the day otherwise, in the person's own time zone."""
    if at is None:
        return Due("")
    local, today = _local(work, at), _local(work, work.now).date()
    time = format_time(local, "short", locale=current_locale())
    days = (local.date() - today).days
    names = {-1: gettext("Yesterday"), 0: gettext("Today"), 1: gettext("Tomorrow")}
    day = names.get(days) or format_date(local, "d MMM" if local.year == today.year else "d MMM y", current_locale())
    return Due(f"{day} {time}", at.isoformat(), overdue=not ended and at <= work.now)


def priority_label(name: str) -> str:
    """What a priority is called."""
    labels = {"low": gettext("Low"), "normal": gettext("Normal"), "high": gettext("High"), "urgent": gettext("Urgent")}
    return labels[name]


def role_label(work: Work, name: str | None) -> str:
    """What a role is called."""
    return _role(work, name)


def about_href(view: TaskView) -> str:
    """Where the record that a task is about is shown; empty where one may not see it."""
    task = view.task
    return record_url(task.entity, task.record_id) if view.record_visible and task.entity and task.record_id else ""


def _giver(work: Work, view: TaskView) -> str:
    """Who gave a task; nobody is told of himself."""
    by = view.task.created_by
    return gettext("Kalip") if by is None else "" if by == work.actor.principal else view.titles.of("user", by)


def _tabs(work: Work, asked: Asked) -> Iterable[ScopeTab]:
    labels: dict[TaskScope, str] = {
        "mine": gettext("Mine"),
        "groups": gettext("My groups"),
        "to_me": gettext("Delegated to me"),
        "by_me": gettext("Delegated by me"),
        "stand_in": gettext("Standing in"),
        "snoozed": gettext("Snoozed"),
        "done": gettext("Done"),
    }
    if asked.scope != "stand_in" and not others_of(work):
        del labels["stand_in"]
    counts = inbox_counts(work, [scope for scope in _COUNTED if scope in labels])
    for scope, label in labels.items():
        count = counts.get(scope, 0)
        yield ScopeTab(label, Asked(scope).address(), str(count) if count else "", scope == asked.scope)


def _groups(work: Work, items: Sequence[TaskView], asked: Asked) -> Iterable[TaskGroup]:
    if asked.scope == "done":
        if items:
            yield TaskGroup(gettext("Done"), tuple(row_of(work, each, asked) for each in items))
        return
    today = _local(work, work.now).date()
    grouped: dict[str, list[TaskRow]] = {}
    for each in items:
        grouped.setdefault(_when(work, each, today), []).append(row_of(work, each, asked))
    labels = {
        "overdue": gettext("Overdue"),
        "today": gettext("Today"),
        "week": gettext("Next seven days"),
        "later": gettext("Later"),
        "never": gettext("Without a date"),
    }
    for name, label in labels.items():
        if name in grouped:
            yield TaskGroup(label, tuple(grouped[name]), name == "overdue")


def _when(work: Work, view: TaskView, today: date) -> str:
    if view.overdue:
        return "overdue"
    if view.task.due_at is None:
        return "never"
    day = _local(work, view.task.due_at).date()
    return "today" if day <= today else "week" if day <= today + timedelta(days=7) else "later"


def _entities(work: Work, asked: Asked) -> Iterable[Option]:
    locale = current_locale()
    yield Option("", gettext("About anything"), not asked.entity)
    for entity in work.model.entities.values():
        if not entity.owned_by:
            yield Option(entity.name, entity.label.get(locale), entity.name == asked.entity)


def _holders(work: Work, asked: Asked) -> Iterable[Option]:
    """Those whom the person stands in for."""
    people = [user for user, _ in others_of(work)]
    titles = titles_of(work, {"user": people})
    yield Option("", gettext("For anybody"), not asked.holder)
    for user in sorted(people, key=lambda each: titles.of("user", each).casefold()):
        yield Option(user, gettext("For {name}", name=titles.of("user", user)), user == asked.holder)


def _role(work: Work, name: str | None) -> str:
    role = work.model.roles.get(name or "")
    return role.label.get(current_locale()) if role is not None else ""


def _local(work: Work, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(work.actor.timezone))
