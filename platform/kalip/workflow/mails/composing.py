"""Mail that people write from a record, and mail of records as they may see it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kalip.access import denied
from kalip.base.errors import NotFound
from kalip.model import Entity, Verb
from kalip.records import Work, get_record, record_rights, require_visible
from kalip.records.files import open_file
from kalip.storage import FileInfo, Mail, get_files, get_mail, mails_of_record, mails_of_thread
from kalip.workflow.mails.writing import OutgoingMail, send_again, send_mail

_EMAIL, _REFERENCE = "email", "reference"


@dataclass(frozen=True, slots=True)
class Addressee:
    """An address that a record, or a record that it refers to, holds. `path` is the field."""

    path: str
    address: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A mail with those of its conversation, oldest first, and the files of all of them by id."""

    mail: Mail
    thread: tuple[Mail, ...]
    files: dict[str, FileInfo]


def has_addresses(entity: Entity) -> bool:
    """Whether records of an entity, or what they refer to, may hold mail addresses."""
    return any(field.type in (_EMAIL, _REFERENCE) for field in entity.fields.values())


def addressees_of(work: Work, entity: Entity, record_id: str) -> tuple[Addressee, ...]:
    """To whom one may write from a record: the addresses in it and in what it refers to, as the actor sees them."""
    paths = list(_paths(work, entity))
    record = get_record(work, entity.name, record_id, paths) if paths else {}
    found = {
        str(record[path]).lower(): Addressee(path, str(record[path])) for path in reversed(paths) if record.get(path)
    }
    return tuple(reversed(found.values()))


def write_mail(work: Work, mail: OutgoingMail) -> str:
    """Send a mail about a record; its id. Commits nothing. For whoever may change the record, with files that they see.

    Raises what `send_mail` does, AccessDenied and NotFound.
    """
    entity = _changeable(work, str(mail.entity), str(mail.record_id))
    if mail.answers:
        mail_of_record(work, entity.name, str(mail.record_id), mail.answers)
    for file in mail.files:
        open_file(work, file)
    return send_mail(work, replace(mail, entity=entity.name))


def write_again(work: Work, entity_name: str, record_id: str, mail_id: str) -> None:
    """Send a mail that failed once more; as `write_mail`."""
    entity = _changeable(work, entity_name, record_id)
    mail_of_record(work, entity.name, record_id, mail_id)
    send_again(work, mail_id)


def mail_of_record(work: Work, entity_name: str, record_id: str, mail_id: str) -> Mail:
    """A mail of a record that the actor may see; NotFound otherwise."""
    entity = require_visible(work, entity_name, record_id)
    mail = get_mail(work.session, mail_id)
    if mail is None or (mail.entity, mail.record_id) != (entity.name, record_id):
        raise NotFound("There is no mail '{id}'.", params={"id": mail_id[:60]})
    return mail


def record_mails(work: Work, entity_name: str, record_id: str, limit: int = 50) -> list[Mail]:
    """The mails of a record that the actor may see, latest first."""
    entity = require_visible(work, entity_name, record_id)
    return mails_of_record(work.session, entity.name, record_id, limit)


def conversation_of(work: Work, entity_name: str, record_id: str, mail_id: str) -> Conversation:
    """A mail with its conversation, as far as it is about the same record."""
    mail = mail_of_record(work, entity_name, record_id, mail_id)
    thread = tuple(
        each
        for each in mails_of_thread(work.session, mail.thread)
        if (each.entity, each.record_id) == (mail.entity, mail.record_id)
    )
    files = get_files(work.session, [file for each in thread for file in each.files])
    return Conversation(mail, thread, files)


def _changeable(work: Work, entity_name: str, record_id: str) -> Entity:
    entity = require_visible(work, entity_name, record_id)
    if Verb.UPDATE not in record_rights(work, entity.name, record_id, (Verb.UPDATE,)):
        raise denied(Verb.UPDATE, entity.name)
    return entity


def _paths(work: Work, entity: Entity) -> Iterator[str]:
    yield from (name for name, field in entity.fields.items() if field.type == _EMAIL)
    for name, field in entity.fields.items():
        target = work.seen.entities.get(field.target or "") if field.type == _REFERENCE else None
        if target is not None:
            yield from (f"{name}.{own}" for own, each in target.fields.items() if each.type == _EMAIL)
