"""One unit of work: a pinned model, an actor and one transaction. The only place that commits and retries."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from kalip.access import NOTHING_GIVEN, Actor, Sight, seen_model, sight_of
from kalip.base.clock import Clock, system_clock
from kalip.base.errors import AccessDenied, Conflict
from kalip.base.ids import new_id
from kalip.base.sealing import Sealer
from kalip.expressions import Context
from kalip.model import Entity, Model
from kalip.network import Network
from kalip.runtime import Runtime, Served
from kalip.runtime.directories import Directory
from kalip.storage import (
    ActorSets,
    Blobs,
    Database,
    Event,
    RevisionChanged,
    Session,
    Unavailable,
    append_events,
    current_revision,
)
from kalip.storage.events import READ

T = TypeVar("T")
Announce = Callable[[Mapping[str, object]], None]
Translate = Callable[[str, str], str]

ATTEMPTS = 6
PATIENCE = 2  # how often publishers may overtake a write before they have to wait for it
FIRST_PAUSE = 0.02  # seconds; doubled with each attempt, with jitter

_log = logging.getLogger(__name__)


class Overtaken(Conflict):
    """Another change of the same record was first; the same command can be given again, and `run` does."""


def _as_written(_locale: str, text: str) -> str:
    """Translate nothing."""
    return text


def _nobody(event: Mapping[str, object]) -> None:
    """Announce to nobody."""


def _nothing() -> None:
    """Wake nobody."""


@dataclass(frozen=True, slots=True)
class Services:
    """What every use case stands on, made once by the application.

    `announce` is called with each event (kind, entity, record_id, actor, on_behalf, before, after, at) after
    its transaction has committed; what it raises is logged and harms nobody, since the event
    itself is already kept. `translate` gives an English text in a locale. `network` is how to reach other machines.
    `directories` are those that people are kept in step with, by name.
    `sealer` seals secrets that are kept; unless it is given, what it sealed ends with the process.
    """

    database: Database
    runtime: Runtime
    blobs: Blobs | None = None
    announce: Announce = _nobody
    clock: Clock = system_clock
    wake: Callable[[], None] = _nothing
    network: Network = field(default_factory=Network)
    directories: Mapping[str, Directory] = field(default_factory=dict)
    translate: Translate = _as_written
    sealer: Sealer = field(default_factory=Sealer.fleeting)


@dataclass(slots=True)
class Work:
    """A unit of work in progress. `context` is what expressions may know: moment, day and actor.

    `reads` are the marked fields of which values were shown, by entity and record.
    `events` are those written so far; `deprecated` the old names that the caller still used; `enqueued` says whether
    jobs were put in; `memory` is what was read once and doesn't change meanwhile, by what it is called.
    """

    services: Services
    served: Served
    session: Session
    actor: Actor
    now: datetime
    correlation: str
    context: Context
    events: list[Event] = field(default_factory=list)
    deprecated: list[str] = field(default_factory=list)
    enqueued: bool = False
    reads: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        """The model that is pinned for the whole unit of work."""
        return self.served.model

    @property
    def seen(self) -> Model:
        """The model as the actor sees it, without hidden fields: for all that is shown."""
        return seen_model(self.served, self.actor)

    def sight(self, entity: str) -> Sight:
        """What the actor may see and change of an entity's fields."""
        return sight_of(self.served, self.actor, entity)

    def entity(self, name: str) -> Entity:
        """An entity of the model that is known to exist."""
        return self.served.model.entities[name]


@contextmanager
def unit_of_work(
    services: Services, actor: Actor, *, write: bool = False, correlation: str | None = None
) -> Iterator[Work]:
    """Open one transaction on a pinned model; commits at exit when `write`, rolls back on an exception.

    Raises RevisionChanged when another model went into service meanwhile: use `run` to retry. AccessDenied when one
    who only looks would write.
    """
    if write:
        require_writing(actor)
    served = services.runtime.pin()
    database = services.database
    opened = database.write(served.model.revision) if write else database.read()
    with opened as session:
        work = open_work(services, served, session, actor, correlation)
        yield work
        if write:
            keep_reads(work)
    if not write:
        keep_reads(work)
    announce(work)


