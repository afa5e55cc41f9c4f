"""What the event log says of a person, blanked: comments, mails and tasks of records, and tried sign-ins.

The log stays what it was in all else; that something was blanked is sealed in its chain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select, tuple_

from kalip.storage.eventlog import EVENTS, Event
from kalip.storage.events import event_of
from kalip.storage.people import email_key
from kalip.storage.scrubbing import Traces, tasks_of_records
from kalip.storage.seals import amend_events
from kalip.storage.session import Session

PLAIN: Final = (
    "record.created", "record.updated", "record.archived", "record.restored", "record.transitioned", "record.merged",
    "record.erased", "record.purged",
)  # fmt: skip
"""Kinds whose events say what fields held; those of all other kinds tell of people in words."""
NOBODY: Final = "erased"
_AT_ONCE: Final = 200


def redact_beside(session: Session, traces: Traces, why: str, now: datetime) -> int:
    """Blank the events of records that don't tell of fields, those of their tasks, and sign-ins with an address.

    How many were changed. In the session's transaction.
    """
    changed = [_blank(each) for each in _told(session, traces)]
    tried = _of(session, "user", list(map(email_key, traces.addresses)))
    changed += [replace(_blank(each), record_id=NOBODY) for each in tried]
    for start in range(0, len(changed), _AT_ONCE):
        amend_events(session, changed[start : start + _AT_ONCE], {"why": why}, now)
    return len(changed)


def _told(session: Session, traces: Traces) -> Iterator[Event]:
    for start in range(0, len(traces.keys), _AT_ONCE):
        keys = tuple_(EVENTS.c.entity, EVENTS.c.record_id).in_(traces.keys[start : start + _AT_ONCE])
        query = select(EVENTS).where(keys, EVENTS.c.kind.not_in(PLAIN)).order_by(EVENTS.c.id)
        yield from (event_of(row) for row in session.run(query).all())
    yield from _of(session, "tasks", tasks_of_records(session, traces.keys))


def _of(session: Session, entity: str, ids: Sequence[str]) -> Iterator[Event]:
    for start in range(0, len(ids), _AT_ONCE):
        some = EVENTS.c.record_id.in_(list(ids[start : start + _AT_ONCE]))
        query = select(EVENTS).where(EVENTS.c.entity == entity, some).order_by(EVENTS.c.id)
        yield from (event_of(row) for row in session.run(query).all())


def _blank(event: Event) -> Event:
    return replace(event, before=None, after=None if event.after is None else {"erased": True})
