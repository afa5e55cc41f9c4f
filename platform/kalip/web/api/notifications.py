"""REST of what the caller is told, and of the records that the caller follows."""

from typing import Any

from flask import Blueprint, Response, request

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.records import Work
from kalip.records.accounts.mine import require_whole
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.records import checked_id
from kalip.web.locale import current_locale, translate
from kalip.workflow.notifications import (
    Told,
    follow,
    my_notifications,
    read_notifications,
    told,
    unfollow,
    unread_count,
)

blueprint = Blueprint("api_notifications", __name__)
DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 200


@blueprint.get("/notifications")
def list_notifications() -> Response:
    """What the caller was told, latest first, in the caller's language."""
    arguments = Arguments("unread", "limit", "cursor")
    limit = arguments.integer("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT)
    unread = arguments.flag("unread")

    def use(work: Work) -> Answer:
        require_whole(work.actor)
        page = my_notifications(work, limit, arguments.text("cursor"), unread=unread)
        locale = work.actor.locale or current_locale()
        shown = told(work, page.items, locale, lambda text: translate(locale, text))
        return Answer({"items": [_told(each) for each in shown], "next": page.next, "unread": unread_count(work)})

    return read(use)


@blueprint.post("/notifications/read")
def mark_read() -> Response:
    """Note some as read, or all without `ids`."""
    Arguments()
    body = read_object(optional=True)
    faults = [
        Violation("/", "unknown_field", "There is no field '{path}'.", {"path": name[:60]})
        for name in body
        if name != "ids"
    ]
    ids = body.get("ids")
    if ids is not None and not (isinstance(ids, list) and all(isinstance(each, str) for each in ids)):
        faults.append(Violation("/ids", "wrong_type", "Expected a list of ids."))
    if faults:
        raise RecordRejected(faults)

    def use(work: Work) -> Answer:
        require_whole(work.actor)
        return Answer({"read": read_notifications(work, ids)})

    return write(use, request.get_data())


@blueprint.put("/records/<entity>/<record_id>/follow")
def start(entity: str, record_id: str) -> Response:
    """Follow a record."""
    Arguments()
    checked_id(entity, record_id)

    def use(work: Work) -> Answer:
        follow(work, entity, record_id)
        return Answer(None, 204)

    return write(use)


@blueprint.delete("/records/<entity>/<record_id>/follow")
def stop(entity: str, record_id: str) -> Response:
    """Follow a record no more."""
    Arguments()
    checked_id(entity, record_id)

    def use(work: Work) -> Answer:
        unfollow(work, entity, record_id)
        return Answer(None, 204)

    return write(use)


def _told(each: Told) -> dict[str, Any]:
    found = each.notification
    return {
        "id": found.id,
        "kind": found.kind,
        "text": each.text,
        "at": moment_text(found.at),
        "actor": found.actor,
        "actor_name": each.actor_name,
        "on_behalf": found.on_behalf,
        "entity": found.entity if each.visible else None,
        "record_id": found.record_id if each.visible else None,
        "record_title": each.record_title,
        "task": found.task_id,
        "read_at": maybe_moment_text(found.read_at),
    }
