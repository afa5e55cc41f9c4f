"""When recurring work is due: one row for each, held by the transaction that fires it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipRecurring, table_of
from kalip.storage.session import Session

_RECURRING: Final = table_of(KalipRecurring)


def known_recurring(session: Session) -> dict[str, tuple[str, datetime]]:
    """The timing of each recurring work as it was last declared, and when it is due next."""
    return {row.name: (row.timing, row.next_at) for row in session.run(select(_RECURRING))}


def declare_recurring(session: Session, name: str, timing: str, next_at: datetime) -> None:
    """Note recurring work that is new or declared otherwise than before; who was first is right."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    new = dialect.insert(_RECURRING).values(name=name, timing=timing, next_at=next_at)
    changed = {"timing": new.excluded.timing, "next_at": new.excluded.next_at}
    declared = new.on_conflict_do_update(
        index_elements=[_RECURRING.c.name], set_=changed, where=_RECURRING.c.timing != new.excluded.timing
    )
    session.write(declared)


def hold_due(session: Session, name: str, timing: str, now: datetime) -> datetime | None:
    """Hold recurring work that is due until the transaction ends: when it was due. None when nobody has to fire it."""
    query = select(_RECURRING.c.next_at).where(
        _RECURRING.c.name == name, _RECURRING.c.timing == timing, _RECURRING.c.next_at <= now
    )
    if session.dialect == "postgresql":
        query = query.with_for_update(skip_locked=True)
    found: datetime | None = session.run(query).scalar()
    return found


def note_fired(session: Session, name: str, next_at: datetime, now: datetime) -> None:
    """Note that held work was fired, and when it is due next."""
    session.write(update(_RECURRING).where(_RECURRING.c.name == name).values(next_at=next_at, fired_at=now))


def forget_recurring(session: Session, kept: Sequence[str]) -> None:
    """Forget recurring work that nobody declares any more."""
    session.write(delete(_RECURRING).where(_RECURRING.c.name.not_in(kept)))
