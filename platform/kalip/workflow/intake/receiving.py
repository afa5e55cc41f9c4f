"""Turns mails that came in into records, entries of histories, or a word why not: exactly once for each receipt."""

import logging
import re
from collections.abc import Mapping
from email.utils import parseaddr
from io import BytesIO
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import KalipError
from kalip.base.ids import new_id
from kalip.model import Entity, Outcome, Receiving
from kalip.records import JobRun, Overtaken, Services, Work, run
from kalip.records.files import blobs_of, clean_name
from kalip.records.journal import MAIL_RECEIVED
from kalip.records.sniffing import sniff
from kalip.storage import (
    FileInfo,
    Mail,
    Unavailable,
    add_file,
    add_mail,
    change_mail,
    get_file,
    mails_of_messages,
    mails_of_thread,
    select_one,
)
from kalip.storage.receipts import Receipt, change_receipt, get_receipt
from kalip.workflow.intake.clients import Sender
from kalip.workflow.intake.entering import APPENDED, IGNORED, Inquiry, Place, enter, intake_entity, note, tell
from kalip.workflow.intake.forms import enter_form
from kalip.workflow.intake.messages import Message, read_message

TAKE: Final = "intake.take"
OPEN_STATES: Final = ("new", "failed")
_LONGEST_REASON = 1000
_LONGEST_QUOTE = 2000

_log = logging.getLogger(__name__)


def take(services: Services, job: JobRun) -> Mapping[str, Any] | None:
    """Settle one receipt."""
    return {"state": settle(services, str(job.arguments["receipt"]))}


def settle(services: Services, receipt_id: str) -> str:
    """Make of a receipt what it is to become, unless that is done; its state then. What fails is written down with it.

    Only a database that can't be used is raised: that is worth another try by itself.
    """
    try:
        return run(services, SYSTEM, lambda work: _settle(work, receipt_id))
    except (Unavailable, Overtaken):
        raise
    except KalipError as error:
        reason = "; ".join((error.message, *(f"{each.pointer}: {each.message}" for each in _violations(error))))
    except Exception as error:  # noqa: BLE001 - strangers may send what breaks any library
        _log.exception("the receipt %s failed", receipt_id)
        reason = f"{type(error).__name__}: {error}"
    run(services, SYSTEM, lambda work: _fail(work, receipt_id, reason))
    return "failed"


def _settle(work: Work, receipt_id: str) -> str:
    receipt = get_receipt(work.session, receipt_id)
    if receipt is None:
        return "gone"
    # The first statement that writes: whoever comes second waits here, and then finds nothing to do.
    attempts = receipt.attempts + 1
    if not change_receipt(work.session, receipt_id, OPEN_STATES, state="new", attempts=attempts, reason=""):
        settled_by_another = get_receipt(work.session, receipt_id)
        return settled_by_another.state if settled_by_another is not None else "gone"
    place, values = _enter_mail(work, receipt) if receipt.channel == "mail" else enter_form(work, receipt)
    settled = {"entity": place.entity or receipt.entity, "record_id": place.record_id, "reason": place.reason}
    change_receipt(work.session, receipt_id, ["new"], state=place.state, settled_at=work.now, **settled, **values)
    return place.state


def _fail(work: Work, receipt_id: str, reason: str) -> None:
    receipt = get_receipt(work.session, receipt_id)
    if receipt is not None:
        values = {"state": "failed", "reason": reason[:_LONGEST_REASON], "attempts": receipt.attempts + 1}
        change_receipt(work.session, receipt_id, OPEN_STATES, settled_at=work.now, **values)


def _enter_mail(work: Work, receipt: Receipt) -> tuple[Place, Mapping[str, Any]]:
    message = read_message(_raw(work, receipt))
    thread = _thread(work, message)
    if message.bounce is not None:
        return _bounced(work, message), {}
    place = _belongs(work, receipt, message, thread)
    if place.state == IGNORED:
        return place, {}
    mail = _kept(work, message, thread, place)
    note(work, MAIL_RECEIVED, place, {"mail": mail.id, "subject": mail.subject, "from": message.sender})
    text = "{sender} wrote a mail about {record}."
    tell(work, place, text, f"mail:{mail.id}", mail.body[:_LONGEST_QUOTE], sender=message.sender)
    return place, {"mail_id": mail.id}


def _belongs(work: Work, receipt: Receipt, message: Message, thread: Mail | None) -> Place:
    if message.sender.lower() == parseaddr(work.services.network.sender)[1].lower():
        return Place(IGNORED, reason="sent by this site itself")
    entity, receive = intake_entity(work, receipt.entity)
    place = None if thread is None else _of_thread(work, thread, entity)
    if place is not None:
        return place
    if message.automatic:
        return Place(IGNORED, reason="an automatic answer that belongs to nothing")
    sender = Sender(message.sender_name, (message.sender,) if message.sender else ())
    return enter(work, Inquiry(entity.name, sender, _values(work, entity, receive, message), pipeline=receive.pipeline))


