"""Seals: batches of the event log made fast by hashes that are linked, and the only ways to change what is logged.

Each seal's hash covers the seal before it, so that who alters an event, takes one away or puts one in would have to
make every later seal anew; the last hash, noted outside of the database, tells that too. What is redacted or removed
knowingly is a seal of its own in the same chain. Sealing and changing hold one lock: nobody seals what is changing.
"""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row, delete, func, insert, select, text, update

from kalip.base.canonical import content_hash
from kalip.storage.eventlog import EVENTS, Event, row_of
from kalip.storage.eventrows import (
    SALT,
    RawEvent,
    Sealed,
    raw_events,
    raw_range,
    salt_text,
    seal_rows,
    unseal_rows,
    without_salts,
)
from kalip.storage.own import KalipEventDoor, KalipSeal, table_of
from kalip.storage.session import Session

SEALS: Final = table_of(KalipSeal)
BATCH: Final = 1_000
OF_EVENTS, REDACTED, REMOVED = "events", "redacted", "removed"
FORMAT: Final = "kalip-seal/1"
_DOOR: Final = table_of(KalipEventDoor)
_SEAL_LOCK: Final = 0x6B7365616C  # "kseal"
_ADDING: Final = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'kalip_event'::regclass "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Seal:
    """A link of the chain; see `KalipSeal`. `about` says in JSON why something was redacted or removed."""

    number: int
    kind: str
    first_id: int
    last_id: int
    count: int
    at: datetime
    rows: str
    salts: str
    previous: str
    subject: int | None = None
    about: Mapping[str, Any] | None = None
    hash: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether the seal is as it was made. Salts are not covered: those of what is redacted are blanked later."""
        return self.hash == hash_of(self)


def hash_of(seal: Seal) -> str:
    """The hash that a seal must have."""
    said = (
        FORMAT,
        seal.number,
        seal.kind,
        seal.subject if seal.subject is not None else "",
        seal.first_id,
        seal.last_id,
        seal.count,
        seal.at.astimezone(UTC).isoformat(timespec="microseconds"),
        _about_text(seal.about),
        content_hash(seal.rows),
        seal.previous,
    )
    return content_hash("\n".join(map(str, said)))


def last_seal(session: Session, kind: str | None = None) -> Seal | None:
    """The newest link of the chain, or the newest of a kind; None when there is none yet."""
    query = select(SEALS).order_by(SEALS.c.number.desc()).limit(1)
    row = session.run(query if kind is None else query.where(SEALS.c.kind == kind)).first()
    return None if row is None else seal_of(row)


def seals_after(session: Session, number: int, limit: int = 50) -> list[Seal]:
    """The links after a number, in order."""
    query = select(SEALS).where(SEALS.c.number > number).order_by(SEALS.c.number).limit(limit)
    return [seal_of(row) for row in session.run(query)]


def changes_of(session: Session, number: int) -> list[Seal]:
    """What was redacted in or removed from the batch of a seal, in order."""
    query = select(SEALS).where(SEALS.c.subject == number).order_by(SEALS.c.number)
    return [seal_of(row) for row in session.run(query)]


def newest_event_id(session: Session) -> int:
    """The highest number of an event that can be seen."""
    return int(session.run(select(func.coalesce(func.max(EVENTS.c.id), 0))).scalar_one())


def writers_of_events(session: Session) -> frozenset[str]:
    """The transactions under way that may have taken numbers of events; asked after `newest_event_id`.

    Once all of them have ended, no event of that number or below can still come to light: who adds an event holds a
    lock on the log before it takes a number. Nobody on SQLite, where one writes after the other.
    """
    if session.dialect == "sqlite":
        return frozenset()
    return frozenset(str(each) for each in session.run(_ADDING).scalars())


def seal_next(session: Session, up_to: int, now: datetime, most: int = BATCH) -> Seal | None:
    """Seal the next events, in the session's transaction; None when there is none up to that number.

    Only for a number below which no event can come to light any more; see `writers_of_events`.
    """
    hold_seals(session)
    events = raw_range(session, sealed_up_to(session), up_to, most)
    return _append(session, OF_EVENTS, events, now) if events else None


def sealed_up_to(session: Session) -> int:
    """The number of the last event that is sealed; 0 before the first seal."""
    found = select(func.coalesce(func.max(SEALS.c.last_id), 0)).where(SEALS.c.kind == OF_EVENTS)
    return int(session.run(found).scalar_one())


def known_rows(batch: Seal, changes: Sequence[Seal]) -> dict[int, tuple[Sealed, str]]:
    """What the chain says of each event of a batch: the latest that was sealed, and by which kind of seal.

    ValueError when the rows of a seal are damaged.
    """
    known: dict[int, tuple[Sealed, str]] = {}
    for seal in (batch, *changes):
        known |= {each.id: (each, seal.kind) for each in unseal_rows(seal.rows, seal.salts)}
    return known


def hold_seals(session: Session) -> None:
    """Let nobody else seal or change events until the transaction ends; SQLite has one writer anyway."""
    if session.dialect == "postgresql":
        session.write(text(f"SELECT pg_advisory_xact_lock({_SEAL_LOCK})"))


def amend_events(session: Session, events: Sequence[Event], about: Mapping[str, Any], now: datetime) -> None:
    """Put other values in the place of events, known by their ids, and record in the chain that this was done.

    Kind, entity and moment stay. `about` is JSON that tells why, without what was there; `kalip events verify` shows
    it. The salts of what was there go, so that nobody can find it out by trying. In the session's transaction.
    """
    hold_seals(session)
    ids = [event.id for event in events]
    known = _known_of(session, ids)
    spoiled = _spoiled(session, known)
    with _door(session):
        for event in events:
            values = row_of(event)
            kept = {name: values[name] for name in ("record_id", "actor", "on_behalf", "before", "after")}
            session.write(update(EVENTS).where(EVENTS.c.id == event.id).values(kept))
    for batch, rows in known.items():
        _blank(session, batch, frozenset(rows))
        more = {"altered_before": sorted(spoiled & rows.keys())} if spoiled & rows.keys() else {}
        raw = raw_events(session, rows)
        _append(session, REDACTED, sorted(raw.items()), now, batch, {**about, **more})


def remove_events(session: Session, ids: Collection[int], about: Mapping[str, Any], now: datetime) -> int:
    """Remove sealed events for good, leaving a seal in place of those of each batch; how many went.

    What isn't sealed yet stays, and what was altered, for `kalip events verify` to name. In the session's transaction.
    """
    hold_seals(session)
    known = _known_of(session, ids)
    spoiled = _spoiled(session, known)
    count = 0
    for batch, rows in known.items():
        going = sorted(each for each in rows if each not in spoiled)
        if not going:
            continue
        with _door(session):
            session.write(delete(EVENTS).where(EVENTS.c.id.in_(going)))
        _blank(session, batch, frozenset(going))
        # Of what is gone the chain keeps the number only.
        _append(session, REMOVED, [(number, b"") for number in going], now, batch, about)
        count += len(going)
    return count


def seal_of(row: Row[Any]) -> Seal:
    """A seal of its row."""
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a mapping has the underscore
    return Seal(**{**values, "about": orjson.loads(values["about"]) if values["about"] else None})


def _known_of(session: Session, ids: Collection[int]) -> dict[int, dict[int, Sealed]]:
    """The events that are sealed and there, as the chain knows them, by the batch that they are of."""
    found: dict[int, dict[int, Sealed]] = {}
    waiting = sorted(ids)
    while waiting:
        batch = _batch_of(session, waiting[0])
        if batch is None:
            break
        inside = [each for each in waiting if each <= batch.last_id]
        waiting = waiting[len(inside) :]
        known = known_rows(batch, changes_of(session, batch.number))
        rows = {each: known[each][0] for each in inside if each in known and known[each][1] != REMOVED}
        if rows:
            found[batch.number] = rows
    return found


def _batch_of(session: Session, event_id: int) -> Seal | None:
    """The batch that an event is of, should it be sealed: the first that goes so far."""
    query = select(SEALS).where(SEALS.c.kind == OF_EVENTS, SEALS.c.last_id >= event_id)
    row = session.run(query.order_by(SEALS.c.last_id).limit(1)).first()
    return None if row is None else seal_of(row)


def _spoiled(session: Session, known: Mapping[int, Mapping[int, Sealed]]) -> frozenset[int]:
    """Those of the events that are not as they were sealed."""
    rows = [row for batch in known.values() for row in batch.values()]
    raw = raw_events(session, [row.id for row in rows])
    return frozenset(row.id for row in rows if row.id not in raw or not row.fits(raw[row.id]))


def _blank(session: Session, batch: int, ids: frozenset[int]) -> None:
    query = select(SEALS).where((SEALS.c.number == batch) | (SEALS.c.subject == batch))
    for seal in [seal_of(row) for row in session.run(query)]:
        salts = without_salts(unseal_rows(seal.rows, seal.salts), ids)
        if salts != seal.salts:
            with _door(session):
                session.write(update(SEALS).where(SEALS.c.number == seal.number).values(salts=salts))


def _append(
    session: Session,
    kind: str,
    events: Sequence[RawEvent],
    now: datetime,
    subject: int | None = None,
    about: Mapping[str, Any] | None = None,
) -> Seal:
    last = last_seal(session)
    salts = os.urandom(SALT * len(events))
    seal = Seal(
        number=1 if last is None else last.number + 1,
        kind=kind,
        first_id=events[0][0],
        last_id=events[-1][0],
        count=len(events),
        at=now,
        rows=seal_rows(events, salts),
        salts=salt_text(salts),
        previous="" if last is None else last.hash,
        subject=subject,
        about=about,
    )
    seal = replace(seal, hash=hash_of(seal))
    values = {name: getattr(seal, name) for name in (str(column.name) for column in SEALS.columns)}
    session.write(insert(SEALS).values(values | {"about": _about_text(about)}))
    return seal


def _about_text(about: Mapping[str, Any] | None) -> str:
    return "" if about is None else orjson.dumps(dict(about), option=orjson.OPT_SORT_KEYS).decode()


@contextmanager
def _door(session: Session) -> Iterator[None]:
    """Let the triggers pass changes of events inside the block; nobody else ever sees the door open."""
    with session.savepoint():
        session.write(insert(_DOOR).values(id=1))
        yield
        session.write(delete(_DOOR))
