"""What a calendar shows, worked out for its templates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from flask import url_for

from kalip.model import Verb
from kalip.records import Work
from kalip.records.pages import CalendarEntry, CalendarPage, CalendarQuery, calendar_page
from kalip.web.cells import Reader, column_reader, style_of
from kalip.web.locale import current_locale, gettext

Span = Literal["month", "week", "day", "agenda"]
SPANS: Final[tuple[Span, ...]] = get_args(Span)
_OF_A_CELL: Final = 4
_AGENDA_DAYS: Final = 30
_FIRST_HOUR, _LAST_HOUR = 8, 18
_NINE: Final = time(9)


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A record on a day. `continues`: it began on a day before. `look` shows it in small, `move` moves it."""

    id: str
    title: str
    time: str
    tone: str
    kind: str
    href: str
    look: str
    move: str
    version: int
    continues: bool


@dataclass(frozen=True, slots=True)
class Day:
    """A day. `new` is where a record is made for it, `hidden` how many entries have no room, shown at `href`."""

    date: str
    number: str
    name: str
    short: str
    outside: bool
    today: bool
    href: str
    new: str
    entries: tuple[ShownEntry, ...]
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour of a day."""

    date: str
    hour: str
    label: str
    new: str
    entries: tuple[ShownEntry, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of all days that are shown."""

    label: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class CalendarContext:
    """The whole calendar. `weeks` are those of a month, `hours` those of days, `days` the heads or an agenda."""

    title: str
    heading: str
    span: Span
    spans: tuple[tuple[str, str, bool], ...]
    calendars: tuple[tuple[str, str, bool], ...]
    before: str
    after: str
    today: str
    list: str
    new: str
    day_names: tuple[tuple[str, str], ...]
    weeks: tuple[tuple[Day, ...], ...]
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    movable: bool
    more: bool
    here: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which stretch of which calendar a person looks at."""

    entity: str
    calendar: str | None
    span: Span
    day: date
    filter: str = ""

    def address(self, span: Span | None = None, day: date | None = None, calendar: str | None = None) -> str:
        """Where a stretch is shown."""
        return url_for(
            "calendars.show_calendar",
            entity=self.entity,
            calendar=calendar or self.calendar,
            span=span or self.span,
            day=(day or self.day).isoformat(),
            filter=self.filter or None,
        )

    @property
    def stretch(self) -> tuple[date, date]:
        """The days that are read: whole weeks of a month, a week, a day, or what is to come."""
        if self.span == "day":
            return self.day, self.day + timedelta(days=1)
        if self.span == "agenda":
            return self.day, self.day + timedelta(days=_AGENDA_DAYS)
        if self.span == "week":
            first = _week(self.day)
            return first, first + timedelta(days=7)
        first = _week(self.day.replace(day=1))
        last = _week(_next_month(self.day) - timedelta(days=1)) + timedelta(days=7)
        return first, last

    def step(self, way: int) -> date:
        """The day one stretch on, or back."""
        if self.span == "month":
            return _next_month(self.day) if way > 0 else (self.day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.day + timedelta(days={"week": 7, "day": 1}.get(self.span, _AGENDA_DAYS) * way)


def today_of(work: Work) -> date:
    """The day of the person's own time zone."""
    return work.now.astimezone(ZoneInfo(work.actor.timezone)).date()


def context_of(work: Work, asked: Asked) -> CalendarContext:
    """Read a stretch of a calendar and work it out."""
    first, last = asked.stretch
    found = calendar_page(work, CalendarQuery(asked.entity, first, last, asked.calendar, asked.filter))
    entity, view, locale = found.entity, found.view, current_locale()
    shown = _Shown(work, found, asked)
    days = tuple(shown.day(first + timedelta(days=offset)) for offset in range((last - first).days))
    spans = {"month": gettext("Month"), "week": gettext("Week"), "day": gettext("Day"), "agenda": gettext("Agenda")}
    return CalendarContext(
        title=view.label.get(locale) or gettext("Calendar"),
        heading=_heading(asked),
        span=asked.span,
        spans=tuple((spans[each], asked.address(each), each == asked.span) for each in SPANS),
        calendars=tuple(
            (each.label.get(locale) or each.name, asked.address(calendar=each.name), each.name == view.name)
            for each in entity.calendars.values()
        ),
        before=asked.address(day=asked.step(-1)),
        after=asked.address(day=asked.step(1)),
        today=asked.address(day=today_of(work)),
        list=url_for("lists.show_list", entity=entity.name),
        new=shown.new(asked.day, _NINE),
        day_names=tuple(
            (format_date(each, "EEE", locale), format_date(each, "EEEE", locale)) for each in _days(first, 7)
        ),
        weeks=tuple(days[at : at + 7] for at in range(0, len(days), 7)) if asked.span == "month" else (),
        days=tuple(each for each in days if each.entries) if asked.span == "agenda" else days,
        hours=tuple(shown.hours(first, last)) if asked.span in ("week", "day") else (),
        movable=Verb.UPDATE in found.found.rights,
        more=found.more,
        here=asked.address(),
    )


