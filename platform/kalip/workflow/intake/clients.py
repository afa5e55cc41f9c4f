"""Who a sender is: the clients whose address or number it is, and the record of theirs that is still open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from kalip.access import SYSTEM
from kalip.fields.literals import literal_of
from kalip.model import Entity, Intake, Outcome
from kalip.records import ListRecords, Work, list_records
from kalip.records.saving import stages_filter

EMAIL, PHONE = "email", "phone"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: addresses, and numbers as E.164."""

    name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @property
    def is_nobody(self) -> bool:
        """Whether there is nothing to know the sender by."""
        return not self.emails and not self.phones


def as_house(work: Work) -> Work:
    """The same work, done by the house itself: looking for records asks nobody's rights."""
    return replace(work, actor=replace(SYSTEM, locale=work.actor.locale, timezone=work.actor.timezone))


def find_clients(work: Work, entity: Entity, sender: Sender) -> dict[str, str]:
    """The client for each of the intake's reference fields; that of a found client is taken from its own references."""
    intake = entity.intake or Intake()
    found: dict[str, str] = {}
    for name in intake.clients:
        target = work.entity(str(entity.fields[name].target))
        client = _clients_own(work, entity, found, target) or _latest(work, target, contacts_filter(target, sender))
        if client is not None:
            found[name] = client
    return found


def open_record(work: Work, entity: Entity, sender: Sender, clients: Mapping[str, str]) -> str | None:
    """The latest record of the sender, or of the most exact client, in a stage that is still open."""
    whose = [contacts_filter(entity, sender)]
    for name in entity.intake.clients if entity.intake is not None else ():
        if name in clients:
            whose.append(f"{name} == {literal_of(clients[name])}")
            break
    said = " || ".join(each for each in whose if each)
    still = stages_filter(entity, Outcome.OPEN)
    return _latest(work, entity, f"({said}) && ({still})") if said and still else None


def contacts_filter(entity: Entity, sender: Sender) -> str:
    """The condition that a record of an entity holds one of the sender's addresses or numbers; empty when none can."""
    return " || ".join(_contacts(entity, sender))


def _contacts(entity: Entity, sender: Sender) -> Iterator[str]:
    for name, field in entity.fields.items():
        if field.type == EMAIL:
            # Addresses outside of ASCII are compared as they are written: no index knows their small letters.
            yield from (f"lowerAscii({name}) == lowerAscii({literal_of(each)})" for each in sender.emails)
        elif field.type == PHONE:
            yield from (f"{name} == {literal_of(each)}" for each in sender.phones)


def _clients_own(work: Work, entity: Entity, found: Mapping[str, str], target: Entity) -> str | None:
    for name, record_id in found.items():
        client = work.entity(str(entity.fields[name].target))
        for own, field in client.fields.items():
            if field.type == "reference" and field.target == target.name:
                said = f"id == {literal_of(record_id)}"
                rows = _rows(work, client, said, (own, f"{own}.archived_at"))
                if rows and rows[0].get(own) and rows[0].get(f"{own}.archived_at") is None:
                    return str(rows[0][own])
    return None


def _latest(work: Work, entity: Entity, said: str) -> str | None:
    if not said:
        return None
    rows = _rows(work, entity, said, ("id",))
    return str(rows[0]["id"]) if rows else None


def _rows(work: Work, entity: Entity, said: str, fields: Iterable[str]) -> tuple[Mapping[str, object], ...]:
    wanted = ListRecords(entity.name, tuple(fields), said, ("-created_at",), limit=1)
    return list_records(as_house(work), wanted, "values").items
