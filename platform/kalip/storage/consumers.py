"""How far consumers have read the event log. One transaction at a time holds a consumer: nobody reads for it twice."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.eventlog import EVENTS, Event
from kalip.storage.events import SETTLED, event_of
from kalip.storage.own import KalipConsumer, table_of
from kalip.storage.session import Session

_CONSUMERS: Final = table_of(KalipConsumer)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the event log: the number of the last event read and, on PostgreSQL, its transaction.

    PostgreSQL hands out numbers before transactions end: an event may come to light after others of higher numbers.
    What is read are the events of all transactions below the oldest that still runs, in the order of transactions.
    """

    id: int
    xact: int | None = None


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """A consumer: where it is, how many events it hasn't read, at most as many as were counted."""

    name: str
    position: int
    moved_at: datetime
    behind: int


def events_after(session: Session, mark: Mark, limit: int = 500) -> tuple[list[Event], Mark]:
    """The events after a place, in the order of their numbers, and the place after them."""
    order = (EVENTS.c.id,) if session.dialect == "sqlite" else (EVENTS.c.xact, EVENTS.c.id)
    rows = list(session.run(select(EVENTS).where(_after(session, mark)).order_by(*order).limit(limit)))
    if not rows:
        return [], mark
    # Of two transactions that changed the same record, the numbers say which was first.
    events = sorted((event_of(row) for row in rows), key=lambda event: event.id)
    return events, Mark(rows[-1].id, rows[-1].xact)


def consumers_behind(session: Session, names: Collection[str]) -> set[str]:
    """Those of the consumers that have something to read, or have never read."""
    marks = _marks(session, select(_CONSUMERS).where(_CONSUMERS.c.name.in_(names)))
    # Consumers are mostly at one place.
    news = {mark for mark in set(marks.values()) if _has_events(session, mark)}
    return {name for name in names if name not in marks or marks[name] in news}


def hold_consumers(session: Session, names: Collection[str], now: datetime) -> dict[str, Mark]:
    """Hold consumers until the transaction ends, but for those that others hold; new ones start at the log's end."""
    query = select(_CONSUMERS).where(_CONSUMERS.c.name.in_(names)).order_by(_CONSUMERS.c.name)
    if session.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    marks = _marks(session, query)
    left = [name for name in names if name not in marks]
    return marks | _begin(session, left, now) if left else marks


def move_consumers(session: Session, names: Collection[str], mark: Mark, now: datetime) -> None:
    """Move consumers that the transaction holds."""
    moved = {"position": mark.id, "xact": mark.xact, "moved_at": now}
    session.write(update(_CONSUMERS).where(_CONSUMERS.c.name.in_(names)).values(moved))


def consumer_states(session: Session, most: int = 10_000) -> list[ConsumerState]:
    """All consumers; counts no more unread events than `most` for each."""
    found = []
    for row in list(session.run(select(_CONSUMERS).order_by(_CONSUMERS.c.name))):
        unread = select(EVENTS.c.id).where(_after(session, Mark(row.position, row.xact))).limit(most).subquery()
        behind = int(session.run(select(func.count()).select_from(unread)).scalar_one())
        found.append(ConsumerState(row.name, row.position, row.moved_at, behind))
    return found


def _marks(session: Session, query: Select[Any]) -> dict[str, Mark]:
    return {row.name: Mark(row.position, row.xact) for row in session.run(query)}


def _begin(session: Session, names: Collection[str], now: datetime) -> dict[str, Mark]:
    mark = _end(session)
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    values = [{"name": name, "position": mark.id, "xact": mark.xact, "moved_at": now} for name in names]
    made = dialect.insert(_CONSUMERS).values(values).on_conflict_do_nothing().returning(_CONSUMERS.c.name)
    return {row.name: mark for row in session.write(made)}


def _has_events(session: Session, mark: Mark) -> bool:
    return session.run(select(EVENTS.c.id).where(_after(session, mark)).limit(1)).first() is not None


def _after(session: Session, mark: Mark) -> ColumnElement[bool]:
    if session.dialect == "sqlite":
        return EVENTS.c.id > mark.id
    if mark.xact is None:
        # From the beginning, or from another cluster whose transactions mean nothing here.
        return and_(EVENTS.c.id > mark.id, SETTLED)
    return and_(tuple_(EVENTS.c.xact, EVENTS.c.id) > tuple_(mark.xact, mark.id), SETTLED)


def _end(session: Session) -> Mark:
    if session.dialect == "sqlite":
        return Mark(int(session.run(select(func.coalesce(func.max(EVENTS.c.id), 0))).scalar_one()))
    latest = select(EVENTS.c.id, EVENTS.c.xact).where(SETTLED).order_by(EVENTS.c.xact.desc(), EVENTS.c.id.desc())
    row = session.run(latest.limit(1)).first()
    return Mark(0) if row is None else Mark(row.id, row.xact)
