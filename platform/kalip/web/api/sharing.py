"""REST of shares: with whom a record is shared, sharing it and taking that back. Decides nothing itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, Response, request

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.moments import maybe_moment_text
from kalip.metadata.source import escape
from kalip.records import Work
from kalip.records.sharing import GRANTEES, ShareRecord, ShareView, end_share, record_shares, share_record, view_of
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.records import checked_id

blueprint = Blueprint("api_sharing", __name__)
_CREATED, _GONE = 201, 204
_KNOWN: Final = ("verbs", "until", "reason", *GRANTEES)


@blueprint.get("/records/<entity>/<record_id>/shares")
def list_shares(entity: str, record_id: str) -> Response:
    """The shares of a record that count now: all for whoever may share it, else those that the caller gave."""
    Arguments()
    checked_id(entity, record_id)
    return read(lambda work: Answer({"items": [share_json(each) for each in record_shares(work, entity, record_id)]}))


@blueprint.post("/records/<entity>/<record_id>/shares")
def share(entity: str, record_id: str) -> Response:
    """Share a record with a user, a group or a unit."""
    Arguments()
    checked_id(entity, record_id)
    body = read_object()
    faults: list[Violation] = []
    command = _command(entity, record_id, body, faults)

    def use(work: Work) -> Answer:
        if faults:
            raise RecordRejected(faults)
        made = share_record(work, command)
        location = f"/api/records/{made.entity}/{made.record_id}/shares/{made.id}"
        return Answer(share_json(view_of(work, made)), _CREATED, {"Location": location})

    return write(use, request.get_data())


@blueprint.delete("/records/<entity>/<record_id>/shares/<share_id>")
def end(entity: str, record_id: str, share_id: str) -> Response:
    """Take a share back."""
    Arguments()
    checked_id(entity, record_id)

    def use(work: Work) -> Answer:
        end_share(work, entity, record_id, share_id)
        return Answer(None, _GONE)

    return write(use, request.get_data())


def share_json(view: ShareView) -> dict[str, object]:
    """A share as REST tells it."""
    share = view.share
    return {
        "id": share.id,
        "with": {"kind": share.grantee_kind, "id": share.grantee, "name": view.grantee_name},
        "verbs": list(share.verbs),
        "until": maybe_moment_text(share.until),
        "reason": share.reason,
        "by": share.by,
        "at": maybe_moment_text(share.at),
    }


def _command(entity: str, record_id: str, body: Mapping[str, Any], faults: list[Violation]) -> ShareRecord:
    for name in body:
        if name not in _KNOWN:
            params = {"name": name[:60], "known": ", ".join(_KNOWN)}
            template = "There is no '{name}' here; use some of: {known}."
            faults.append(Violation(f"/{escape(name[:60])}", "unknown_field", template, params))
    kinds = [kind for kind in GRANTEES if body.get(kind) is not None]
    if len(kinds) != 1:
        faults.append(Violation("/user", "required", "Name either a user, a group or a unit."))
    kind = kinds[0] if kinds else "user"
    verbs = body.get("verbs", ["read"])
    if not isinstance(verbs, list) or not all(isinstance(each, str) for each in verbs):
        faults.append(Violation("/verbs", "wrong_type", "Expected a list of texts."))
        verbs = ["read"]
    return ShareRecord(
        entity,
        record_id,
        kind,
        _text(body, kind, faults),
        _text(body, "reason", faults),
        tuple(verbs),
        _until(body.get("until"), faults),
    )


def _text(body: Mapping[str, Any], name: str, faults: list[Violation]) -> str:
    value = body.get(name) or ""
    if isinstance(value, str):
        return value
    faults.append(Violation(f"/{name}", "wrong_type", "Expected text."))
    return ""


def _until(value: object, faults: list[Violation]) -> datetime | None:
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        message = "The moment must name its time zone, such as 2026-01-31T08:30:00Z."
        faults.append(Violation("/until", "no_time_zone", message))
        return None
    return found
