"""Purges archived records: the row, what it owns and what lies beside it go for good; nothing brings them back.

First a plan that changes nothing: what goes along, what is emptied elsewhere, what stands against it. Then exactly
that, in one transaction. The log keeps who did what and when; its values are blanked, as those of erased persons are.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from kalip.access import denied, may
from kalip.base.errors import Conflict, RecordRejected, Violation
from kalip.model import Entity, Field, Verb
from kalip.records.commands import SavedRecord
from kalip.records.filters import allowed_rows, matching
from kalip.records.history import require_visible
from kalip.records.journal import PURGED, append, make_event
from kalip.records.merging.merging import tell_changes
from kalip.records.merging.planning import seen_of
from kalip.records.privacy.holds import holds_on
from kalip.records.rules import ANY_REFERENCE, REFERENCES
from kalip.records.saving.loading import missing, stale
from kalip.records.services import Work
from kalip.records.titles import title_of
from kalip.storage import delete_record, select_many
from kalip.storage.erasing import redact_beside
from kalip.storage.events import redact_events
from kalip.storage.loosening import loosen, references_to
from kalip.storage.merging import Move, Pointing, lock_records, pointing_at
from kalip.storage.privacy import Key
from kalip.storage.scrubbing import Traces, count_traces, files_of_records, forget_deeply, scrub, unfinished

MOST_ALONG: Final = 10_000
WHY: Final = "the record was purged"
_BESIDE: Final = ("files", "mails", "receipts", "tasks", "shares", "steps", "consents")
"""What is told before it goes; the rest is the system's own."""
_CASCADE, _CLEAR, _RESTRICT = "cascade", "clear", "restrict"


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What purging would do: `going` are all records that go, the one asked about first.

    `along` counts the others by entity, `emptied` the records that stay and in which a field goes empty or loses an
    entry, by entity and field: of both only what the actor may see. `beside` counts what lies beside those that go, by
    noun, and is empty for whoever carries the plan out. Nothing is done while there are `obstacles`.
    """

    entity: Entity
    id: str
    version: int
    title: str
    going: tuple[Key, ...]
    along: Mapping[str, int]
    emptied: Mapping[tuple[str, str], int]
    obstacles: tuple[Violation, ...]
    beside: Mapping[str, int] = field(default_factory=dict)


def plan_purge(work: Work, entity_name: str, record_id: str) -> PurgePlan:
    """Say what purging would do; writes nothing. NotFound; AccessDenied; Conflict when it isn't archived."""
    plan = _plan(work, entity_name, record_id)
    counts = count_traces(work.session, Traces(plan.going, deep=False))
    return replace(plan, beside={noun: counts[noun] for noun in _BESIDE if counts.get(noun)})


def purge_record(work: Work, entity_name: str, record_id: str, version: int | None = None) -> SavedRecord:
    """Delete an archived record for good, in the work's transaction; commits nothing.

    Raises what planning does, StaleVersion, and RecordRejected with all that stands against it.
    """
    plan = _plan(work, entity_name, record_id, hold=True)
    if version is not None and version != plan.version:
        raise stale(record_id, version, plan.version)
    if plan.obstacles:
        raise RecordRejected(plan.obstacles)
    _carry_out(work, plan)
    return SavedRecord(plan.entity.name, record_id, plan.version, False, ())


def _plan(work: Work, entity_name: str, record_id: str, *, hold: bool = False) -> PurgePlan:
    """With `hold` others wait that would change what goes, or refer to it, until the transaction ends."""
    entity = work.entity(require_visible(work, entity_name, record_id).name)
    if hold:
        lock_records(work.session, work.served, entity.name, [record_id])
    row = _rows(work, (entity.name, record_id)).get(record_id)
    if row is None:
        raise missing(entity.name, record_id)
    if not _permitted(work, entity.name, [record_id]):
        raise denied(Verb.PURGE, entity.name)
    if row["archived_at"] is None:
        raise Conflict("The record is not archived; archive it first.", params={"id": record_id})
    going, references = _reach(work, (entity.name, record_id), hold=hold)
    staying = [(at, moves) for at, all_ in references if (moves := _held_outside(at, all_, set(going)))]
    return PurgePlan(
        entity,
        record_id,
        int(str(row["version"])),
        title_of(work, entity.name, record_id),
        tuple(going),
        Counter(name for name, _ in going[1:] if may(work.served, work.actor, Verb.READ, name)),
        _emptied(work, [(at, moves) for at, moves in staying if _fate(at.field) == _CLEAR]),
        (
            *_refused_references(work, [(at, moves) for at, moves in staying if _fate(at.field) == _RESTRICT]),
            *_refused_along(work, going[1:]),
            *_refused_beside(work, going),
        ),
    )


def _rows(work: Work, *keys: Key) -> dict[str, dict[str, object]]:
    names = ("version", "archived_at")
    ids = [record_id for _, record_id in keys]
    return select_many(work.session, work.served, keys[0][0], ids, work.context, names, form="parts")


def _permitted(work: Work, entity: str, ids: Sequence[str]) -> bool:
    filters = allowed_rows(work, Verb.PURGE, entity)
    return filters is not None and matching(work, entity, ids, filters) >= set(ids)


def _fate(each: Field) -> str:
    """What becomes of a reference to a record that goes. Lists of references and links to any of several lose it."""
    if each.type == REFERENCES or (each.type == ANY_REFERENCE and not each.required):
        return _CLEAR
    return each.on_delete


