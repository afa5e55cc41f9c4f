"""Hands mails over to the mail server, outside of any transaction: at least once, each time with one message id."""

from collections.abc import Mapping, Sequence
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import KalipError
from kalip.network import NetworkError, NetworkRefused, Smtp
from kalip.records import Job, JobHandler, JobRun, Recurring, Services, Work, enqueue, run
from kalip.storage import FileInfo, Mail, change_mail, get_files, get_mail, list_mails, mails_of_thread
from kalip.workflow.mails.writing import SEND

ROUSE: Final = "mail.rouse"
_MOST_REFERENCES: Final = 20
_MOST_ROUSED: Final = 500


def post(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    """Hand one mail over, unless that is done already."""
    mail_id = str(job.arguments["mail"])
    ready = run(services, SYSTEM, lambda work: _ready(work, mail_id), write=False)
    if ready is None:
        return None
    mail, message = ready
    smtp = services.network.smtp
    if smtp is None:
        reason = "The site has no mail server: set smtp_url."
        _note(services, mail, state="waiting", error=reason)
        return {"waiting": reason}
    return _handed_over(services, job, mail, message, smtp)


def _handed_over(
    services: Services, job: JobRun, mail: Mail, message: EmailMessage, smtp: Smtp
) -> Mapping[str, Any] | None:
    attempts = mail.attempts + 1
    try:
        refused = smtp.send(message, parseaddr(message["From"])[1], mail.recipients)
    except NetworkRefused as error:
        _note(services, mail, state="failed", error=error.message, attempts=attempts)
        return {"failed": error.message}
    except NetworkError as error:
        _note(services, mail, state="failed" if job.last else "queued", error=error.message, attempts=attempts)
        raise
    said = "; ".join(f"{address}: {words}" for address, words in refused.items())
    state = "sent" if not refused else "failed" if len(refused) == len(mail.recipients) else "partly"
    _note(services, mail, state=state, error=said, refused=refused, attempts=attempts, sent_at=services.clock())
    return {"state": state}


def rouse(services: Services, _job: JobRun) -> Mapping[str, Any] | None:
    """Enter jobs for the mails that waited for a mail server, once there is one."""
    if services.network.smtp is None:
        return None
    return {"roused": run(services, SYSTEM, _roused)}


def _roused(work: Work) -> int:
    waiting = [
        each
        for each in list_mails(work.session, ["waiting"], limit=_MOST_ROUSED)
        if change_mail(work.session, each.id, ["waiting"], state="queued", error="")
    ]
    for mail in waiting:
        enqueue(work, Job(SEND, {"mail": mail.id}, f"{SEND}:{mail.id}:{work.now.isoformat()}"))
    return len(waiting)


def compose(work: Work, mail: Mail) -> EmailMessage:
    """The message of a mail as it goes over the wire, the same each time."""
    network = work.services.network
    message = EmailMessage(policy.SMTP)
    message["From"] = network.sender or mail.sender
    message["To"] = ", ".join(mail.recipients)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    if network.reply_to:
        message["Reply-To"] = reply_address(network.reply_to, mail.thread)
    if mail.answers:
        thread = [each.message_id for each in mails_of_thread(work.session, mail.thread) if each.id < mail.id]
        message["In-Reply-To"] = mail.answers
        message["References"] = " ".join(dict.fromkeys((*thread[-_MOST_REFERENCES:], mail.answers)))
    if mail.created_by is None:
        # So that nobody's out-of-office answers it, and two robots don't talk for ever.
        message["Auto-Submitted"] = "auto-generated"
    put_text(message, mail.body, mail.html)
    files = get_files(work.session, mail.files)
    for file in (files[each] for each in mail.files if each in files):
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(_bytes(work, file), maintype=main, subtype=sub or "octet-stream", filename=file.name)
    return message


def put_text(message: EmailMessage, text: str, html: str) -> None:
    """Let a message say a text, plain and as HTML."""
    message.set_content(text)
    document = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{html}\n</body></html>\n'
    message.add_alternative(document, subtype="html")


def reply_address(address: str, thread: str) -> str:
    """The address to which answers in a conversation come: `sales+thread@example.com`."""
    name, plain = parseaddr(address)
    local, _, domain = plain.rpartition("@")
    full = f"{local}+{thread.replace('-', '')}@{domain}"
    return f"{name} <{full}>" if name else full


def _ready(work: Work, mail_id: str) -> tuple[Mail, EmailMessage] | None:
    mail = get_mail(work.session, mail_id)
    return None if mail is None or mail.state != "queued" else (mail, compose(work, mail))


def _note(services: Services, mail: Mail, **values: Any) -> None:
    run(services, SYSTEM, lambda work: change_mail(work.session, mail.id, ["queued"], **values))


def _bytes(work: Work, file: FileInfo) -> bytes:
    if work.services.blobs is None:
        raise KalipError("This site has no place for files.")
    with work.services.blobs.open(file.sha256) as stream:
        return stream.read()


def _has_server(services: Services) -> bool:
    return services.network.smtp is not None


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {SEND: post, ROUSE: rouse}
RECURRING: Final[Sequence[Recurring]] = (Recurring(ROUSE, ROUSE, every=300, wanted=_has_server),)
