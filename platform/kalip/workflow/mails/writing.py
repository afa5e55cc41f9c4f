"""Mails that are to go out: entered in the transaction that wants them, handed over by a job after its commit."""

import hashlib
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from email.utils import getaddresses, parseaddr
from typing import Final

from kalip.base.errors import Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.text import Text
from kalip.fields import FieldFault
from kalip.fields.types.email import EmailType
from kalip.model import Field
from kalip.records import Job, Overtaken, Services, Work, enqueue
from kalip.records.commands import Record
from kalip.records.journal import MAIL_SENT, append, make_event
from kalip.storage import Mail, add_mail, change_mail, get_files, get_mail, mail_of_key
from kalip.workflow.mails.rendering import render_mail

SEND: Final = "mail.send"
LONGEST_SUBJECT: Final = 300
LONGEST_BODY: Final = 200_000
MOST_RECIPIENTS: Final = 50
LARGEST_FILES: Final = 20 * 1024 * 1024
NOWHERE: Final = "kalip.invalid"
_ADDRESS = EmailType()
_FIELD = Field("to", "email", Text())
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail to send: with a text of its own, or by a template about the record.

    `key` makes it one: the same key twice is the same mail, with the same message id. Without recipients a template's
    own get it. `answers` is the id of the mail that this one answers, `locale` overrules the template's language.
    """

    to: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    template: str = ""
    entity: str | None = None
    record_id: str | None = None
    key: str | None = None
    answers: str | None = None
    files: tuple[str, ...] = ()
    locale: str = ""


def send_mail(work: Work, mail: OutgoingMail) -> str:
    """Enter a mail and the job that hands it over, in the work's transaction; the mail's id. Commits nothing.

    RecordRejected for a text or address that is none, NotFound for a template or record that isn't there.
    """
    known = mail_of_key(work.session, mail.key) if mail.key else None
    if known is not None:
        return known.id
    written = _written(work, mail)
    recipients = _checked(work, written)
    mail_id = new_id()
    before = get_mail(work.session, mail.answers) if mail.answers else None
    entered = Mail(
        id=mail_id,
        direction="out",
        state="queued",
        message_id=message_id(work, mail.key or mail_id),
        thread=before.thread if before is not None else mail_id,
        sender=work.services.network.sender,
        recipients=recipients,
        subject=" ".join(written.subject.split()),
        body=written.body,
        html=as_html(written.body),
        created_at=work.now,
        key=mail.key,
        entity=mail.entity,
        record_id=mail.record_id,
        answers=before.message_id if before is not None else "",
        template=mail.template,
        files=mail.files,
        created_by=work.actor.id,
    )
    if not add_mail(work.session, entered):
        # Another transaction was faster with the same key.
        raise Overtaken("Another mail has the key '{key}'.", params={"key": mail.key})
    enqueue(work, Job(SEND, {"mail": mail_id}, f"{SEND}:{mail_id}"))
    if mail.entity and mail.record_id:
        facts: Record = {"mail": mail_id, "subject": entered.subject}
        append(work, [make_event(work, MAIL_SENT, mail.entity, mail.record_id, (None, facts))])
    return mail_id


def send_again(work: Work, mail_id: str) -> None:
    """Try a mail that failed once more; Conflict when it hasn't. Only those who did not get it get it now."""
    mail = get_mail(work.session, mail_id)
    if mail is None:
        raise NotFound("There is no mail '{id}'.", params={"id": mail_id[:60]})
    left = tuple(mail.refused) if mail.state == "partly" else mail.recipients
    if not change_mail(work.session, mail_id, ["failed", "partly"], state="queued", error="", recipients=left):
        raise Conflict("The mail is on its way already.")
    enqueue(work, Job(SEND, {"mail": mail_id}, f"{SEND}:{mail_id}:{mail.attempts}"))


def message_id(work: Work, key: str) -> str:
    """The message id that belongs to a key: however often the mail is handed over, it is the same."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain_of(work.services)}>"


def domain_of(services: Services) -> str:
    """The domain that the site's mails are of."""
    return parseaddr(services.network.sender)[1].rpartition("@")[2] or NOWHERE


def addresses_of(text: str) -> tuple[str, ...]:
    """The addresses in what somebody typed: apart by commas, semicolons or lines, with names or without."""
    return tuple(each for _, each in getaddresses([text.replace(";", ",").replace("\n", ",")]) if each)


def as_html(text: str) -> str:
    """A text as simple HTML: paragraphs, line ends and links; everything else is escaped."""
    paragraphs = re.split(r"\n[^\S\n]*\n+", text.strip().replace("\r\n", "\n"))
    return "\n".join(f"<p>{'<br>'.join(map(_line, each.splitlines()))}</p>" for each in paragraphs if each)


def _line(text: str) -> str:
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = html.escape(match[0])
        pieces += [html.escape(text[end : match.start()]), f'<a href="{address}">{address}</a>']
        end = match.end()
    return "".join((*pieces, html.escape(text[end:])))


def _written(work: Work, mail: OutgoingMail) -> OutgoingMail:
    if not mail.template:
        return mail
    if mail.record_id is None:
        raise RecordRejected([Violation("/template", "required", "A template is about a record.")])
    rendered = render_mail(work, mail.template, mail.record_id, mail.locale)
    return replace(
        mail,
        to=mail.to or rendered.to,
        subject=mail.subject or rendered.subject,
        body=mail.body or rendered.body,
    )


def _checked(work: Work, mail: OutgoingMail) -> tuple[str, ...]:
    faults: list[Violation] = []
    recipients = _recipients(mail.to, faults)
    if not recipients and not faults:
        faults.append(Violation("/to", "required", "A mail needs somebody to go to."))
    if len(recipients) > MOST_RECIPIENTS:
        faults.append(
            Violation("/to", "too_many", "A mail goes to {most} addresses at most.", {"most": MOST_RECIPIENTS})
        )
    for name, text, longest in (("subject", mail.subject, LONGEST_SUBJECT), ("body", mail.body, LONGEST_BODY)):
        if not text.strip():
            faults.append(Violation(f"/{name}", "required", "This can't be empty."))
        elif len(text) > longest:
            faults.append(
                Violation(f"/{name}", "too_long", "At most {longest} characters are possible.", {"longest": longest})
            )
        elif "\0" in text:
            faults.append(Violation(f"/{name}", "bad_character", "This holds a sign that can't be sent."))
    faults += _file_faults(work, mail.files)
    if faults:
        raise RecordRejected(faults)
    return recipients


def _recipients(to: Iterable[str], faults: list[Violation]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for each in to:
        try:
            address = _ADDRESS.parse(_FIELD, each)
        except FieldFault as fault:
            faults.append(fault.violation("/to"))
        else:
            if address:
                found[address] = None
    return tuple(found)


def _file_faults(work: Work, files: Sequence[str]) -> list[Violation]:
    known = get_files(work.session, files)
    if len(known) < len(set(files)):
        return [Violation("/files", "not_found", "There is no such file.")]
    if sum(each.size for each in known.values()) > LARGEST_FILES:
        size = LARGEST_FILES // 1024 // 1024
        return [Violation("/files", "too_large", "Attachments have {size} MB at most together.", {"size": size})]
    return []
