"""Pages of what came in: receipts and their reasons, the list of exceptions, mail that did not go out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import Conflict, RecordRejected
from kalip.records import Titles, Work, add_missing
from kalip.storage import Mail, list_mails
from kalip.storage.receipts import IntakeException, Receipt
from kalip.web.cells import record_url
from kalip.web.faults import errors_of, said
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.letters import state_of
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import administrating, reading, write
from kalip.web.shell import Crumb, Shell, shell_of
from kalip.workflow.intake import bin_record, except_value, exceptions_of, receipts_of, retry, take_back
from kalip.workflow.intake.receipts import STATES

blueprint = Blueprint("intake", __name__)
_RECEIPTS, _EXCEPTIONS, _MAILS = (View(f"admin/{each}.html") for each in ("receipts", "exceptions", "mails"))
_TONES = {"failed": "tone-red", "new": "tone-blue", "made": "tone-green", "appended": "tone-teal", "ignored": "tone"}
_LONGEST_QUERY = 200
_UNSENT = ("failed", "partly", "waiting", "queued")


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """Something that came in."""

    id: str
    when: str
    source: str
    sender: str
    subject: str
    state: str
    tone: str
    reason: str
    title: str
    href: str
    failed: bool


@dataclass(frozen=True, slots=True)
class StateChip:
    """A state to look at alone."""

    label: str
    count: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class ShownMailbox:
    """A mailbox and how it goes."""

    name: str
    read: str
    error: str


@dataclass(frozen=True, slots=True)
class ReceiptsPage:
    """What came in."""

    receipts: tuple[ShownReceipt, ...]
    chips: tuple[StateChip, ...]
    mailboxes: tuple[ShownMailbox, ...]
    more: str


@dataclass(frozen=True, slots=True)
class ShownException:
    """A number or address on the list."""

    id: str
    value: str
    note: str
    when: str
    binned: int


@dataclass(frozen=True, slots=True)
class ExceptionsPage:
    """The list, and what is typed into its form."""

    exceptions: tuple[ShownException, ...]
    query: str
    value: str
    note: str
    errors: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ShownUnsent:
    """A mail that is not out."""

    subject: str
    to: str
    when: str
    state: str
    tone: str
    error: str
    href: str


@blueprint.get("/admin/receipts")
def show_receipts() -> Response:
    """What came in, or what of it is in one state."""
    state = request.args.get("state", "")
    states = (state,) if state in STATES else ()
    with reading() as work:
        found = receipts_of(work, states, request.args.get("before") or None)
        titles = Titles()
        wanted: dict[str, list[str]] = {}
        for each in found.receipts:
            if each.record_id:
                wanted.setdefault(each.entity, []).append(each.record_id)
        add_missing(work, titles, wanted)
        chosen: dict[str, Any] = {"state": state} if states else {}
        boxes = [
            *(
                ShownMailbox(each.name, moment(work, each.read_at) if each.read_at else "", each.error)
                for each in found.mailboxes
            ),
            *(ShownMailbox(each, "", gettext("never reached yet")) for each in found.unread),
        ]
        page = ReceiptsPage(
            receipts=tuple(_receipt(work, each, titles) for each in found.receipts),
            chips=tuple(_chips(found.counts, state)),
            mailboxes=tuple(boxes),
            more=url_for("intake.show_receipts", **chosen, before=found.next) if found.next else "",
        )
        return render(_RECEIPTS, _shell(work, gettext("What came in")), page)


@blueprint.post("/admin/receipts/<receipt_id>/retry")
def try_again(receipt_id: str) -> BaseResponse:
    """Try something that failed again."""
    try:
        write(lambda work: retry(work, receipt_id))
    except Conflict as error:
        flash(message_of(current_locale(), error), "error")
    else:
        flash(gettext("It is tried again."))
    return redirect(url_for("intake.show_receipts", state="failed"))


@blueprint.get("/admin/exceptions")
def show_exceptions() -> Response:
    """The list of exceptions."""
    with reading() as work:
        return _exceptions(work, {}, {})


@blueprint.post("/admin/exceptions")
def add_exception() -> BaseResponse:
    """Put a number, an address or a domain on the list."""
    value, note = request.form.get("value", ""), request.form.get("note", "")
    try:
        write(lambda work: except_value(work, value, note))
    except (RecordRejected, Conflict) as error:
        violations = error.violations if isinstance(error, RecordRejected) else ()
        errors = errors_of(violations) or {"value": message_of(current_locale(), error)}
        with reading() as work:
            return _exceptions(work, {"value": value, "note": note}, errors, 422)
    flash(gettext("Messages of {value} make nothing from now on.", value=value.strip()))
    return redirect(url_for("intake.show_exceptions"))


@blueprint.post("/admin/exceptions/<exception_id>/remove")
def remove_exception(exception_id: str) -> BaseResponse:
    """Take an exception off the list, with what came with it, and restore what was archived."""
    restored = write(lambda work: take_back(work, exception_id))
    flash(gettext("Off the list. Restored: {count}.", count=len(restored)))
    return redirect(url_for("intake.show_exceptions"))


@blueprint.post("/<entity>/<record_id>/exceptions")
def bin_this(entity: str, record_id: str) -> BaseResponse:
    """Put the sender of a record on the list; the record and its client go to the archive."""
    try:
        binned = write(lambda work: bin_record(work, entity, record_id))
    except RecordRejected as error:
        flash(said(error.violations), "error")
        return redirect(url_for("record.show_record", entity=entity, record_id=record_id))
    flash(gettext("On the list of exceptions. Archived: {count}.", count=len(binned.records)))
    return redirect(url_for("lists.show_list", entity=entity))


@blueprint.get("/admin/mails")
def show_mails() -> Response:
    """Mail that failed, waits or is on its way."""
    with reading() as work:
        found = list_mails(administrating(work).session, _UNSENT, request.args.get("before") or None)
        page = tuple(_unsent(work, each) for each in found)
        return render(_MAILS, _shell(work, gettext("Mail not sent")), page)


def _receipt(work: Work, receipt: Receipt, titles: Titles) -> ShownReceipt:
    record_id = receipt.record_id or ""
    title = titles.of(receipt.entity, record_id) if record_id else ""
    return ShownReceipt(
        id=receipt.id,
        when=moment(work, receipt.at),
        source=receipt.source,
        sender=receipt.sender,
        subject=receipt.subject,
        state=_states().get(receipt.state, receipt.state),
        tone=_TONES.get(receipt.state, "tone"),
        reason=gettext(receipt.reason) if receipt.reason else "",
        title=title or (gettext("(not visible)") if record_id else ""),
        href=record_url(receipt.entity, record_id) if title else "",
        failed=receipt.state == "failed",
    )


def _chips(counts: Mapping[str, int], state: str) -> list[StateChip]:
    every = StateChip(gettext("All"), sum(counts.values()), url_for("intake.show_receipts"), state not in STATES)
    labels = _states()
    return [
        every,
        *(
            StateChip(labels[each], counts.get(each, 0), url_for("intake.show_receipts", state=each), each == state)
            for each in STATES
        ),
    ]


def _states() -> dict[str, str]:
    return {
        "failed": gettext("failed"),
        "new": gettext("new"),
        "made": gettext("record made"),
        "appended": gettext("added to a record"),
        "ignored": gettext("ignored"),
    }


def _exceptions(work: Work, sent: Mapping[str, str], errors: Mapping[str, str], status: int = 200) -> Response:
    query = request.args.get("q", "")[:_LONGEST_QUERY]
    page = ExceptionsPage(
        exceptions=tuple(_exception(work, each) for each in exceptions_of(work, query)),
        query=query,
        value=sent.get("value", ""),
        note=sent.get("note", ""),
        errors=errors,
    )
    return render(_EXCEPTIONS, _shell(work, gettext("Exceptions")), page, status)


def _exception(work: Work, each: IntakeException) -> ShownException:
    return ShownException(each.id, each.value, each.note, moment(work, each.created_at), len(each.binned))


def _unsent(work: Work, mail: Mail) -> ShownUnsent:
    label, tone = state_of(mail)
    href = ""
    if mail.entity in work.model.entities and mail.record_id:
        href = url_for("mails.show_mail", entity=mail.entity, record_id=mail.record_id, mail_id=mail.id)
    when = moment(work, mail.created_at)
    return ShownUnsent(mail.subject, ", ".join(mail.recipients), when, label, tone, mail.error, href)


def _shell(work: Work, title: str) -> Shell:
    return shell_of(work, title, [Crumb(gettext("Administration")), Crumb(title)])
