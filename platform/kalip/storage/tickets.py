"""Secrets for one use, known by their hashes, and counts of what was tried: what several processes must agree on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, delete, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipAttempt, KalipTicket, table_of
from kalip.storage.session import Session

_TICKETS: Final = table_of(KalipTicket)
_ATTEMPTS: Final = table_of(KalipAttempt)
_since, _count = _ATTEMPTS.c["since"], _ATTEMPTS.c["count"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A secret for one use, by its hash. `kind` says for what; `data` is JSON that belongs to it."""

    hash: str
    kind: str
    user_id: str | None
    created_at: datetime
    expires_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


def add_ticket(session: Session, ticket: Ticket) -> None:
    """Remember a ticket."""
    session.write(insert(_TICKETS), {**asdict(ticket), "data": dict(ticket.data)})


def find_ticket(session: Session, kind: str, ticket_hash: str, now: datetime) -> Ticket | None:
    """A ticket of a kind that has not expired; it stays usable."""
    query = select(_TICKETS).where(_TICKETS.c.hash == ticket_hash, _TICKETS.c.kind == kind, _TICKETS.c.expires_at > now)
    row = session.run(query).mappings().first()
    return None if row is None else Ticket(**row)


def take_ticket(session: Session, kind: str, ticket_hash: str, now: datetime) -> Ticket | None:
    """The same, and used up: of two who take it at once one gets it."""
    found = find_ticket(session, kind, ticket_hash, now)
    taken = session.write(delete(_TICKETS).where(_TICKETS.c.hash == ticket_hash, _TICKETS.c.kind == kind))
    return found if taken.rowcount == 1 else None


def delete_tickets_of(session: Session, user_id: str, kind: str | None = None) -> None:
    """Make a user's tickets worthless: all, or those of a kind."""
    statement = delete(_TICKETS).where(_TICKETS.c.user_id == user_id)
    session.write(statement if kind is None else statement.where(_TICKETS.c.kind == kind))


def delete_expired_tickets(session: Session, now: datetime) -> int:
    """Forget tickets that have expired; how many there were."""
    return session.write(delete(_TICKETS).where(_TICKETS.c.expires_at <= now)).rowcount


def count_attempt(session: Session, key: str, now: datetime, window: timedelta) -> int:
    """Count one more try of a key in a window that begins with its first; how many there are now, this one included."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    over = _since <= now - window
    statement = dialect.insert(_ATTEMPTS).values(key=key, since=now, count=1)
    counted = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((over, 1), else_=_count + 1),
            "since": case((over, literal(now, _since.type)), else_=_since),
        },
    ).returning(_count)
    return int(session.write(counted).scalar_one())


def attempts_of(session: Session, key: str, now: datetime, window: timedelta) -> tuple[int, datetime | None]:
    """How often a key was tried in the window that runs, and since when."""
    query = select(_ATTEMPTS).where(_ATTEMPTS.c.key == key, _since > now - window)
    row = session.run(query).mappings().first()
    return (0, None) if row is None else (int(row["count"]), row["since"])


def delete_attempts(session: Session, before: datetime) -> int:
    """Forget counts that began before a moment; how many there were."""
    return session.write(delete(_ATTEMPTS).where(_since < before)).rowcount
