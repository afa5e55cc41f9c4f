"""REST of a record's history."""

from flask import Blueprint, Response

from kalip.fields.moments import moment_text
from kalip.records import Change, EventView, Work, record_events, require_visible
from kalip.web.api.answers import Answer, read
from kalip.web.api.arguments import Arguments
from kalip.web.api.records import checked_id

blueprint = Blueprint("api_events", __name__)
DEFAULT_LIMIT = 50
HIGHEST_LIMIT = 200


@blueprint.get("/records/<entity>/<record_id>/events")
def history(entity: str, record_id: str) -> Response:
    """What happened to a record, latest first."""
    arguments = Arguments("limit", "cursor")
    limit = arguments.integer("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT)
    cursor = arguments.text("cursor")
    checked_id(entity, record_id)

    def use(work: Work) -> Answer:
        require_visible(work, entity, record_id)
        page = record_events(work, entity, record_id, limit=limit, cursor=cursor)
        return Answer({"items": [_event(each) for each in page.items], "next": page.next})

    return read(use)


def _event(event: EventView) -> dict[str, object]:
    return {
        "id": event.id,
        "kind": event.kind,
        "at": moment_text(event.at),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "on_behalf": event.on_behalf,
        "correlation": event.correlation,
        "changes": [_change(each) for each in event.changes],
    }


def _change(change: Change) -> dict[str, object]:
    return {"field": change.name, "old": change.old, "new": change.new}
