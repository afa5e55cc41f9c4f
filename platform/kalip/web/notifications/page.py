"""What the notifications' page and the bell show, worked out for their templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for

from kalip.records import Work, titles_of
from kalip.storage.notifications import Notification
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext, translate
from kalip.web.record.timeline import ago, moment
from kalip.web.tones import tone_of_id
from kalip.workflow.notifications import KINDS, RHYTHMS, WAYS, Told, my_notifications, my_setting, told, ways_of

LIMIT = 40
_ICONS: Mapping[str, str] = {
    "assigned": "user-check",
    "shared": "user-plus",
    "mentioned": "at",
    "task": "clipboard-check",
    "due": "calendar-due",
    "rule": "bolt",
    "comment": "message",
    "changed": "pencil",
    "substitute": "user-check",
}


@dataclass(frozen=True, slots=True)
class ShownNotification:
    """Something one was told. `href` opens what it is about, and notes it as read."""

    id: str
    text: str
    href: str
    icon: str
    who: str
    tone: str
    ago: str
    moment: str
    machine: str
    unread: bool
    toggle: str


@dataclass(frozen=True, slots=True)
class KindTab:
    """A choice of kinds."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class NotificationList:
    """What one was told, latest first."""

    items: tuple[ShownNotification, ...]
    tabs: tuple[KindTab, ...]
    more: str
    unread: bool


@dataclass(frozen=True, slots=True)
class WayChoice:
    """How one is told of a kind."""

    kind: str
    label: str
    ways: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """How one wants to be told."""

    kinds: tuple[WayChoice, ...]
    rhythm: str
    rhythms: tuple[tuple[str, str], ...]
    hour: int


def list_of(work: Work, kind: str = "", cursor: str = "", *, unread: bool = False) -> NotificationList:
    """A stretch of what the person was told."""
    page = my_notifications(work, LIMIT, cursor or None, kind=kind or None, unread=unread)
    found = told(work, page.items, current_locale(), _translated)
    kept: dict[str, Any] = {"kind": kind or None, "unread": 1 if unread else None}
    return NotificationList(
        items=tuple(_shown(work, each) for each in found),
        tabs=tuple(_tabs(kind, unread=unread)),
        more=url_for("notifications.show_list", cursor=page.next, **kept) if page.next else "",
        unread=any(each.notification.read_at is None for each in found),
    )


def target_of(work: Work, notification: Notification) -> str:
    """Where what a notification is about is shown: the task, the record while one sees it, or the list."""
    if notification.task_id:
        return url_for("tasks.show_task", task_id=notification.task_id)
    entity, record_id = notification.entity, notification.record_id
    if entity and record_id and titles_of(work, {entity: [record_id]}).knows(entity, record_id):
        return record_url(entity, record_id)
    return url_for("notifications.show_list")


def choices_of(work: Work) -> Choices:
    """How the person is told of each kind."""
    setting = my_setting(work)
    rhythms = {"at_once": gettext("At once"), "hourly": gettext("Once an hour"), "daily": gettext("Once a day")}
    return Choices(
        kinds=tuple(
            WayChoice(name, _translated(kind.label), tuple((way, way in ways_of(setting, name)) for way in WAYS))
            for name, kind in KINDS.items()
        ),
        rhythm=setting.rhythm,
        rhythms=tuple((name, rhythms[name]) for name in RHYTHMS),
        hour=setting.hour,
    )


def _shown(work: Work, each: Told) -> ShownNotification:
    notification = each.notification
    return ShownNotification(
        id=notification.id,
        text=each.text,
        href=url_for("notifications.open_one", notification_id=notification.id),
        icon=_ICONS.get(notification.kind, "bell"),
        who=each.actor_name,
        tone=tone_of_id(notification.actor or ""),
        ago=ago(work, notification.at),
        moment=moment(work, notification.at),
        machine=notification.at.isoformat(),
        unread=notification.read_at is None,
        toggle=url_for("notifications.toggle", notification_id=notification.id),
    )


def _tabs(kind: str, *, unread: bool) -> Iterable[KindTab]:
    yield KindTab(gettext("All"), url_for("notifications.show_list"), not kind and not unread)
    yield KindTab(gettext("Unread"), url_for("notifications.show_list", unread=1), unread)
    labels = {
        "mentioned": gettext("Mentions"),
        "task": gettext("Tasks"),
        "comment": gettext("Comments"),
        "changed": gettext("Changes"),
    }
    for name, label in labels.items():
        yield KindTab(label, url_for("notifications.show_list", kind=name), kind == name)


def _translated(text: str) -> str:
    return translate(current_locale(), text)
