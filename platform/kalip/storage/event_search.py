"""Looks through the event log, newest first: by person, kind, entity, record, time and text.

A log has millions of rows and few indexes, as every save writes to it. So what no index answers is looked for in
windows of the newest events, some at a time: who finds nothing is told how far back it was looked for.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select

from kalip.storage.eventlog import EVENTS, Event
from kalip.storage.events import event_of
from kalip.storage.session import Session

WINDOW: Final = 50_000
MOST_WINDOWS: Final = 4
# Events of a transaction carry the moment when it began: the order of moments is that of numbers but for so much.
_SLACK: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What to look for; what is empty says nothing. `person` acted, or was acted for.

    `kind` is a kind, or the part before the dot for all that begin so. `since` is inside, `until` outside. `text` is
    in the values or the id of the record, without regard to case.
    """

    person: str = ""
    kind: str = ""
    entity: str = ""
    record_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    @property
    def is_indexed(self) -> bool:
        """Whether an index leads to what is looked for."""
        return bool(self.person or (self.entity and self.record_id))


@dataclass(frozen=True, slots=True)
class FoundEvents:
    """Events, newest first. `next` is the number below which to go on, None when all was looked at.

    `full` is false where the page isn't full though there is more to look at, which only means that it lies further
    back than `next`.
    """

    events: tuple[Event, ...]
    next: int | None
    full: bool = True


def search_events(session: Session, wanted: EventFilter, below: int | None = None, limit: int = 50) -> FoundEvents:
    """Look for events with numbers below `below`, or from the newest one on."""
    lowest, highest = _bounds(session, wanted)
    top = highest + 1 if below is None else min(below, highest + 1)
    if top <= lowest:
        return FoundEvents((), None)
    conditions = _conditions(wanted)
    found: list[Event] = []
    bottom = lowest
    for bottom in _bottoms(wanted, lowest, top):
        query = select(EVENTS).where(EVENTS.c.id < top, EVENTS.c.id >= bottom, *conditions)
        query = query.order_by(EVENTS.c.id.desc()).limit(limit + 1 - len(found))
        found += [event_of(row) for row in session.run(query)]
        if len(found) > limit:
            return FoundEvents(tuple(found[:limit]), found[limit - 1].id)
        top = bottom
    return FoundEvents(tuple(found), bottom if bottom > lowest else None, full=bottom <= lowest)


def event_kinds(session: Session, most: int = 200) -> list[str]:
    """The kinds of events that the newest ones have, sorted."""
    newest = select(EVENTS.c.kind).order_by(EVENTS.c.id.desc()).limit(WINDOW).subquery()
    kinds = select(newest.c.kind).distinct().order_by(newest.c.kind).limit(most)
    return [str(each) for each in session.run(kinds).scalars()]


def old_events(
    session: Session, kinds: Collection[str], before: datetime, after: int, below: int, limit: int = 1_000
) -> list[int]:
    """The numbers of events of kinds that are older than a moment, in order, between two numbers."""
    query = (
        select(EVENTS.c.id)
        .where(EVENTS.c.id > after, EVENTS.c.id < below, EVENTS.c.at < before, or_(*map(_kind_is, sorted(kinds))))
        .order_by(EVENTS.c.id)
        .limit(limit)
    )
    return [int(each) for each in session.run(query).scalars()]


def _bottoms(wanted: EventFilter, lowest: int, top: int) -> Iterator[int]:
    if wanted.is_indexed:
        yield lowest
        return
    for place in range(1, MOST_WINDOWS + 1):
        bottom = max(lowest, top - place * WINDOW)
        yield bottom
        if bottom == lowest:
            return


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.person:
        conditions.append(or_(EVENTS.c.actor == wanted.person, EVENTS.c.on_behalf == wanted.person))
    if wanted.kind:
        conditions.append(_kind_is(wanted.kind))
    if wanted.entity:
        conditions.append(EVENTS.c.entity == wanted.entity)
    if wanted.record_id:
        conditions.append(EVENTS.c.record_id == wanted.record_id)
    if wanted.since is not None:
        conditions.append(EVENTS.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(EVENTS.c.at < wanted.until)
    if wanted.text:
        texts = (EVENTS.c.after, EVENTS.c.before, EVENTS.c.record_id)
        conditions.append(or_(*(each.icontains(wanted.text, autoescape=True) for each in texts)))
    return conditions


def _kind_is(kind: str) -> ColumnElement[bool]:
    return or_(EVENTS.c.kind == kind, EVENTS.c.kind.startswith(f"{kind}.", autoescape=True))


def _bounds(session: Session, wanted: EventFilter) -> tuple[int, int]:
    """The numbers between which events of the time asked for lie, both inside."""
    query = select(func.coalesce(func.min(EVENTS.c.id), 1), func.coalesce(func.max(EVENTS.c.id), 0))
    row: Any = session.run(query).one()
    lowest, highest = int(row[0]), int(row[1])
    if wanted.since is not None:
        lowest = _first_at(session, wanted.since - _SLACK, lowest, highest)
    if wanted.until is not None:
        highest = _first_at(session, wanted.until + _SLACK, lowest, highest + 1)
    return lowest, highest


def _first_at(session: Session, moment: datetime, low: int, high: int) -> int:
    """The number of the first event of a moment or later, found by halving; `high` when there is none."""
    while low < high:
        middle = (low + high) // 2
        row: Any = session.run(
            select(EVENTS.c.id, EVENTS.c.at).where(EVENTS.c.id >= middle).order_by(EVENTS.c.id).limit(1)
        ).first()
        if row is None or row.at >= moment:
            high = middle
        else:
            low = int(row.id) + 1
    return low
