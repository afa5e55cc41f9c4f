"""Makes a record of what came in, or enters it with the record or client that it belongs to; in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kalip.access import Actor
from kalip.base.errors import NotFound
from kalip.model import Entity, Receiving
from kalip.records import SaveRecord, Work, save_record
from kalip.records.commands import Record, Source, nothing
from kalip.records.journal import append, make_event
from kalip.storage import select_one
from kalip.storage.notifications import followers_of
from kalip.workflow.intake.clients import Sender, find_clients, open_record
from kalip.workflow.intake.exceptions import exception_for
from kalip.workflow.notifications import Notice, notify

MADE, APPENDED, IGNORED = "made", "appended", "ignored"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What came in for an entity: its sender, and the values of a record made of it, as REST or people write them."""

    entity: str
    sender: Sender
    values: Mapping[str, object] = field(default_factory=nothing)
    source: Source = "json"
    pipeline: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What became of an inquiry: `made`, `appended` or `ignored`, where, and why in words."""

    state: str
    entity: str = ""
    record_id: str | None = None
    reason: str = ""


def takes_messages(entity: Entity) -> bool:
    """Whether mail and public forms make records of an entity."""
    return entity.intake is not None and entity.intake.receive is not None


def intake_entity(work: Work, name: str) -> tuple[Entity, Receiving]:
    """The entity that takes messages: the named one, else the only one there is. NotFound otherwise."""
    taking = {
        each.name: each.intake.receive
        for each in work.model.entities.values()
        if each.intake is not None and each.intake.receive is not None
    }
    chosen = name or (next(iter(taking)) if len(taking) == 1 else "")
    receive = taking.get(chosen)
    if receive is None:
        raise NotFound(
            "No entity takes messages as '{name}'." if name else "It isn't said which entity takes messages.",
            hint=f"these do: {', '.join(taking)}" if taking else "none does: add an intake.json",
            params={"name": name[:60]},
        )
    return work.entity(chosen), receive


def enter(work: Work, inquiry: Inquiry) -> Place:
    """Decide where an inquiry belongs, and make its record where it needs one.

    Somebody on the list of exceptions makes nothing. What is still open of the same sender takes it; a known client's
    record is linked with the client, or not made at all when the intake says so. Raises what a save raises.
    """
    entity, receive = intake_entity(work, inquiry.entity)
    exception = exception_for(work, inquiry.sender)
    if exception is not None:
        return Place(IGNORED, entity.name, None, f"{exception.value} is on the list of exceptions")
    clients = find_clients(work, entity, inquiry.sender)
    found = open_record(work, entity, inquiry.sender, clients)
    if found is not None:
        return Place(APPENDED, entity.name, found, "still open")
    if clients and receive.known == "client":
        name, client = next(iter(clients.items()))
        return Place(APPENDED, str(entity.fields[name].target), client, "known client")
    saved = save_record(
        acting_as(work, receive.role),
        SaveRecord(
            entity.name,
            {**inquiry.values, **_links(inquiry, clients)},
            source=inquiry.source,
            pipeline=inquiry.pipeline or receive.pipeline,
        ),
    )
    return Place(MADE, entity.name, saved.id, "known client" if clients else "")


def acting_as(work: Work, role: str) -> Work:
    """The same work with the rights of one role and nobody's name: what strangers send may do no more."""
    actor = Actor(None, "Kalip", "", (role,), work.actor.locale, work.actor.timezone)
    return replace(work, actor=actor, context=replace(work.context, actor=actor.context))


def note(work: Work, kind: str, place: Place, facts: Record) -> None:
    """Write what came in into the history of the record where it belongs."""
    if place.record_id is not None:
        append(work, [make_event(work, kind, place.entity, place.record_id, (None, facts))])


def tell(work: Work, place: Place, text: str, key: str, quote: str = "", **params: str) -> None:
    """Tell the owner of a record, and who follows it, that something was added; `key` makes it once."""
    if place.state != APPENDED or place.record_id is None or place.entity not in work.model.entities:
        return
    followers = followers_of(work.session, place.entity, [place.record_id]).get(place.record_id, {})
    people = [user for user, level in followers.items() if level != "off"]
    if "owner" in work.entity(place.entity).system:
        row = select_one(work.session, work.served, place.entity, place.record_id, work.context, ("owner",))
        owner = row.get("owner") if row is not None else None
        people += [str(owner)] if owner and str(owner) not in followers else []
    notice = Notice(people, "mail", text, key, params, place.entity, place.record_id, quote=quote)
    notify(work, notice)


def _links(inquiry: Inquiry, clients: Mapping[str, str]) -> dict[str, Any]:
    if inquiry.source == "json":
        return dict(clients)
    return {name: {"": [client]} for name, client in clients.items()}
