"""The page of the event log: a filter, events by pages with what they hold, and the whole as CSV."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, url_for

from kalip.base.errors import BadRequest
from kalip.base.ids import is_id
from kalip.records import Titles, Work, unit_of_work
from kalip.records.accounts import list_people
from kalip.records.audit import LogPage, kinds_of_events, log_page, log_pages
from kalip.records.journal import append_one, make_event
from kalip.records.transfer.guarding import csv_text
from kalip.storage import Event
from kalip.storage.event_search import EventFilter
from kalip.storage.seals import last_seal
from kalip.web.audit.kinds import kind_labels
from kalip.web.cells import record_url
from kalip.web.downloads import as_file
from kalip.web.inputs import Option, whole_number
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, reading, services, write
from kalip.web.shell import Crumb, plural_of, shell_of

blueprint = Blueprint("audit", __name__, url_prefix="/admin/audit")
_PAGE = View("audit/page.html")
_FIELDS = ("person", "kind", "entity", "record", "since", "until", "text")
_LONGEST = 200
_LARGEST = 10**18 - 1
_LONGEST_DETAILS = 4_000
_LOG = "event"
_COLUMNS = (
    "id",
    "at",
    "kind",
    "entity",
    "record",
    "actor",
    "actor_name",
    "on_behalf",
    "correlation",
    "before",
    "after",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the page shows it; `details` is what it holds, as JSON."""

    id: int
    when: str
    kind: str
    raw_kind: str
    who: str
    for_whom: str
    what: str
    href: str
    details: str


@dataclass(frozen=True, slots=True)
class LogContext:
    """The page. `said` is the filter as it was sent; `older` and `csv` are addresses; `seal` tells of the last one."""

    entries: tuple[Entry, ...]
    said: dict[str, str]
    people: tuple[Option, ...]
    kinds: tuple[Option, ...]
    entities: tuple[Option, ...]
    older: str
    full: bool
    csv: str
    fault: str
    seal: str


@blueprint.get("")
def show_log() -> Response:
    """What happened, newest first."""
    said = _said()
    fault, status = "", 200
    with reading() as work:
        administrating(work)
        try:
            wanted = _filter_of(work, said)
        except BadRequest as error:
            wanted, fault, status = EventFilter(), message_of(current_locale(), error), 400
        found = log_page(work, wanted, whole_number(request.args.get("below", ""), _LARGEST))
        title, labels = gettext("Event log"), kind_labels()
        page = LogContext(
            entries=tuple(_entry(work, event, found.titles, labels) for event in found.events),
            said=said,
            people=tuple(
                Option(each.id, each.name or each.email, each.id == said["person"]) for each in list_people(work)
            ),
            kinds=_kinds(work, said["kind"], labels),
            entities=_entities(work, said["entity"]),
            older=url_for("audit.show_log", **_sent(said), below=found.next) if found.next is not None else "",
            full=found.full,
            csv=url_for("audit.export_log", **_sent(said)),
            fault=fault,
            seal=_seal(work),
        )
        return render(_PAGE, shell_of(work, title, [Crumb(gettext("Administration")), Crumb(title)]), page, status)


@blueprint.get("/events.csv")
def export_log() -> Response:
    """All events that the filter finds, as CSV; that they were taken is an event, too."""
    said = _said()
    with reading() as work:
        wanted = _filter_of(administrating(work), said)
    write(lambda work: append_one(work, make_event(work, "export.begun", _LOG, "", (None, {"filter": _sent(said)}))))
    return as_file(_lines(wanted), "text/csv; charset=utf-8", "events.csv")


def _lines(wanted: EventFilter) -> Iterator[bytes]:
    chosen, who = services(), actor()

    def lines() -> Iterator[bytes]:
        yield csv_text([_COLUMNS]).encode("utf-8-sig")
        with unit_of_work(chosen, who) as work:
            for page in log_pages(work, wanted):
                yield csv_text(_cells(event, page) for event in page.events).encode()

    return lines()


def _cells(event: Event, page: LogPage) -> tuple[object, ...]:
    return (
        event.id,
        event.at.isoformat(),
        event.kind,
        event.entity,
        event.record_id,
        event.actor,
        page.titles.of("user", event.actor) if event.actor else "",
        event.on_behalf,
        event.correlation,
        None if event.before is None else json.dumps(event.before, ensure_ascii=False),
        None if event.after is None else json.dumps(event.after, ensure_ascii=False),
    )


def _said() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:_LONGEST] for name in _FIELDS}


def _sent(said: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}


def _filter_of(work: Work, said: dict[str, str]) -> EventFilter:
    zone = ZoneInfo(work.actor.timezone)
    until = _day(said["until"])
    since = _day(said["since"])
    return EventFilter(
        person=said["person"],
        kind=said["kind"],
        entity=said["entity"],
        record_id=said["record"].rpartition("/")[2],
        since=None if since is None else datetime.combine(since, time(), zone),
        until=None if until is None else datetime.combine(until + timedelta(days=1), time(), zone),
        text=said["text"],
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadRequest("“{text}” is no day.", params={"text": text[:40]}) from None
    # The edges of what a moment can be.
    return min(max(found, date(1970, 1, 2)), date(9998, 12, 30))


def _entry(work: Work, event: Event, titles: Titles, labels: Mapping[str, str]) -> Entry:
    entity = work.model.entities.get(event.entity)
    label = entity.label.get(current_locale()) if entity else event.entity
    title = titles.of(event.entity, event.record_id) if entity and event.record_id else event.record_id
    record = entity is not None and is_id(event.record_id)
    return Entry(
        id=event.id,
        when=moment(work, event.at),
        kind=labels.get(event.kind, event.kind),
        raw_kind=event.kind,
        who=_name(titles, event.actor) if event.actor else gettext("Kalip"),
        for_whom=_name(titles, event.on_behalf) if event.on_behalf else "",
        what=" · ".join(each for each in (label, title or event.record_id) if each),
        href=record_url(event.entity, event.record_id) if record else "",
        details=_details(event),
    )


def _seal(work: Work) -> str:
    found = last_seal(work.session)
    if found is None:
        return ""
    return gettext(
        "Seal {number} of {moment}: {hash}", number=found.number, moment=moment(work, found.at), hash=found.hash
    )


def _name(titles: Titles, user: str) -> str:
    return titles.of("user", user) or user


def _details(event: Event) -> str:
    held = {name: dict(value) for name, value in (("before", event.before), ("after", event.after)) if value}
    text = json.dumps(held, indent=2, ensure_ascii=False) if held else ""
    return text if len(text) <= _LONGEST_DETAILS else f"{text[:_LONGEST_DETAILS]}…"


def _kinds(work: Work, chosen: str, labels: Mapping[str, str]) -> tuple[Option, ...]:
    names = sorted({*labels, *kinds_of_events(work), *([chosen] if chosen else [])})
    return tuple(Option(name, labels.get(name, name), name == chosen) for name in names)


def _entities(work: Work, chosen: str) -> tuple[Option, ...]:
    return tuple(Option(each.name, plural_of(each), each.name == chosen) for each in work.model.entities.values())
