"""Reads the site's mailboxes: each message becomes a receipt once, its bytes a file, and a job makes the rest of it."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parseaddr
from io import BytesIO
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.ids import new_id
from kalip.network import Folder, MailboxAccount, MessageTooLarge, NetworkError, open_folder
from kalip.records import Job, JobHandler, JobRun, Recurring, Services, Work, enqueue, run
from kalip.records.files import blobs_of
from kalip.storage import Blob, FileInfo, MailboxPlace, add_file, add_mailbox, mailbox_place, move_mailbox
from kalip.storage.receipts import Receipt, add_receipt
from kalip.workflow.intake.messages import read_message
from kalip.workflow.intake.receiving import TAKE, take

POLL: Final = "mail.poll"
EVERY: Final = 60
FROM_START: Final = "start"
_LONGEST_ERROR = 500

_log = logging.getLogger(__name__)


def poll(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    """Read what is new in every mailbox. One that can't be read is noted, and stops no other."""
    found = {}
    for account in services.network.mailboxes:
        if job.cancelled():
            break
        try:
            found[account.name] = read_mailbox(services, account)
        except NetworkError as error:
            _log.warning("the mailbox %s can't be read: %s", account.name, error.message)
            reason = error.message[:_LONGEST_ERROR]
            run(services, SYSTEM, lambda work, name=account.name, reason=reason: _note(work, name, reason))  # type: ignore[misc]
    return found


def read_mailbox(services: Services, account: MailboxAccount) -> int:
    """Take what is new in a mailbox; how many messages were new. Raises NetworkError.

    What lies there when it is read for the first time stays there, unless the address says `from=start`. When the
    server numbers its messages anew, everything since then is looked at again, and known messages are known.
    """
    with open_folder(account.server, account.largest) as folder:
        place = run(services, SYSTEM, lambda work: _place(work, account, folder))
        count = 0
        for uid in folder.after(place.uid, None if place.uid else place.since):
            try:
                raw = folder.fetch(uid)
            except MessageTooLarge as error:
                reason = error.message
                run(services, SYSTEM, lambda work, uid=uid, reason=reason: _refuse(work, account, place, uid, reason))  # type: ignore[misc]
                continue
            count += run(services, SYSTEM, lambda work, uid=uid, raw=raw: _enter(work, account, uid, raw))  # type: ignore[misc]
        run(services, SYSTEM, lambda work: move_mailbox(work.session, account.name, read_at=work.now, error=""))
    return count


def _place(work: Work, account: MailboxAccount, folder: Folder) -> MailboxPlace:
    place = mailbox_place(work.session, account.name)
    if place is None:
        everything = account.server.options.get("from") == FROM_START
        newest = 0 if everything else max(folder.after(0, None), default=0)
        since = datetime.fromtimestamp(0, work.now.tzinfo) if everything else work.now
        add_mailbox(work.session, MailboxPlace(account.name, folder.validity, newest, since))
    elif place.validity != folder.validity:
        move_mailbox(work.session, account.name, validity=folder.validity, uid=0)
    found = mailbox_place(work.session, account.name)
    if found is None:
        raise NetworkError("The place in the mailbox {name} is gone.", params={"name": account.name})
    return found


def _enter(work: Work, account: MailboxAccount, uid: int, raw: bytes | None) -> int:
    """The receipt, the file and the job of a message, and how far the mailbox is read: all at once or not at all."""
    new = 0
    if raw is not None:
        message = read_message(raw)
        blob = _keep(work.services, raw)
        file = FileInfo(new_id(), "message.eml", "message/rfc822", blob.size, blob.sha256, work.now, None)
        receipt = Receipt(
            id=new_id(),
            channel="mail",
            source=account.name,
            identity=message.identity,
            at=work.now,
            entity=account.intake,
            sender=parseaddr(message.sender)[1] or message.sender,
            subject=message.subject,
            payload={"uid": uid, "message_id": message.message_id, "to": list(message.recipients)},
            raw_file=file.id,
        )
        if add_receipt(work.session, receipt):
            add_file(work.session, file)
            enqueue(work, Job(TAKE, {"receipt": receipt.id}, f"{TAKE}:{receipt.id}"))
            new = 1
    move_mailbox(work.session, account.name, uid=uid)
    return new


def _refuse(work: Work, account: MailboxAccount, place: MailboxPlace, uid: int, reason: str) -> None:
    """A receipt of a message that is not read: it stays in the mailbox, and somebody knows of it."""
    receipt = Receipt(
        id=new_id(),
        channel="mail",
        source=account.name,
        identity=f"{account.name} {place.validity} {uid}",
        at=work.now,
        entity=account.intake,
        state="failed",
        settled_at=work.now,
        reason=reason,
        payload={"uid": uid},
    )
    add_receipt(work.session, receipt)
    move_mailbox(work.session, account.name, uid=uid)


def _keep(services: Services, raw: bytes) -> Blob:
    return blobs_of(services).write(BytesIO(raw))


def _note(work: Work, name: str, error: str) -> None:
    # A mailbox that was never reached has no place yet: its first messages are to be counted from the first visit.
    move_mailbox(work.session, name, error=error)


def _has_mailboxes(services: Services) -> bool:
    return bool(services.network.mailboxes)


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {POLL: poll, TAKE: take}
RECURRING: Final[Sequence[Recurring]] = (Recurring(POLL, POLL, every=EVERY, wanted=_has_mailboxes),)
