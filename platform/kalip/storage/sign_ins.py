"""The journal of sign-ins, as it is in the event log."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from kalip.storage.eventlog import EVENTS, Event
from kalip.storage.events import event_of
from kalip.storage.session import Session

_KINDS: Final = ("sign_in.failed", "sign_in.succeeded")
_USER: Final = "user"


@dataclass(frozen=True, slots=True)
class SignInQuery:
    """What of the journal is wanted: of an address in lower case, of one outcome, before an event; `limit` at most."""

    email: str = ""
    succeeded: bool | None = None
    before: int | None = None
    limit: int = 50


def sign_ins(session: Session, query: SignInQuery) -> list[Event]:
    """Tries to come in, latest first."""
    kinds = _KINDS if query.succeeded is None else (_KINDS[int(query.succeeded)],)
    found = select(EVENTS).where(EVENTS.c.entity == _USER, EVENTS.c.kind.in_(kinds))
    if query.email:
        found = found.where(EVENTS.c.record_id == query.email)
    if query.before is not None:
        found = found.where(EVENTS.c.id < query.before)
    return [event_of(row) for row in session.run(found.order_by(EVENTS.c.id.desc()).limit(query.limit))]
