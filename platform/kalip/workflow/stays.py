"""How long a record stayed in each stage, told by the event log."""

from collections.abc import Mapping
from datetime import datetime

from kalip.records import CREATED, TRANSITIONED, Work, require_visible
from kalip.storage import Event, events_for
from kalip.workflow.commands import StageStay

AT_ONCE = 200


def stage_history(work: Work, entity_name: str, record_id: str) -> tuple[StageStay, ...]:
    """The stages that a record went through, first one first. NotFound when the actor may not see it."""
    entity = require_visible(work, entity_name, record_id)
    arrivals: list[tuple[str, str, datetime]] = []
    for event in _moves(work, entity.name, record_id):
        arrivals.append(_arrival(event, arrivals[-1][0] if arrivals else ""))
    stays = []
    for place, (pipeline, stage, since) in enumerate(arrivals):
        until = arrivals[place + 1][2] if place + 1 < len(arrivals) else None
        stays.append(StageStay(pipeline, stage, since, until, (until or work.now) - since))
    return tuple(stays)


def _moves(work: Work, entity: str, record_id: str) -> list[Event]:
    """The events that put the record into a stage, oldest first."""
    found: list[Event] = []
    cursor: str | None = None
    while True:
        page = events_for(work.session, entity, record_id, limit=AT_ONCE, cursor=cursor)
        found += [
            each for each in page.events if each.kind in (CREATED, TRANSITIONED) and "stage" in (each.after or {})
        ]
        cursor = page.next
        if cursor is None:
            return found[::-1]


def _arrival(event: Event, pipeline: str) -> tuple[str, str, datetime]:
    after: Mapping[str, object] = event.after or {}
    since = after.get("stage_since")
    moment = datetime.fromisoformat(since) if isinstance(since, str) else event.at
    return str(after.get("pipeline", pipeline)), str(after["stage"]), moment
