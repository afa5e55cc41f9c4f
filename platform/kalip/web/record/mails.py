"""Mail of a record: written to its addresses, by hand or by a template, read with its conversation, sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import KalipError, RecordRejected, Violation
from kalip.base.ids import is_id
from kalip.model import Entity
from kalip.records import Work, require_visible, title_of
from kalip.records.naming import find_path
from kalip.storage import FileInfo, Mail
from kalip.web import htmx
from kalip.web.faults import errors_of
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.letters import state_of
from kalip.web.record.page import record_shell
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.workflow.intake import consents_given
from kalip.workflow.mails import (
    Addressee,
    OutgoingMail,
    addressees_of,
    addresses_of,
    conversation_of,
    mail_of_record,
    render_mail,
    templates_for,
    write_again,
    write_mail,
)

blueprint = Blueprint("mails", __name__)
_COMPOSE = View("mails/compose.html", "mails/_compose.html")
_MAIL = View("mails/page.html")
_CONSENTS = View("mails/consents.html")


@dataclass(frozen=True, slots=True)
class Compose:
    """The form of a new mail. `preview` is where it is asked for again with a template."""

    action: str
    preview: str
    back: str
    to: str
    known: tuple[Option, ...]
    templates: tuple[Option, ...]
    subject: str
    body: str
    answers: str
    errors: Mapping[str, str]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A mail as it stands in the form, and what is wrong with it."""

    mail: OutgoingMail
    to: str
    violations: Sequence[Violation] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An attachment."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """One mail of a conversation."""

    subject: str
    sender: str
    to: str
    when: str
    body: str
    out: bool
    state: str
    tone: str
    error: str
    files: tuple[ShownFile, ...]
    current: bool
    again: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    """A conversation."""

    title: str
    back: str
    answer: str
    letters: tuple[ShownLetter, ...]


@dataclass(frozen=True, slots=True)
class ShownConsent:
    """One answer; `proof` are names and texts of how it is known."""

    text: str
    version: str
    given: bool
    when: str
    proof: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """All answers that came with a record."""

    back: str
    consents: tuple[ShownConsent, ...]


@blueprint.get("/<entity>/<record_id>/mails/new")
def compose(entity: str, record_id: str) -> Response:
    """The form of a new mail, filled by a template when one is chosen: that is its preview."""
    template, answers = request.args.get("template", ""), request.args.get("answers", "")
    with reading() as work:
        found = require_visible(work, entity, record_id)
        to, subject, body, fault = request.args.get("to", ""), request.args.get("subject", ""), "", ""
        if template:
            try:
                rendered = render_mail(work, template, record_id)
            except KalipError as error:
                fault = message_of(current_locale(), error)
            else:
                to = to or ", ".join(rendered.to)
                subject, body = rendered.subject, rendered.body
        elif is_id(answers):
            before = mail_of_record(work, found.name, record_id, answers)
            to, subject = to or _answered(before), subject or _re(before.subject)
        mail = OutgoingMail((), subject, body, template, found.name, record_id, answers=answers or None)
        return _page(work, found, Attempt(mail, to or _first(work, found, record_id), fault=fault))


@blueprint.post("/<entity>/<record_id>/mails")
def send(entity: str, record_id: str) -> BaseResponse:
    """Send a mail; what is refused comes back as it was typed."""
    form = request.form
    to = form.get("to", "")
    mail = OutgoingMail(
        to=addresses_of(to),
        subject=form.get("subject", ""),
        body=form.get("body", "").replace("\r\n", "\n"),
        entity=entity,
        record_id=record_id,
        answers=form.get("answers") or None,
    )
    try:
        write(lambda work: write_mail(work, mail))
    except RecordRejected as error:
        with reading() as work:
            found = require_visible(work, entity, record_id)
            return _page(work, found, Attempt(mail, to, error.violations), 422)
    flash(gettext("The mail is on its way."))
    return _back(entity, record_id)


@blueprint.get("/<entity>/<record_id>/mails/<mail_id>")
def show_mail(entity: str, record_id: str, mail_id: str) -> Response:
    """A mail with its conversation."""
    with reading() as work:
        found = conversation_of(work, entity, record_id, mail_id)
        known = require_visible(work, entity, record_id)
        place: dict[str, Any] = {"entity": known.name, "record_id": record_id}
        page = LetterPage(
            title=found.mail.subject or gettext("(no subject)"),
            back=url_for("record.show_record", **place),
            answer=url_for("mails.compose", **place, answers=found.thread[-1].id),
            letters=tuple(_letter(work, each, found.files, mail_id) for each in found.thread),
        )
        return render(_MAIL, record_shell(work, known, page.title), page)


@blueprint.get("/<entity>/<record_id>/consents")
def show_consents(entity: str, record_id: str) -> Response:
    """What was agreed to, or not, when the record was sent by a public form: texts, versions and circumstances."""
    with reading() as work:
        known = require_visible(work, entity, record_id)
        page = ConsentsPage(
            back=url_for("record.show_record", entity=known.name, record_id=record_id),
            consents=tuple(
                ShownConsent(
                    text=each.text,
                    version=each.version,
                    given=each.given,
                    when=moment(work, each.at),
                    proof=tuple((name, str(said)) for name, said in each.proof.items() if said),
                )
                for each in consents_given(work, known.name, record_id)
            ),
        )
        return render(_CONSENTS, record_shell(work, known, gettext("Consents")), page)


@blueprint.post("/<entity>/<record_id>/mails/<mail_id>/again")
def again(entity: str, record_id: str, mail_id: str) -> BaseResponse:
    """Send a mail that failed once more."""
    write(lambda work: write_again(work, entity, record_id, mail_id))
    flash(gettext("The mail is on its way."))
    return redirect(url_for("mails.show_mail", entity=entity, record_id=record_id, mail_id=mail_id))


def _page(work: Work, entity: Entity, attempt: Attempt, status: int = 200) -> Response:
    mail = attempt.mail
    locale, record_id = current_locale(), str(mail.record_id)
    place: dict[str, Any] = {"entity": entity.name, "record_id": record_id}
    templates = (
        Option(each.name, each.label.get(locale), each.name == mail.template)
        for each in templates_for(work, entity.name)
    )
    known = (_known(work, entity, each) for each in addressees_of(work, entity, record_id))
    errors = errors_of(attempt.violations)
    page = Compose(
        action=url_for("mails.send", **place),
        preview=url_for("mails.compose", **place),
        back=url_for("record.show_record", **place),
        to=attempt.to,
        known=tuple(known),
        templates=tuple(templates),
        subject=mail.subject,
        body=mail.body,
        answers=mail.answers or "",
        errors=errors,
        fault=attempt.fault or errors.get("", "") or errors.get("files", ""),
    )
    title = title_of(work, entity.name, record_id) or gettext("New mail")
    return render(_COMPOSE, record_shell(work, entity, title), page, status)


def _known(work: Work, entity: Entity, each: Addressee) -> Option:
    steps = each.path.split(".")
    fields = [find_path(work.served, entity, ".".join(steps[: at + 1])).field for at in range(len(steps))]
    return Option(each.address, ": ".join(field.label.get(current_locale()) for field in fields))


def _letter(work: Work, mail: Mail, files: Mapping[str, FileInfo], current: str) -> ShownLetter:
    label, tone = state_of(mail)
    attached = [files[each] for each in mail.files if each in files]
    home: dict[str, Any] = {"entity": mail.entity, "record_id": mail.record_id}
    place = {**home, "mail_id": mail.id}
    return ShownLetter(
        subject=mail.subject,
        sender=mail.sender,
        to=", ".join(mail.recipients),
        when=moment(work, mail.sent_at or mail.created_at),
        body=mail.body,
        out=mail.direction == "out",
        state=label,
        tone=tone,
        error=mail.error,
        files=tuple(ShownFile(each.name, url_for("files.show_file", **home, file_id=each.id)) for each in attached),
        current=mail.id == current,
        again=url_for("mails.again", **place) if mail.state in ("failed", "partly") and mail.direction == "out" else "",
    )


def _answered(mail: Mail) -> str:
    return ", ".join(addresses_of(mail.sender) if mail.direction == "in" else mail.recipients)


def _re(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _first(work: Work, entity: Entity, record_id: str) -> str:
    return next((each.address for each in addressees_of(work, entity, record_id)), "")


def _back(entity: str, record_id: str) -> BaseResponse:
    target = url_for("record.show_record", entity=entity, record_id=record_id)
    return htmx.lead_to(target)
