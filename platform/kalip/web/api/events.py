"""REST of a record's history and of the comments in it."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.moments import moment_text
from kalip.records import Change, EventView, Work, comment, record_events, remove_comment, require_visible
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
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


@blueprint.post("/records/<entity>/<record_id>/comments")
def add_comment(entity: str, record_id: str) -> Response:
    """Comment on a record."""
    Arguments()
    checked_id(entity, record_id)
    text = _text_of(read_object())

    def use(work: Work) -> Answer:
        return Answer(_event(comment(work, entity, record_id, text)), 201)

    return write(use, request.get_data())


@blueprint.delete("/records/<entity>/<record_id>/comments/<comment_id>")
def delete_comment(entity: str, record_id: str, comment_id: str) -> Response:
    """Take a comment back."""
    Arguments()
    checked_id(entity, record_id)

    def use(work: Work) -> Answer:
        remove_comment(work, entity, record_id, comment_id)
        return Answer(None, 204)

    return write(use)


def _text_of(body: Mapping[str, object]) -> object:
    """The only thing that a comment's body may say."""
    unknown = [
        Violation(
            f"/{name.replace('~', '~0').replace('/', '~1')}",
            "unknown_field",
            "There is no field '{path}'.",
            {"path": name},
        )
        for name in body
        if name != "text"
    ]
    if unknown:
        raise RecordRejected(unknown)
    return body.get("text")


def _event(event: EventView) -> dict[str, object]:
    told: dict[str, object] = {
        "id": event.id,
        "kind": event.kind,
        "at": moment_text(event.at),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "on_behalf": event.on_behalf,
        "correlation": event.correlation,
        "changes": [_change(each) for each in event.changes],
    }
    if event.comment is not None:
        told["text"] = event.comment.text
        told["removed_by"] = event.comment.removed_by
    if event.facts:
        told["facts"] = dict(event.facts)
    return told


def _change(change: Change) -> dict[str, object]:
    return {"field": change.name, "old": change.old, "new": change.new}
