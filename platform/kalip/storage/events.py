"""The event log as it is read: a record's history, and the outbox in order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, CompoundSelect, Row, literal, literal_column, select, union_all

from kalip.base.errors import BadRequest
from kalip.storage.eventlog import EVENTS, Event
from kalip.storage.own import KalipMerged, table_of
from kalip.storage.seals import amend_events, hold_seals
from kalip.storage.session import Session

_MERGED: Final = table_of(KalipMerged)
_LONGEST_CURSOR: Final = 18
_AT_ONCE: Final = 500
READ: Final = "record.read"
"""The kind of the events that tell who looked at a record: part of the log, not of the record's history."""
REDACTED_NAMES: Final = "$redacted"
SETTLED: Final[ColumnElement[bool]] = literal_column(
    "kalip_event.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
)
"""On PostgreSQL, an event that no unfinished transaction could still come before."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first; `next` is the cursor of the following page."""

    events: tuple[Event, ...]
    next: str | None


def append_events(session: Session, events: Sequence[Event]) -> None:
    """Append many events in the session's transaction."""
    session.events.extend(events)


def events_for(
    session: Session,
    entity: str,
    record_id: str,
    limit: int = 50,
    cursor: str | None = None,
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
) -> EventPage:
    """Give the history of a record, newest first; `only` and `without` are kinds. BadRequest for a foreign cursor.

    What happened to the records that were merged into it belongs to its history; who looked at it is given only when
    `only` asks for it.
    """
    query = (
        select(EVENTS)
        .where(EVENTS.c.entity == entity, EVENTS.c.record_id.in_(_itself_and_merged(record_id)))
        .order_by(EVENTS.c.id.desc())
        .limit(limit + 1)
    )
    if only:
        query = query.where(EVENTS.c.kind.in_(sorted(only)))
    else:
        query = query.where(EVENTS.c.kind.not_in(sorted({*without, READ})))
    if cursor is not None:
        if not _is_number(cursor):
            raise BadRequest("the cursor is not one that a page gave", code="R102")
        query = query.where(EVENTS.c.id < int(cursor))
    found = [event_of(row) for row in session.run(query)]
    page = tuple(found[:limit])
    return EventPage(page, str(page[-1].id) if len(found) > limit else None)


def find_event(session: Session, entity: str, record_id: str, event_id: str) -> Event | None:
    """Give one event of a record by its number, which may be any text."""
    if not _is_number(event_id):
        return None
    query = select(EVENTS).where(
        EVENTS.c.id == int(event_id), EVENTS.c.entity == entity, EVENTS.c.record_id.in_(_itself_and_merged(record_id))
    )
    row = session.run(query).first()
    return None if row is None else event_of(row)


def event_with_id(session: Session, number: int) -> Event | None:
    """Give the event with a number."""
    row = session.run(select(EVENTS).where(EVENTS.c.id == number)).first()
    return None if row is None else event_of(row)


def rewrite_event(session: Session, event: Event, after: Mapping[str, Any], why: str, now: datetime) -> bool:
    """Put other values in the place of an event's `after`; False when somebody did so since it was read.

    Only for what a person may have erased: everything else in the log stays as it was written. That it was done, and
    `why`, is sealed.
    """
    hold_seals(session)
    present = event_with_id(session, event.id)
    if present is None or present.after != event.after:
        return False
    amend_events(session, [replace(present, after=after)], {"why": why}, now)
    return True


def redact_events(
    session: Session, entity: str, record_id: str, fields: Collection[str] | None, why: str, now: datetime
) -> int:
    """Blank the values of fields, or all values, in the events of a record; how many events were changed.

    What was there is null from then on, and the names of what was blanked stand under `REDACTED_NAMES`. Events of
    records that were merged into it are its own. That it was done, and `why`, is sealed: verifying knows of it. In the
    session's transaction, at once for all events.
    """
    hold_seals(session)
    query = (
        select(EVENTS)
        .where(EVENTS.c.entity == entity, EVENTS.c.record_id.in_(_itself_and_merged(record_id)))
        .order_by(EVENTS.c.id)
    )
    changed = []
    for row in list(session.run(query)):
        event = event_of(row)
        blanked = replace(event, before=_blanked(event.before, fields), after=_blanked(event.after, fields))
        if (blanked.before, blanked.after) != (event.before, event.after):
            changed.append(blanked)
    for start in range(0, len(changed), _AT_ONCE):
        amend_events(session, changed[start : start + _AT_ONCE], {"why": why}, now)
    return len(changed)


def _blanked(values: Mapping[str, Any] | None, fields: Collection[str] | None) -> Mapping[str, Any] | None:
    if values is None:
        return None
    already = set(values.get(REDACTED_NAMES, ()))
    going = {name for name in values if name != REDACTED_NAMES and (fields is None or name in fields)} - already
    if not going:
        return values
    return {**values, **dict.fromkeys(going), REDACTED_NAMES: sorted(going | already)}


def _itself_and_merged(record_id: str) -> CompoundSelect[str]:
    merged = select(_MERGED.c.record_id).where(_MERGED.c.root_id == record_id)
    return union_all(select(literal(record_id)), merged)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_CURSOR


def event_of(row: Row[Any]) -> Event:
    """An event of its row."""
    before = None if row.before is None else orjson.loads(row.before)
    after = None if row.after is None else orjson.loads(row.after)
    return Event(
        kind=row.kind,
        entity=row.entity,
        record_id=row.record_id,
        actor=row.actor,
        at=row.at,
        on_behalf=row.on_behalf,
        correlation=row.correlation,
        revision=row.revision,
        id=row.id,
        before=before,
        after=after,
    )
