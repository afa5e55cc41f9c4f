"""REST of a record's mail: what was written and received, new mail, and what a template would say. Decides nothing."""

from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from kalip.base.errors import RecordRejected, Violation
from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.metadata.source import escape
from kalip.records import Work, require_visible
from kalip.storage import Mail
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.records import checked_id
from kalip.workflow.mails import OutgoingMail, mail_of_record, record_mails, render_mail, write_mail

blueprint = Blueprint("api_mails", __name__)
_CREATED: Final = 201
_TEXTS: Final = ("subject", "body", "template", "locale", "answers")
_LISTS: Final = ("to", "files")


@blueprint.get("/records/<entity>/<record_id>/mails")
def show(entity: str, record_id: str) -> Response:
    """The mails of a record, latest first."""
    limit = Arguments("limit").integer("limit", 50, 1, 200)
    checked_id(entity, record_id)
    return read(
        lambda work: Answer({"items": [mail_json(each) for each in record_mails(work, entity, record_id, limit)]})
    )


@blueprint.post("/records/<entity>/<record_id>/mails")
def send(entity: str, record_id: str) -> Response:
    """Send a mail about a record; with `dry_run=true` only say what its template makes of the record."""
    dry_run = Arguments("dry_run").flag("dry_run")
    checked_id(entity, record_id)
    mail = _mail(entity, record_id, read_object())
    if dry_run:
        return read(partial(_preview, mail=mail))
    return write(partial(_send, mail=mail), request.get_data())


def mail_json(mail: Mail) -> dict[str, Any]:
    """A mail as REST gives it."""
    return {
        "id": mail.id,
        "direction": mail.direction,
        "state": mail.state,
        "from": mail.sender,
        "to": list(mail.recipients),
        "subject": mail.subject,
        "body": mail.body,
        "message_id": mail.message_id,
        "thread": mail.thread,
        "template": mail.template or None,
        "files": list(mail.files),
        "created_at": moment_text(mail.created_at),
        "sent_at": maybe_moment_text(mail.sent_at),
        "error": mail.error or None,
        "refused": dict(mail.refused),
    }


def _send(work: Work, mail: OutgoingMail) -> Answer:
    entity, record_id = str(mail.entity), str(mail.record_id)
    mail_id = write_mail(work, mail)
    made = mail_of_record(work, require_visible(work, entity, record_id).name, record_id, mail_id)
    place = url_for("api_mails.show", entity=made.entity, record_id=record_id)
    return Answer(mail_json(made), _CREATED, {"Location": place})


def _preview(work: Work, mail: OutgoingMail) -> Answer:
    entity = require_visible(work, str(mail.entity), str(mail.record_id))
    said: dict[str, Any] = {"to": list(mail.to), "subject": mail.subject, "body": mail.body, "locale": mail.locale}
    if mail.template:
        rendered = render_mail(work, mail.template, str(mail.record_id), mail.locale)
        said = {
            "to": list(mail.to or rendered.to),
            "subject": mail.subject or rendered.subject,
            "body": mail.body or rendered.body,
            "locale": rendered.locale,
        }
    return Answer({"entity": entity.name, "id": mail.record_id, **said})


def _mail(entity: str, record_id: str, body: dict[str, Any]) -> OutgoingMail:
    faults = [
        Violation(f"/{escape(name)}", "unknown_field", "There is no field '{name}' here.", {"name": name})
        for name in body
        if name not in (*_TEXTS, *_LISTS)
    ]
    faults += [
        Violation(f"/{name}", "invalid", "This must be a text.")
        for name in _TEXTS
        if not isinstance(body.get(name, ""), str)
    ]
    faults += [
        Violation(f"/{name}", "invalid", "This must be a list of texts.")
        for name in _LISTS
        if not _is_list(body.get(name, []))
    ]
    if faults:
        raise RecordRejected(faults)
    return OutgoingMail(
        to=tuple(body.get("to", ())),
        subject=body.get("subject", ""),
        body=body.get("body", ""),
        template=body.get("template", ""),
        entity=entity,
        record_id=record_id,
        answers=body.get("answers") or None,
        files=tuple(body.get("files", ())),
        locale=body.get("locale", ""),
    )


def _is_list(said: object) -> bool:
    return isinstance(said, list) and all(isinstance(each, str) for each in said)
