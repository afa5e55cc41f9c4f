"""A record's history in people's words: who did what when, and each field's value before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from flask import url_for

from kalip.base.text import Text
from kalip.fields import FieldFault, Style
from kalip.model import FILE_KINDS, Entity
from kalip.records import LONGEST_COMMENT, Change, EventPage, EventView, Shown, Work, may_remove
from kalip.records.mentions import Mention, Piece, pieces_of
from kalip.storage import get_files
from kalip.web.cells import Cell, reader_of, style_of
from kalip.web.locale import current_locale, gettext
from kalip.web.record.activities import Activity, activities_between
from kalip.web.record.converting import MadeByIt, made_by, name_results
from kalip.web.record.letters import LetterEntry, letter_entry, letters_in
from kalip.web.tones import tone_of_id

_LONG_AGO = 7 * 24 * 3600
_ICONS: Mapping[str, str] = {
    "record.created": "plus",
    "record.updated": "pencil",
    "record.archived": "archive",
    "record.restored": "restore",
    "record.transitioned": "arrows-right-left",
    "record.converted": "switch-horizontal",
    "record.conversion_undone": "arrow-back-up",
    "record.merged": "archive",
    "record.absorbed": "copy",
    "record.merge_undone": "arrow-back-up",
    "record.told_apart": "x",
    "record.told_alike": "copy",
    "record.mail_sent": "send",
    "record.mail_received": "mail",
    "record.form_received": "inbox",
    "record.erased": "trash",
    "record.purged": "trash",
    "hook.received": "inbox",
    "record.task_given": "clipboard-list",
    "record.task_ended": "clipboard-check",
    "record.step_changed": "list-check",
    "record.shared": "user-plus",
    "record.share_ended": "user",
}
_WIDTHS = ((format_date, "medium"), (format_time, "short"))
_QUIET = frozenset({"stage_since", "stage_due", "archived_at", "pipeline"})


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A field's change."""

    label: str
    old: Cell
    new: Cell


@dataclass(frozen=True, slots=True)
class ShownComment:
    """What a comment says; once it was taken back, who did so in its place. `remove` is where to take it back."""

    text: str
    removed: str
    remove: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTask:
    """A task that was given or ended: how it ended, and what was said then."""

    title: str
    href: str
    ending: str
    comment: str


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An entry of the timeline."""

    id: str
    text: str
    who: str
    tone: str
    icon: str
    ago: str
    moment: str
    machine: str
    changes: tuple[ShownChange, ...]
    comment: ShownComment | None = None
    made: tuple[MadeByIt, ...] = ()
    task: ShownTask | None = None
    step: tuple[str, str] = ("", "")
    letter: LetterEntry | None = None


@dataclass(frozen=True, slots=True)
class KindChip:
    """A choice of kinds: `href` is the whole page with it, `part` the timeline alone."""

    label: str
    current: bool
    href: str
    part: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A stretch of history. `more` is the address of the next one, `comments` where a comment is sent to.

    `typed` is a comment that was refused, with its `fault`.
    """

    events: tuple[ShownEvent, ...]
    more: str
    shown: Shown
    chips: tuple[KindChip, ...]
    comments: str
    people: str
    typed: str = ""
    fault: str = ""
    longest: int = LONGEST_COMMENT


def shown_of(text: str) -> Shown:
    """The choice of kinds that an address names; all when it names none."""
    chosen: Shown
    for chosen in ("comments", "changes"):
        if text == chosen:
            return chosen
    return "all"


