"""REST of shares: with whom a record is shared, sharing it and taking that back. Decides nothing itself."""

from typing import Final

from flask import Blueprint, Response, request

from kalip.base.errors import Violation
from kalip.fields.moments import maybe_moment_text
from kalip.records import Work
from kalip.records.sharing import GRANTEES, ShareRecord, ShareView, end_share, record_shares, share_record, view_of
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.reading import Body
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
    body = Body(*_KNOWN, present={"verbs": ["read"]})
    command = _command(entity, record_id, body)

    def use(work: Work) -> Answer:
        body.check()
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


def _command(entity: str, record_id: str, body: Body) -> ShareRecord:
    kinds = [kind for kind in GRANTEES if body.value(kind) is not None]
    if len(kinds) != 1:
        body.faults.append(Violation("/user", "required", "Name either a user, a group or a unit."))
    kind = kinds[0] if kinds else "user"
    verbs, grantee, reason = body.names("verbs"), body.text(kind), body.text("reason")
    return ShareRecord(entity, record_id, kind, grantee, reason, verbs, body.maybe_moment("until"))
