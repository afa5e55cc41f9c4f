"""A calendar: an entity's records at their time, for a stretch of days in the reader's own time zone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalip.base.errors import BadRequest, NotFound
from kalip.base.names import did_you_mean
from kalip.fields.literals import literal_of
from kalip.model import CalendarView, Entity
from kalip.records.commands import ListPage, ListRecords, Row
from kalip.records.naming import visible_entity
from kalip.records.pages.listing import list_page
from kalip.records.services import Work

MOST_ENTRIES = 1_000
MOST_DAYS = 120
LONGEST = timedelta(days=31)
"""Records whose length is a duration are found on their later days up to that."""


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """The days from `first` to before `last`, of a calendar or the entity's first one."""

    entity: str
    first: date
    last: date
    calendar: str | None = None
    filter: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A record on the calendar. `start` and `end` are the reader's local moments, None for one of whole days.

    `first` and `last` are the days on which it is shown, both included.
    """

    row: Row
    first: date
    last: date
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class CalendarPage:
    """A stretch of a calendar in the order of time. `found` is the list it was made from; `more` stand unread."""

    entity: Entity
    view: CalendarView
    entries: tuple[CalendarEntry, ...]
    found: ListPage
    more: bool


def find_calendar(entity: Entity, name: str | None) -> CalendarView:
    """A calendar of an entity, or its first one; NotFound when it has none."""
    view = entity.calendars.get(name or next(iter(entity.calendars), ""))
    if view is None:
        hint = did_you_mean(str(name), entity.calendars)
        raise NotFound("There is no calendar '{calendar}'.", hint=hint, params={"calendar": str(name or "")[:60]})
    return view


def calendar_page(work: Work, query: CalendarQuery) -> CalendarPage:
    """Read a stretch of a calendar; at most `MOST_ENTRIES` records."""
    entity = visible_entity(work, query.entity)
    view = find_calendar(entity, query.calendar)
    if not timedelta() < query.last - query.first <= timedelta(days=MOST_DAYS):
        raise BadRequest("A calendar shows 1 to {most} days.", params={"most": MOST_DAYS})
    conditions = [_within(work, entity, view, query)]
    conditions += [view.filter.source] if view.filter is not None else []
    conditions += [query.filter] if query.filter else []
    fields = dict.fromkeys((view.title, *view.times, *([view.colour] if view.colour else [])))
    command = ListRecords(
        entity.name,
        fields=tuple(fields),
        filter=" && ".join(f"({each})" for each in conditions),
        sort=(view.start, *([view.day] if view.day else [])),
        limit=MOST_ENTRIES,
    )
    found = list_page(work, command)
    zone = ZoneInfo(work.actor.timezone)
    entries = sorted(_entries(view, found.rows, zone, query), key=_order)
    return CalendarPage(entity, view, tuple(entries), found, found.next is not None)


def _within(work: Work, entity: Entity, view: CalendarView, query: CalendarQuery) -> str:
    """The condition of records that touch the days; those by a duration are looked at once they are read."""
    zone = ZoneInfo(work.actor.timezone)

    def at(name: str, day: date) -> str:
        moment = datetime.combine(day, time(), zone).astimezone(UTC)
        return literal_of(moment if entity.attributes[name].type == "datetime" else day)

    def between(name: str) -> str:
        return f"({name} >= {at(name, query.first)} && {name} < {at(name, query.last)})"

    start, end = view.start, view.end
    found = between(start)
    if end is not None and entity.attributes[end].type == "duration":
        found = f"({start} >= {at(start, query.first - LONGEST)} && {start} < {at(start, query.last)})"
    elif end is not None:
        found += f" || ({start} < {at(start, query.last)} && {end} >= {at(end, query.first)})"
    if view.day is not None:
        found += f" || ({start} == null && {between(view.day)})"
    return found


def _entries(view: CalendarView, rows: Iterable[Row], zone: ZoneInfo, query: CalendarQuery) -> Iterable[CalendarEntry]:
    for row in rows:
        entry = _entry(view, row, zone)
        if entry is not None and entry.first < query.last and entry.last >= query.first:
            yield entry


def _entry(view: CalendarView, row: Row, zone: ZoneInfo) -> CalendarEntry | None:
    start = row.values.get(view.start)
    end = row.values.get(view.end) if view.end else None
    if start is None:
        day = row.values.get(view.day) if view.day else None
        return CalendarEntry(row, day, day) if isinstance(day, date) else None
    if not isinstance(start, datetime):
        return _of_days(row, start, end, zone) if isinstance(start, date) else None
    begins = start.astimezone(zone)
    ends = None
    if isinstance(end, timedelta):
        ends = (start + end).astimezone(zone)
    elif isinstance(end, datetime):
        ends = end.astimezone(zone)
    elif isinstance(end, date):
        return CalendarEntry(row, begins.date(), max(end, begins.date()), begins)
    if ends is None or ends <= begins:
        return CalendarEntry(row, begins.date(), begins.date(), begins)
    # What ends at midnight is not shown on the day that begins then.
    return CalendarEntry(row, begins.date(), (ends - timedelta(microseconds=1)).date(), begins, ends)


def _of_days(row: Row, start: date, end: object, zone: ZoneInfo) -> CalendarEntry:
    last = start
    if isinstance(end, datetime):
        last = end.astimezone(zone).date()
    elif isinstance(end, date):
        last = end
    elif isinstance(end, timedelta):
        last = start + timedelta(days=max(end.days - 1, 0))
    return CalendarEntry(row, start, max(last, start))


def _order(entry: CalendarEntry) -> tuple[date, time, str]:
    return entry.first, entry.start.time() if entry.start is not None else time(), entry.row.title