def timeline_of(  # noqa: PLR0913, PLR0917 one stretch's facts, passed on by two callers
    work: Work, entity: Entity, record_id: str, page: EventPage, shown: Shown, before: datetime | None = None
) -> Timeline:
    """Work a stretch of history out; what was planned about the record stands among its events.

    `before` is the moment of the last event of the stretch before this one.
    """
    place: dict[str, Any] = {"entity": entity.name, "record_id": record_id}
    chosen: dict[str, Any] = {} if shown == "all" else {"history": shown}
    _name_files(work, page)
    name_results(work, page)
    style, mails = style_of(work, page.titles), letters_in(work, page.items)
    events = [
        (each.at, replace(_event(work, entity, record_id, each, style), letter=letter_entry(each, mails, place)))
        for each in page.items
    ]
    if shown == "all":
        since = page.items[-1].at if page.next and page.items else None
        planned = activities_between(work, entity, record_id, since, before)
        events += [(each.made, _planned(work, each)) for each in planned]
        events.sort(key=lambda each: each[0], reverse=True)
    return Timeline(
        events=tuple(each for _, each in events),
        more=url_for("history.more", **place, cursor=page.next, **chosen) if page.next else "",
        shown=shown,
        chips=tuple(_chips(place, shown)),
        comments=url_for("history.write_comment", **place),
        people=url_for("history.find_people", **place),
    )


def _planned(work: Work, activity: Activity) -> ShownEvent:
    ending = " · ".join(filter(None, (activity.kind, activity.when, activity.stage)))
    return ShownEvent(
        id=activity.id,
        text=gettext("planned"),
        who=activity.who or gettext("Kalip"),
        tone=activity.tone,
        icon=activity.icon,
        ago=ago(work, activity.made),
        moment=moment(work, activity.made),
        machine=activity.made.isoformat(),
        changes=(),
        task=ShownTask(activity.title, activity.href, ending, ""),
    )


def entry_of(work: Work, entity: Entity, record_id: str, event: EventView) -> ShownEvent:
    """One entry of the timeline."""
    return _event(work, entity, record_id, event, style_of(work))


def doer(event: EventView) -> str:
    """Who did something, and for whom where that is somebody else."""
    name = event.actor_name or gettext("Kalip")
    if not event.on_behalf_name:
        return name
    return gettext("{name} for {other}", name=name, other=event.on_behalf_name)


def ago(work: Work, at: datetime) -> str:
    """How long ago a moment was, or its date when that is longer than a week."""
    seconds = (work.now - at).total_seconds()
    if seconds >= _LONG_AGO:
        return day_of(work, at)
    return format_timedelta(at - work.now, add_direction=True, locale=current_locale(), threshold=1.2)


def day_of(work: Work, at: datetime) -> str:
    """The day of a moment, in the person's time zone and language."""
    return format_date(at.astimezone(ZoneInfo(work.actor.timezone)), "medium", locale=current_locale())


def moment(work: Work, at: datetime) -> str:
    """A moment to the minute, in the person's time zone and language."""
    shown = at.astimezone(ZoneInfo(work.actor.timezone))
    day, time = (form(shown, width, locale=current_locale()) for form, width in _WIDTHS)
    return f"{day} {time}"


def _name_files(work: Work, page: EventPage) -> None:
    """Add the names of files that fields held; one statement where there are any."""
    values = [
        value
        for event in page.items
        for change in event.changes
        if change.field is not None and change.field.type in FILE_KINDS
        for value in (change.old, change.new)
    ]
    ids = {each for value in values for each in (value if isinstance(value, list) else (value,)) if each}
    unknown = sorted(each for each in map(str, ids) if not page.titles.knows("file", each))
    page.titles.add("file", {key: file.name for key, file in get_files(work.session, unknown).items()})


def _chips(place: Mapping[str, Any], shown: Shown) -> Iterable[KindChip]:
    labels: Mapping[Shown, str] = {
        "all": gettext("All"),
        "comments": gettext("Comments"),
        "changes": gettext("Changes"),
    }
    for kind, label in labels.items():
        chosen: dict[str, Any] = {} if kind == "all" else {"history": kind}
        yield KindChip(
            label,
            kind == shown,
            url_for("record.show_record", **place, **chosen, _anchor="history"),
            url_for("history.more", **place, **chosen),
        )


