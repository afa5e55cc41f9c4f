"""The event log as it is read: a record's history, and the outbox in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Row, literal_column, select

from kalip.base.errors import BadRequest
from kalip.storage.eventlog import EVENTS, Event
from kalip.storage.session import Session

_LONGEST_CURSOR: Final = 18
_SETTLED: Final[ColumnElement[bool]] = literal_column(
    "kalip_event.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
)


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events, newest first; `next` is the cursor of the following page."""

    events: tuple[Event, ...]
    next: str | None


def append_events(session: Session, events: Sequence[Event]) -> None:
    """Append many events in the session's transaction."""
    session.events.extend(events)


def events_for(session: Session, entity: str, record_id: str, limit: int = 50, cursor: str | None = None) -> EventPage:
    """Give the history of a record, newest first. BadRequest for a cursor that no page gave."""
    query = (
        select(EVENTS)
        .where(EVENTS.c.entity == entity, EVENTS.c.record_id == record_id)
        .order_by(EVENTS.c.id.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > _LONGEST_CURSOR:
            raise BadRequest("the cursor is not one that a page gave", code="R102")
        query = query.where(EVENTS.c.id < int(cursor))
    found = [_event(row) for row in session.run(query)]
    page = tuple(found[:limit])
    return EventPage(page, str(page[-1].id) if len(found) > limit else None)


def events_after(session: Session, sequence: int, limit: int = 500) -> list[Event]:
    """Give the events after a number in order, none that an unfinished transaction might still come before."""
    query = select(EVENTS).where(EVENTS.c.id > sequence).order_by(EVENTS.c.id).limit(limit)
    if session.dialect == "postgresql":
        query = query.where(_SETTLED)
    return [_event(row) for row in session.run(query)]


def _event(row: Row[Any]) -> Event:
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