def heading_of_day(day: date) -> str:
    """A day in words."""
    return format_date(day, "EEEE, d MMMM y" if current_locale() == "en" else "full", current_locale())


class _Shown:
    """The entries of a stretch, each made once."""

    def __init__(self, work: Work, found: CalendarPage, asked: Asked) -> None:
        self._found, self._asked, self._today = found, asked, today_of(work)
        self._may_make = Verb.CREATE in found.found.rights
        style = style_of(work, found.found.titles)
        self._readers: dict[str, Reader] = {
            column.path: column_reader(
                work.served, work.model.entities[column.entity], column.field, column.path, style
            )
            for column in found.found.columns
        }

    def day(self, day: date) -> Day:
        """A day with its entries; on a month's page those that have room."""
        timed = self._asked.span in ("week", "day")
        entries = [each for each in self._found.entries if each.first <= day <= each.last]
        if timed:
            entries = [each for each in entries if each.start is None or each.first != day]
        room = _OF_A_CELL if self._asked.span == "month" else len(entries)
        room = len(entries) if len(entries) == room + 1 else room
        return Day(
            date=day.isoformat(),
            number=str(day.day),
            name=heading_of_day(day),
            short=format_date(day, "EEE d", current_locale()),
            outside=self._asked.span == "month" and day.month != self._asked.day.month,
            today=day == self._today,
            href=self._asked.address("day", day),
            new=self.new(day, _NINE),
            entries=tuple(self.entry(each, day) for each in entries[:room]),
            hidden=max(len(entries) - room, 0),
        )

    def hours(self, first: date, last: date) -> Iterable[Hour]:
        """The hours of work, and those before and after in which something is."""
        by_slot: dict[tuple[date, int], list[CalendarEntry]] = {}
        for each in self._found.entries:
            if each.start is not None and first <= each.first < last:
                by_slot.setdefault((each.first, each.start.hour), []).append(each)
        used = [hour for _, hour in by_slot]
        for hour in range(min([_FIRST_HOUR, *used]), max([_LAST_HOUR, *used]) + 1):
            at = time(hour)
            label = format_time(at, "short", locale=current_locale())
            slots = (
                Slot(
                    day.isoformat(),
                    f"{hour:02}:00",
                    f"{heading_of_day(day)}, {label}",
                    self.new(day, at),
                    tuple(self.entry(each, day) for each in by_slot.get((day, hour), ())),
                )
                for day in _days(first, (last - first).days)
            )
            yield Hour(label, tuple(slots))

    def entry(self, entry: CalendarEntry, day: date) -> ShownEntry:
        """A record on a day."""
        view, row = self._found.view, entry.row
        title = self._readers[view.title](row.values.get(view.title)).text or row.title or gettext("(no name)")
        colour = self._readers[view.colour](row.values.get(view.colour)) if view.colour else None
        continues = entry.first != day
        place: dict[str, Any] = {"entity": row.entity, "record_id": row.id}
        return ShownEntry(
            id=row.id,
            title=title,
            time="" if continues else _clock(entry, short=self._asked.span == "month"),
            tone=colour.tone if colour is not None else "tone tone-blue",
            kind=colour.text if colour is not None else "",
            href=url_for("record.show_record", **place),
            look=url_for("calendars.look", **place, calendar=view.name, back=self._asked.address()),
            move=url_for("calendars.move", **place, calendar=view.name),
            version=row.version,
            continues=continues,
        )

    def new(self, day: date, at: time) -> str:
        """Where a record is made for a day and hour; empty for who may make none."""
        view = self._found.view
        if not self._may_make:
            return ""
        fields = self._found.entity.attributes
        given: dict[str, Any] = {view.start: day.isoformat()}
        if fields[view.start].type == "datetime":
            given[view.start] = datetime.combine(day, at).isoformat(timespec="minutes")
        if view.day:
            given[view.day] = day.isoformat()
        return url_for("record.new", entity=self._found.entity.name, **given)


def _clock(entry: CalendarEntry, *, short: bool) -> str:
    if entry.start is None:
        return ""
    begins = format_time(entry.start, "short", locale=current_locale())
    if short or entry.end is None or entry.end.date() != entry.start.date():
        return begins
    return f"{begins}–{format_time(entry.end, 'short', locale=current_locale())}"


def _heading(asked: Asked) -> str:
    locale = current_locale()
    if asked.span == "month":
        return format_date(asked.day, "LLLL y", locale)
    if asked.span == "day":
        return heading_of_day(asked.day)
    first, last = asked.stretch
    return f"{format_date(first, 'd MMM', locale)} – {format_date(last - timedelta(days=1), 'd MMM y', locale)}"


def _week(day: date) -> date:
    """The first day of a day's week, as usual in the reader's language."""
    begins = Locale.parse(current_locale()).first_week_day if current_locale() != "en" else 0
    return day - timedelta(days=(day.weekday() - begins) % 7)


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _days(first: date, count: int) -> Sequence[date]:
    return [first + timedelta(days=offset) for offset in range(count)]
