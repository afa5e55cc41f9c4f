"""Clocks of records: how long something has taken, and when its next alarm is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import func, insert, select, update

from kalip.storage.own import KalipClock, table_of
from kalip.storage.session import Session

ClockState = Literal["running", "paused", "met", "missed"]
CLOCKS: Final = table_of(KalipClock)


@dataclass(frozen=True, slots=True)
class StoredClock:
    """A clock's row; see `own/rules.py`. `met` and `missed` have stopped, in time and too late."""

    id: str
    entity: str
    record_id: str
    clock: str
    cycle: int
    state: ClockState
    target: str
    within: int
    used: int
    started_at: datetime
    running_since: datetime | None = None
    due_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    alarm: int = 0
    times: int = 0
    next_at: datetime | None = None


def record_clocks(session: Session, entity: str, record_id: str, *, lock: bool = False) -> list[StoredClock]:
    """All clocks of a record, the newest cycle of each first; with `lock` others that take them wait."""
    query = (
        select(CLOCKS)
        .where(CLOCKS.c.entity == entity, CLOCKS.c.record_id == record_id)
        .order_by(CLOCKS.c.clock, CLOCKS.c.cycle.desc())
    )
    found = session.run(query.with_for_update() if lock else query)
    return [StoredClock(**row) for row in found.mappings()]


def add_clock(session: Session, clock: StoredClock) -> None:
    """Put a clock in."""
    session.write(insert(CLOCKS).values(_row(clock)))


def save_clock(session: Session, clock: StoredClock) -> None:
    """Write a clock's present state."""
    session.write(update(CLOCKS).where(CLOCKS.c.id == clock.id).values(_row(clock)))


def get_clock(session: Session, clock_id: str, *, lock: bool = False) -> StoredClock | None:
    """One clock; with `lock` others that take it wait until this transaction ends."""
    query = select(CLOCKS).where(CLOCKS.c.id == clock_id)
    row = session.run(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else StoredClock(**row)


def due_clocks(session: Session, now: datetime, limit: int) -> list[tuple[str, datetime]]:
    """The clocks whose alarm is due, with its moment, the longest overdue first."""
    query = select(CLOCKS.c.id, CLOCKS.c.next_at).where(CLOCKS.c.next_at <= now).order_by(CLOCKS.c.next_at).limit(limit)
    return [(row.id, row.next_at) for row in session.run(query)]


def list_clocks(session: Session, entity: str, states: Sequence[str], limit: int) -> list[StoredClock]:
    """Clocks of an entity's records in some states, the soonest due first."""
    query = (
        select(CLOCKS)
        .where(CLOCKS.c.entity == entity, CLOCKS.c.state.in_(states))
        .order_by(func.coalesce(CLOCKS.c.due_at, CLOCKS.c.started_at))
        .limit(limit)
    )
    return [StoredClock(**row) for row in session.run(query).mappings()]


def _row(clock: StoredClock) -> dict[str, Any]:
    return asdict(clock)