def _reach(work: Work, root: Key, *, hold: bool) -> tuple[list[Key], list[tuple[Pointing, list[Move]]]]:
    """All records that go, from the first down, and every reference to them."""
    going = {root: None}
    fresh = [root]
    found: list[tuple[Pointing, list[Move]]] = []
    while fresh and len(going) <= MOST_ALONG:
        following: dict[Key, None] = {}
        for entity in dict.fromkeys(name for name, _ in fresh):
            ids = [record_id for name, record_id in fresh if name == entity]
            for at in pointing_at(work.served, entity):
                moves = references_to(work.session, work.served, at, ids)
                found.append((at, moves))
                if _fate(at.field) == _CASCADE:
                    following |= {(at.entity, move.record_id): None for move in moves}
        fresh = [key for key in following if key not in going]
        going |= dict.fromkeys(fresh)
        for entity in dict.fromkeys(name for name, _ in fresh) if hold else ():
            lock_records(work.session, work.served, entity, [each for name, each in fresh if name == entity])
    return list(going), found


def _held_outside(at: Pointing, moves: Sequence[Move], going: set[Key]) -> list[Move]:
    return [move for move in moves if (at.entity, move.record_id) not in going]


def _seen(work: Work, at: Pointing, moves: Sequence[Move]) -> set[str]:
    """Those of the records with a reference that the actor may see it in."""
    return seen_of(work, at.entity, at.field.name, [move.record_id for move in moves])


def _emptied(work: Work, references: Sequence[tuple[Pointing, list[Move]]]) -> Mapping[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for at, moves in references:
        if seen := _seen(work, at, moves):
            found[at.entity, at.field.name] += len(seen)
    return found


def _refused_references(work: Work, references: Sequence[tuple[Pointing, list[Move]]]) -> Iterator[Violation]:
    """Records that stay and need one that goes; those that the actor may not see are not counted."""
    hidden = False
    for at, moves in references:
        seen = _seen(work, at, moves)
        hidden = hidden or seen < {move.record_id for move in moves}
        if seen:
            params = {**_named(work, at.entity), "field": at.field.label.get(work.actor.locale), "count": len(seen)}
            yield Violation("", "referred_to", "Other records refer to it by “{field}” ({entity}: {count}).", params)
    if hidden:
        yield Violation("", "referred_to", "Records that you may not see refer to it.")


def _refused_along(work: Work, along: Sequence[Key]) -> Iterator[Violation]:
    if len(along) >= MOST_ALONG:
        yield Violation("", "too_many", "More than {limit} records would go along.", {"limit": MOST_ALONG})
        return
    for entity in dict.fromkeys(name for name, _ in along):
        keys = [key for key in along if key[0] == entity]
        if any(row["archived_at"] is None for row in _rows(work, *keys).values()):
            params = _named(work, entity)
            yield Violation("", "not_archived", "Records that would go along are not archived ({entity}).", params)
        if not _permitted(work, entity, [record_id for _, record_id in keys]):
            params = _named(work, entity)
            yield Violation("", "not_permitted", "You may not purge records that would go along ({entity}).", params)


def _refused_beside(work: Work, going: Sequence[Key]) -> Iterator[Violation]:
    """Holds, whose reasons are the privacy officer's, and work that somebody still has to do."""
    for entity in dict.fromkeys(name for name, _ in holds_on(work, going)):
        yield Violation("", "held", "The privacy officer holds it ({entity}).", _named(work, entity))
    left = unfinished(work.session, going)
    if left.get("tasks"):
        yield Violation("", "open_tasks", "Tasks about it are open: {count}. End them first.", {"count": left["tasks"]})
    if left.get("conversions"):
        yield Violation("", "open_conversion", "A conversion of it is not finished: finish it or undo it first.")


def _named(work: Work, entity: str) -> dict[str, object]:
    """What an entity is called, for whoever may know of it."""
    found = work.entity(entity)
    known = may(work.served, work.actor, Verb.READ, entity)
    return {"entity": (found.plural or found.label).get(work.actor.locale) if known else "…"}


def _carry_out(work: Work, plan: PurgePlan) -> None:
    forget_deeply(work.session)
    _loosen(work, plan)
    traces = Traces(plan.going, deep=False)
    files = files_of_records(work.session, plan.going, {})
    redact_beside(work.session, traces, WHY, work.now)
    for key in reversed(plan.going):
        redact_events(work.session, *key, None, WHY, work.now)
        delete_record(work.session, work.served, *key)
    scrub(work.session, traces, files=files)
    append(work, [make_event(work, PURGED, *key, (None, {})) for key in plan.going])


def _loosen(work: Work, plan: PurgePlan) -> None:
    """Empty the references to what goes: in what stays, which is told, and among what goes, so that order is free."""
    stamp = {"updated_at": work.now, "updated_by": work.actor.id}
    going = set(plan.going)
    for entity in dict.fromkeys(name for name, _ in plan.going):
        ids = [record_id for name, record_id in plan.going if name == entity]
        for at in pointing_at(work.served, entity):
            fate = _fate(at.field)
            if fate == _CASCADE:
                continue
            moves = references_to(work.session, work.served, at, ids)
            loosen(work.session, work.served, moves, stamp)
            tell_changes(work, entity, _held_outside(at, moves, going), None)
