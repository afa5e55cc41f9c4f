"""Web hooks over HTTP: messages of other systems come in; those sent to them are looked at and sent again."""

from typing import Any, get_args

from flask import Blueprint, Response, request

from kalip.access import SYSTEM
from kalip.base.errors import BadRequest, NotAuthenticated, NotFound
from kalip.records import Work, run
from kalip.storage.hooks import Delivery, DeliveryState, delivery_attempts, get_delivery, list_deliveries
from kalip.web.api.answers import Answer, plain_answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_bytes
from kalip.web.api.identity import note_failure
from kalip.web.api.metadata import require_administrator
from kalip.web.session import services
from kalip.workflow.rules import LARGEST, Incoming, receive, send_again

blueprint = Blueprint("api_hooks", __name__)
"""What needs somebody signed in."""
doors = Blueprint("api_hook_doors", __name__)
"""What other systems call: they prove themselves by a signature or token of the hook."""
_STATES = get_args(DeliveryState)
_ID, _MOMENT, _SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


@doors.post("/hooks/<name>")
def take(name: str) -> Response:
    """Take a message; the same id twice is one."""
    body = read_bytes(LARGEST)
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    message = Incoming(
        name,
        body,
        request.headers.get(_ID, ""),
        request.headers.get(_MOMENT, ""),
        request.headers.get(_SIGNATURE, "") or bearer,
    )
    try:
        received = run(services(), SYSTEM, lambda work: receive(work, message))
    except NotAuthenticated:
        note_failure()
        raise
    return plain_answer({"id": received.id, "again": received.again, "found": received.record_id is not None})


@blueprint.get("/hooks/deliveries")
def deliveries() -> Response:
    """Messages to other systems, the newest first."""
    said = Arguments("rule", "state", "limit", "before")
    limit = said.integer("limit", 50, 1, 200)
    states = said.names("state") or ()
    if unknown := [state for state in states if state not in _STATES]:
        raise BadRequest("The parameter 'state' names {state}, which is none.", params={"state": unknown[0][:60]})

    def use(work: Work) -> Answer:
        require_administrator(work.actor)
        rule, before = said.text("rule"), said.text("before")
        found = list_deliveries(work.session, rule=rule, states=states, limit=limit + 1, before=before)
        following = found[limit - 1].id if len(found) > limit else None
        return Answer({"items": [_json(each) for each in found[:limit]], "next": following})

    return read(use)


@blueprint.get("/hooks/deliveries/<delivery_id>")
def delivery(delivery_id: str) -> Response:
    """One message with its attempts."""
    Arguments()

    def use(work: Work) -> Answer:
        require_administrator(work.actor)
        found = get_delivery(work.session, delivery_id)
        if found is None:
            raise NotFound("There is no message '{id}'.", params={"id": delivery_id[:60]})
        tried = [
            {
                "number": each.number,
                "at": each.at.isoformat(),
                "status": each.status,
                "error": each.error,
                "answer": each.answer,
                "milliseconds": each.milliseconds,
            }
            for each in delivery_attempts(work.session, delivery_id)
        ]
        return Answer({**_json(found), "body": found.body, "tried": tried})

    return read(use)


@blueprint.post("/hooks/deliveries/<delivery_id>/send")
def send(delivery_id: str) -> Response:
    """Send a message once more."""
    Arguments()

    def use(work: Work) -> Answer:
        require_administrator(work.actor)
        send_again(work, delivery_id)
        return Answer({"id": delivery_id, "state": "waiting"}, 202)

    return write(use)


def _json(each: Delivery) -> dict[str, Any]:
    return {
        "id": each.id,
        "key": each.key,
        "rule": each.rule,
        "entity": each.entity,
        "record": each.record_id or None,
        "url": each.url,
        "state": each.state,
        "attempts": each.attempts,
        "status": each.status,
        "error": each.error,
        "created_at": each.created_at.isoformat(),
        "sent_at": each.sent_at.isoformat() if each.sent_at is not None else None,
    }