def _event(work: Work, entity: Entity, record_id: str, event: EventView, style: Style) -> ShownEvent:
    verbs = {
        "record.created": gettext("created this"),
        "record.updated": gettext("changed"),
        "record.archived": gettext("archived this"),
        "record.restored": gettext("restored this"),
        "record.transitioned": gettext("moved this"),
        "record.converted": gettext("converted this"),
        "record.conversion_undone": gettext("undid the conversion"),
        "record.commented": gettext("commented"),
        "record.merged": gettext("merged this into another record"),
        "record.absorbed": gettext("merged other records into this"),
        "record.merge_undone": gettext("undid a merge"),
        "record.told_apart": gettext("said that this is no duplicate"),
        "record.told_alike": gettext("lets this be looked at as a duplicate again"),
        "record.mail_sent": gettext("wrote a mail"),
        "record.mail_received": gettext("wrote a mail"),
        "record.form_received": gettext("took what was sent by a public form"),
        "hook.received": gettext("took a message of another system"),
        "record.task_given": gettext("gave a task"),
        "record.task_ended": gettext("ended a task"),
        "record.step_changed": _step_text(event),
        "record.erased": gettext("erased data about a person here"),
        "record.purged": gettext("deleted this for good"),
        "record.shared": gettext("shared this with somebody"),
        "record.share_ended": gettext("took back what was shared with somebody"),
    }
    # What a message says is for rules, and in the run log.
    created = event.kind in ("record.created", "hook.received")
    return ShownEvent(
        id=event.id,
        text=verbs.get(event.kind, event.kind),
        who=str(event.facts.get("from") or "") or doer(event),
        tone=tone_of_id(event.actor or ""),
        icon=_ICONS.get(event.kind, "activity"),
        ago=ago(work, event.at),
        moment=moment(work, event.at),
        machine=event.at.isoformat(),
        changes=() if created else tuple(_change(work, entity, each, style) for each in _told(event)),
        comment=_comment(work, entity, record_id, event),
        made=made_by(work, entity, event, style.titles),
        task=_task(event),
        step=_step(event),
    )


def _step(event: EventView) -> tuple[str, str]:
    """A step of a stage by its label, or with whom the record is shared, and what was noted with it."""
    facts: Mapping[str, Any] = event.facts
    if "share" in facts:
        return str(facts.get("name") or ""), str(facts.get("reason") or "")
    return (str(facts["step"]), str(facts.get("note") or "")) if "step" in facts else ("", "")


def _step_text(event: EventView) -> str:
    said = {
        "done": gettext("ticked off a step"),
        "skipped": gettext("skipped a step"),
        "open": gettext("opened a step again"),
        "added": gettext("added a step"),
        "removed": gettext("took a step back"),
    }
    return said.get(str(event.facts.get("state")), gettext("changed"))


def _task(event: EventView) -> ShownTask | None:
    facts: Mapping[str, Any] = event.facts
    if "task" not in facts:
        return None
    label = Text.of(facts.get("label")).get(current_locale())
    ending = gettext("Cancelled") if facts.get("state") == "cancelled" else label
    href = url_for("tasks.show_task", task_id=facts["task"])
    return ShownTask(str(facts.get("title", "")), href, ending, str(facts.get("comment") or ""))


def _comment(work: Work, entity: Entity, record_id: str, event: EventView) -> ShownComment | None:
    said = event.comment
    if said is None:
        return None
    if said.text is None:
        own = said.removed_by == event.actor
        return ShownComment(
            "", gettext("Deleted by its author.") if own else gettext("Deleted by an administrator."), ""
        )
    remove = ""
    if may_remove(work, event.actor):
        remove = url_for("history.take_back", entity=entity.name, record_id=record_id, comment_id=event.id)
    mentions = [Mention(user, written) for user, written in said.mentions]
    return ShownComment(said.text, "", remove, pieces_of(said.text, mentions))


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