def _of_thread(work: Work, thread: Mail, entity: Entity) -> Place | None:
    """The record that a conversation is about; a closed one of the intake's entity takes no more: L43."""
    if thread.entity is None or thread.record_id is None or thread.entity not in work.model.entities:
        return None
    about = work.entity(thread.entity)
    wanted = ("id", "archived_at", *(("pipeline", "stage") if about.pipelines else ()))
    row = select_one(work.session, work.served, about.name, thread.record_id, work.context, wanted)
    if row is None or row["archived_at"] is not None:
        return None
    if about.name == entity.name and about.pipelines:
        pipeline = about.pipelines.get(str(row["pipeline"]))
        stage = None if pipeline is None else pipeline.stages.get(str(row["stage"]))
        if stage is not None and stage.outcome is not Outcome.OPEN:
            return None
    return Place(APPENDED, about.name, thread.record_id, "an answer")


def _thread(work: Work, message: Message) -> Mail | None:
    """The mail that began the conversation: by the address that was written to, else by what is answered."""
    for address in message.recipients:
        token = address.rpartition("@")[0].partition("+")[2].lower()
        if len(token) == 32:
            found = mails_of_thread(work.session, _as_id(token))
            if found:
                return found[0]
    by_id = {each.message_id: each for each in mails_of_messages(work.session, message.references)}
    return next((by_id[each] for each in message.references if each in by_id), None)


def _as_id(token: str) -> str:
    return "-".join((token[:8], token[8:12], token[12:16], token[16:20], token[20:]))


def _bounced(work: Work, message: Message) -> Place:
    bounce = message.bounce
    mails = mails_of_messages(work.session, bounce.about) if bounce is not None else []
    outgoing = next((each for each in mails if each.direction == "out"), None)
    if outgoing is None or bounce is None:
        return Place(IGNORED, reason="an undelivered mail that is not ours")
    change_mail(work.session, outgoing.id, ["sent", "partly"], state="failed", error=bounce.reason)
    place = Place(APPENDED, outgoing.entity or "", outgoing.record_id, f"undelivered: {bounce.reason}")
    note(work, MAIL_RECEIVED, place, {"mail": outgoing.id, "subject": outgoing.subject, "bounced": bounce.reason})
    tell(
        work, place, "A mail about {record} was not delivered: {reason}", f"bounce:{outgoing.id}", reason=bounce.reason
    )
    return place


def _values(work: Work, entity: Entity, receive: Receiving, message: Message) -> dict[str, object]:
    parts = {
        "subject": message.subject,
        "text": message.text,
        "name": message.sender_name or _name_in(message.sender),
        "email": message.sender,
    }
    values: dict[str, object] = dict(receive.values)
    for part, name in receive.fields.items():
        said = parts.get(part, "")
        field = entity.fields[name]
        longest = field.options.get("max_length")
        if field.type == "text":
            said = " ".join(said.split())
        if not said:
            continue
        if field.type == "person_name":
            type_ = work.served.types[field.type]
            values[name] = type_.to_json(field, type_.parse_text(field, said))
        else:
            values[name] = said[: int(longest)] if longest else said
    return values


def _name_in(address: str) -> str:
    """What the part before the @ says of a sender who gives no name: `ayse.yildiz@…` is Ayse Yildiz."""
    return " ".join(each.capitalize() for each in re.split(r"[._+-]+", address.partition("@")[0]) if each)


def _kept(work: Work, message: Message, thread: Mail | None, place: Place) -> Mail:
    mail_id = new_id()
    mail = Mail(
        id=mail_id,
        direction="in",
        state="received",
        message_id=message.message_id,
        thread=thread.thread if thread is not None else mail_id,
        sender=f"{message.sender_name} <{message.sender}>" if message.sender_name else message.sender,
        recipients=message.recipients,
        subject=message.subject,
        body=message.text,
        created_at=work.now,
        entity=place.entity,
        record_id=place.record_id,
        answers=next(iter(message.references), ""),
        files=tuple(_attached(work, message, place)),
    )
    add_mail(work.session, mail)
    return mail


def _attached(work: Work, message: Message, place: Place) -> list[str]:
    ids = []
    for each in message.attachments:
        blobs = blobs_of(work.services)
        blob = blobs.write(BytesIO(each.content))
        name = clean_name(each.name)
        info = FileInfo(
            id=new_id(),
            name=name,
            media_type=sniff(blobs.path(blob.sha256), name),
            size=blob.size,
            sha256=blob.sha256,
            created_at=work.now,
            created_by=None,
            entity=place.entity,
            record_id=place.record_id,
        )
        add_file(work.session, info)
        ids.append(info.id)
    return ids


def _raw(work: Work, receipt: Receipt) -> bytes:
    file = get_file(work.session, receipt.raw_file or "")
    if file is None:
        raise KalipError("The message itself is gone.")
    with blobs_of(work.services).open(file.sha256) as stream:
        return stream.read()


def _violations(error: KalipError) -> tuple[Any, ...]:
    return tuple(getattr(error, "violations", ()))
