"""Moves a record on its calendar: all its times go along, by the same save as everywhere."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.moments import moment_text
from kalip.model import CalendarView
from kalip.records.commands import SavedRecord, SaveRecord
from kalip.records.naming import visible_entity
from kalip.records.pages.calendar import find_calendar
from kalip.records.reading import get_record
from kalip.records.saving import save_record
from kalip.records.services import Work


@dataclass(frozen=True, slots=True)
class Reschedule:
    """A record to another day of its calendar, and to another time of it when `clock` is given.

    Day and time are the actor's own; without a time the clock shows the same as before, whatever the season.
    """

    entity: str
    id: str
    day: date
    clock: time | None = None
    calendar: str | None = None
    version: int | None = None


def reschedule(work: Work, command: Reschedule) -> SavedRecord:
    """Move a record on its calendar; start, end and day go the same way. Raises what a save raises."""
    entity = visible_entity(work, command.entity)
    view = find_calendar(entity, command.calendar)
    stored = get_record(work, entity.name, command.id, view.times, form="values")
    values = _moved(view, stored, command, ZoneInfo(work.actor.timezone))
    return save_record(work, SaveRecord(entity.name, values, command.id, command.version))


def _moved(view: CalendarView, stored: dict[str, object], command: Reschedule, zone: ZoneInfo) -> dict[str, object]:
    start, day = stored.get(view.start), stored.get(view.day) if view.day else None
    anchor = start if start is not None else day
    if not isinstance(anchor, date):
        raise RecordRejected([Violation(f"/{view.start}", "required", "The record has no date that could be moved.")])
    values: dict[str, object] = {}
    if isinstance(start, datetime):
        local = start.astimezone(zone).replace(tzinfo=None)
        there = datetime.combine(command.day, command.clock or local.time())
        values[view.start] = _moment(there, zone)
        shift, days = there - local, (command.day - local.date()).days
    else:
        days = (command.day - anchor).days
        shift = timedelta(days=days)
        if start is not None:
            values[view.start] = command.day.isoformat()
    end = stored.get(view.end) if view.end else None
    if view.end and isinstance(end, datetime):
        values[view.end] = _moment(end.astimezone(zone).replace(tzinfo=None) + shift, zone)
    elif view.end and isinstance(end, date):
        values[view.end] = (end + timedelta(days=days)).isoformat()
    if view.day and isinstance(day, date):
        values[view.day] = (day + timedelta(days=days)).isoformat()
    return values


def _moment(local: datetime, zone: ZoneInfo) -> str:
    return moment_text(local.replace(tzinfo=zone).astimezone(UTC))
