"""A record's history in people's words: who did what when, and each field's value before and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from flask import url_for

from kalip.fields import FieldFault, Style
from kalip.model import Entity
from kalip.records import Change, EventPage, EventView, Work
from kalip.web.cells import Cell, reader_of
from kalip.web.locale import current_locale, gettext
from kalip.web.tones import tone_of_id

_LONG_AGO = 7 * 24 * 3600
_ICONS: Mapping[str, str] = {
    "record.created": "plus",
    "record.updated": "pencil",
    "record.archived": "archive",
    "record.restored": "restore",
    "record.transitioned": "arrows-right-left",
}
_WIDTHS = ((format_date, "medium"), (format_time, "short"))
_QUIET = frozenset({"stage_since", "archived_at", "pipeline"})


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A field's change."""

    label: str
    old: Cell
    new: Cell


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An entry of the timeline."""

    text: str
    who: str
    tone: str
    icon: str
    ago: str
    moment: str
    machine: str
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of history; `more` is the address of the next one."""

    events: tuple[ShownEvent, ...]
    more: str


def timeline_of(work: Work, entity: Entity, record_id: str, page: EventPage, style: Style) -> Timeline:
    """Work a stretch of history out."""
    more = ""
    if page.next:
        more = url_for("record.show_events", entity=entity.name, record_id=record_id, cursor=page.next)
    return Timeline(tuple(_event(work, entity, each, style) for each in page.items), more)


def ago(work: Work, at: datetime) -> str:
    """How long ago a moment was, or its date when that is longer than a week."""
    seconds = (work.now - at).total_seconds()
    if seconds >= _LONG_AGO:
        return format_date(at.astimezone(ZoneInfo(work.actor.timezone)), "medium", locale=current_locale())
    return format_timedelta(at - work.now, add_direction=True, locale=current_locale(), threshold=1.2)


def moment(work: Work, at: datetime) -> str:
    """A moment to the minute, in the person's time zone and language."""
    shown = at.astimezone(ZoneInfo(work.actor.timezone))
    day, time = (form(shown, width, locale=current_locale()) for form, width in _WIDTHS)
    return f"{day} {time}"


def _event(work: Work, entity: Entity, event: EventView, style: Style) -> ShownEvent:
    verbs = {
        "record.created": gettext("created this"),
        "record.updated": gettext("changed"),
        "record.archived": gettext("archived this"),
        "record.restored": gettext("restored this"),
        "record.transitioned": gettext("moved this"),
    }
    created = event.kind == "record.created"
    return ShownEvent(
        text=verbs.get(event.kind, event.kind),
        who=event.actor_name or gettext("Kalip"),
        tone=tone_of_id(event.actor or ""),
        icon=_ICONS.get(event.kind, "activity"),
        ago=ago(work, event.at),
        moment=moment(work, event.at),
        machine=event.at.isoformat(),
        changes=() if created else tuple(_change(work, entity, each, style) for each in _told(event)),
    )


def _told(event: EventView) -> tuple[Change, ...]:
    return tuple(each for each in event.changes if each.name not in _QUIET)


def _change(work: Work, entity: Entity, change: Change, style: Style) -> ShownChange:
    return ShownChange(
        change.label.get(current_locale()) or change.name,
        _cell(work, entity, change, change.old, style),
        _cell(work, entity, change, change.new, style),
    )


def _cell(work: Work, entity: Entity, change: Change, raw: object, style: Style) -> Cell:
    if raw is None:
        return Cell("text", "")
    if change.field is None or change.field.type == "children":
        return Cell("text", str(len(raw)) if isinstance(raw, list) else str(raw))
    try:
        value = work.served.types[change.field.type].parse(change.field, raw)
    except FieldFault:
        return Cell("text", str(raw))
    return reader_of(work.served, entity, change.field, style)(value)
