"""How far consumers have read the event log. One transaction at a time holds a consumer: nobody reads for it twice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select, tuple_, update
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


def has_events(session: Session, name: str) -> bool:
    """Whether a consumer has something to read; also when it has never read."""
    found = session.run(select(_CONSUMERS).where(_CONSUMERS.c.name == name)).first()
    if found is None:
        return True
    query = select(EVENTS.c.id).where(_after(session, Mark(found.position, found.xact))).limit(1)
    return session.run(query).first() is not None


def hold_consumer(session: Session, name: str, now: datetime) -> Mark | None:
    """Hold a consumer until the transaction ends; None when another holds it. A new one starts at the log's end."""
    query = select(_CONSUMERS).where(_CONSUMERS.c.name == name)
    if session.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    row = session.run(query).first()
    if row is not None:
        return Mark(row.position, row.xact)
    mark = _end(session)
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    values = {"name": name, "position": mark.id, "xact": mark.xact, "moved_at": now}
    made = dialect.insert(_CONSUMERS).values(values).on_conflict_do_nothing().returning(_CONSUMERS.c.name)
    return mark if session.write(made).first() is not None else None


def move_consumer(session: Session, name: str, mark: Mark, now: datetime) -> None:
    """Move a consumer that the transaction holds."""
    moved = {"position": mark.id, "xact": mark.xact, "moved_at": now}
    session.write(update(_CONSUMERS).where(_CONSUMERS.c.name == name).values(moved))


def consumer_states(session: Session, most: int = 10_000) -> list[ConsumerState]:
    """All consumers; counts no more unread events than `most` for each."""
    found = []
    for row in list(session.run(select(_CONSUMERS).order_by(_CONSUMERS.c.name))):
        unread = select(EVENTS.c.id).where(_after(session, Mark(row.position, row.xact))).limit(most).subquery()
        behind = int(session.run(select(func.count()).select_from(unread)).scalar_one())
        found.append(ConsumerState(row.name, row.position, row.moved_at, behind))
    return found


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