@contextmanager
def settled_work(services: Services, actor: Actor, correlation: str | None = None) -> Iterator[Work]:
    """The same for writing, where the model is pinned once nobody can publish any more.

    Publishers wait while a model is loaded, so this is for work that they have overtaken again and again. Raises
    RevisionChanged when what is published can't be served, AccessDenied as in `unit_of_work`.
    """
    require_writing(actor)
    with services.database.write() as session:
        served = services.runtime.refresh()
        current = current_revision(session)
        if current != served.model.revision:
            raise RevisionChanged(current)
        work = open_work(services, served, session, actor, correlation)
        yield work
        keep_reads(work)
    announce(work)


def open_work(
    services: Services, served: Served, session: Session, actor: Actor, correlation: str | None = None
) -> Work:
    """Work inside a transaction that the caller opened and commits; `announce` the work after that."""
    now = services.clock()
    context = Context(now=now, today=now.astimezone(ZoneInfo(actor.timezone)).date(), actor=actor.context)
    told = None if actor.told is None else actor.told.take()
    # Who writes may have waited for others, who took something away meanwhile.
    sets = ActorSets(session, context, None if session.writable else told)
    context = replace(context, sets=sets)
    actor = replace(actor, given=NOTHING_GIVEN if actor.limited else sets)
    return Work(services, served, session, actor, now, correlation or new_id(), context)


def run(
    services: Services,
    actor: Actor,
    command: Callable[[Work], T],
    *,
    write: bool = True,
    correlation: str | None = None,
) -> T:
    """Run a use case in its own unit of work and give its result, after the commit.

    Tried again, from the start and on the present model, when the model has changed or the
    database was busy; so the command must have no effect outside of its session.
    """
    correlation = correlation or new_id()
    overtaken = 0
    for attempt in range(1, ATTEMPTS + 1):
        opened = (
            settled_work(services, actor, correlation)
            if overtaken >= PATIENCE
            else unit_of_work(services, actor, write=write, correlation=correlation)
        )
        try:
            with opened as work:
                result = command(work)
        except RevisionChanged:
            if attempt == ATTEMPTS:
                raise
            overtaken += 1
            services.runtime.refresh()
        except (Unavailable, Overtaken):
            if attempt == ATTEMPTS:
                raise
            time.sleep(FIRST_PAUSE * 2**attempt * (0.5 + random.random()))  # noqa: S311 - jitter
        else:
            return result
    raise AssertionError  # the last attempt returns or raises


def require_writing(actor: Actor) -> None:
    """Raise AccessDenied for who only reads: by such a token, or with another's eyes."""
    if actor.read_only and actor.on_behalf is None:
        raise AccessDenied("This token only reads.")
    if actor.read_only:
        raise AccessDenied("You are looking with another's eyes: nothing can be changed until you stop.")


def keep_reads(work: Work) -> None:
    """Keep who was shown what: in the work's transaction when it writes, else in one of its own.

    Nobody is told of it, and no work waits for it.
    """
    if not work.reads:
        return
    events = [
        Event(
            kind=READ,
            entity=entity,
            record_id=record_id,
            actor=work.actor.id,
            at=work.now,
            after={"fields": sorted(names)},
            on_behalf=work.actor.on_behalf,
            correlation=work.correlation,
            revision=work.model.revision,
        )
        for (entity, record_id), names in work.reads.items()
    ]
    work.reads.clear()
    if work.session.writable:
        append_events(work.session, events)
        return
    with work.services.database.beside() as session:
        append_events(session, events)


def announce(work: Work) -> None:
    """Tell the listeners of the events that were committed."""
    for event in work.events:
        facts = {
            "kind": event.kind,
            "entity": event.entity,
            "record_id": event.record_id,
            "actor": event.actor,
            "on_behalf": event.on_behalf,
            "before": event.before,
            "after": event.after,
            "at": event.at,
        }
        try:
            work.services.announce(facts)
        except Exception:  # noqa: BLE001 - the change is committed; a listener cannot undo it
            _log.exception("a listener failed on the event %s of %s", event.kind, event.record_id)
    if work.events or work.enqueued:
        work.services.wake()
