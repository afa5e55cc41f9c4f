"""The list of numbers and addresses whose messages make nothing, and how records and their clients get onto it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.text import Text
from kalip.fields import FieldFault
from kalip.fields.types.email import EmailType
from kalip.fields.types.phone import PhoneType
from kalip.model import Entity, Field, Intake
from kalip.records import Work, archive_record, get_record, restore_record, visible_entity
from kalip.storage.receipts import (
    IntakeException,
    add_exception,
    delete_exception,
    find_exceptions,
    get_exception,
    list_exceptions,
)
from kalip.workflow.intake.clients import EMAIL, PHONE, Sender

MAIL: Final = "mail"
_KINDS = {MAIL: (EmailType(), Field("value", EMAIL, Text())), PHONE: (PhoneType(), Field("value", PHONE, Text()))}
LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class Binned:
    """What came of putting a record's sender on the list: new exceptions, and the records that were archived."""

    exceptions: tuple[IntakeException, ...]
    records: tuple[tuple[str, str], ...]


def exception_for(work: Work, sender: Sender) -> IntakeException | None:
    """The exception that keeps a sender out: by number, by address, or by the whole domain (`@spam.example`)."""
    values = [(PHONE, each) for each in sender.phones]
    for address in sender.emails:
        lowered = address.lower()
        values += [(MAIL, lowered), (MAIL, "@" + lowered.rpartition("@")[2])]
    found = find_exceptions(work.session, values)
    return found[0] if found else None


def exceptions_of(work: Work, containing: str = "") -> list[IntakeException]:
    """The list, latest first. For administrators."""
    _require_administrator(work)
    return list_exceptions(work.session, containing)


def except_value(work: Work, value: str, note: str = "") -> IntakeException:
    """Put a number, an address or `@domain` on the list. For administrators.

    RecordRejected when it is neither, Conflict when it is on the list.
    """
    _require_administrator(work)
    kind, written = _read(value)
    made = _exception(work, kind, written, note)
    if not add_exception(work.session, made):
        raise Conflict("{value} is on the list already.", params={"value": written})
    return made


def bin_record(work: Work, entity_name: str, record_id: str, note: str = "") -> Binned:
    """Put the numbers and addresses of a record on the list, and archive it with its clients.

    AccessDenied unless the actor may archive all of them; RecordRejected when the record has no number or address.
    """
    entity = visible_entity(work, entity_name)
    if entity.intake is None or entity.intake.receive is None:
        raise NotFound("There is no list of exceptions for '{entity}'.", params={"entity": entity_name[:60]})
    places = [(entity.name, record_id), *_clients(work, entity, record_id)]
    values = dict.fromkeys(value for place in places for value in _values(work, *place))
    if not values:
        raise RecordRejected([Violation("", "required", "This has no telephone number and no e-mail address.")])
    archived = tuple(place for place in places if _archive(work, *place))
    made = []
    for kind, value in values:
        exception = _exception(work, kind, value, note, archived)
        if add_exception(work.session, exception):
            made.append(exception)
    return Binned(tuple(made), archived)


def take_back(work: Work, exception_id: str) -> tuple[tuple[str, str], ...]:
    """Take everything off the list that came with an exception, and restore what was archived with it; the records.

    For administrators. NotFound when it is gone.
    """
    _require_administrator(work)
    exception = get_exception(work.session, exception_id)
    if exception is None:
        raise NotFound("There is no such exception.")
    together = [exception]
    if exception.binned:
        same = (each for each in list_exceptions(work.session) if each.binned == exception.binned)
        together += [each for each in same if each.id != exception.id]
    for each in together:
        delete_exception(work.session, each.id)
    return tuple(place for place in exception.binned if _restore(work, *place))


def _values(work: Work, entity_name: str, record_id: str) -> Iterable[tuple[str, str]]:
    entity = work.entity(entity_name)
    record = get_record(work, entity_name, record_id)
    for name, field in entity.fields.items():
        value = record.get(name)
        if field.type == EMAIL and value:
            yield MAIL, str(value).lower()
        elif field.type == PHONE and value:
            yield PHONE, str(value)


def _clients(work: Work, entity: Entity, record_id: str) -> Iterable[tuple[str, str]]:
    intake = entity.intake or Intake()
    record = get_record(work, entity.name, record_id)
    for name in intake.clients[:1]:
        # The person who wrote; the company behind has others, who did nothing.
        if record.get(name):
            yield str(entity.fields[name].target), str(record[name])
            return
    for name in intake.clients[1:]:
        if record.get(name):
            yield str(entity.fields[name].target), str(record[name])
            return


def _archive(work: Work, entity: str, record_id: str) -> bool:
    if get_record(work, entity, record_id, ("archived_at",)).get("archived_at") is not None:
        return False
    archive_record(work, entity, record_id)
    return True


def _restore(work: Work, entity: str, record_id: str) -> bool:
    if entity not in work.model.entities:
        return False
    try:
        record = get_record(work, entity, record_id, ("archived_at",))
    except NotFound:
        return False
    if record.get("archived_at") is None:
        return False
    restore_record(work, entity, record_id)
    return True


def _read(value: str) -> tuple[str, str]:
    said = value.strip()
    if said.startswith("@") and "." in said:
        _parse(MAIL, f"a{said}")
        return MAIL, said.lower()
    kind = MAIL if "@" in said else PHONE
    return kind, _parse(kind, said).lower()


def _parse(kind: str, said: str) -> str:
    type_, field = _KINDS[kind]
    try:
        value = type_.parse(field, said)
    except FieldFault as fault:
        raise RecordRejected([fault.violation("/value")]) from None
    if not value:
        raise RecordRejected([Violation("/value", "required", "Write a telephone number or an e-mail address.")])
    return str(value)


def _exception(
    work: Work, kind: str, value: str, note: str, binned: tuple[tuple[str, str], ...] = ()
) -> IntakeException:
    return IntakeException(new_id(), kind, value, work.now, note.strip()[:LONGEST_NOTE], work.actor.id, binned)


def _require_administrator(work: Work) -> None:
    if not work.actor.administrator:
        raise AccessDenied("Only administrators may do this.")
