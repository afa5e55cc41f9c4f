"""An event and the log that takes it: every change of every record, appended in the change's own transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, insert

from kalip.storage.own import KalipEvent, table_of

EVENTS: Final = table_of(KalipEvent)
_INSERT: Final = insert(EVENTS)
_INSERT_ONE: Final = insert(EVENTS).returning(EVENTS.c.id)


@dataclass(frozen=True, slots=True)
class Event:
    """A fact: `kind` in the past tense (created, archived, …), `before` and `after` the changed values as JSON.

    `actor` acted, `on_behalf` of somebody else when given; `correlation` ties the events of one command together.
    `id` grows with time and is 0 until the event is appended.
    """

    kind: str
    entity: str
    record_id: str
    actor: str | None
    at: datetime
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    on_behalf: str | None = None
    correlation: str | None = None
    revision: str = ""
    id: int = 0


class EventLog:
    """The event log inside one session."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, event: Event) -> int:
        """Append one event in the session's transaction and give its number."""
        return int(self._connection.execute(_INSERT_ONE, row_of(event)).scalar_one())

    def extend(self, events: Sequence[Event]) -> None:
        """Append many events at once."""
        if events:
            self._connection.execute(_INSERT, [row_of(event) for event in events])


def row_of(event: Event) -> dict[str, Any]:
    """The columns of an event that its writer says."""
    return {
        "kind": event.kind,
        "entity": event.entity,
        "record_id": event.record_id,
        "actor": event.actor,
        "on_behalf": event.on_behalf,
        "at": event.at,
        "before": _text(event.before),
        "after": _text(event.after),
        "correlation": event.correlation,
        "revision": event.revision,
    }


def _text(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else orjson.dumps(dict(values)).decode()
