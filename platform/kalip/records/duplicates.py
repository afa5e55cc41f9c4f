"""Finds the records that mean the same as others, by the duplicate rules of metadata, and remembers which do not.

What the actor may not see is never named. Whether it counts, and whether a find warns or refuses, is the rule's affair.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from kalip.base.errors import BadRequest
from kalip.base.text import Text
from kalip.fields import FieldFault
from kalip.model import Verb
from kalip.records.commands import Record
from kalip.records.filters import allowed_rows, matching
from kalip.records.journal import MAYBE_DUPLICATE, NOT_DUPLICATE, append, make_event
from kalip.records.naming import visible_entity
from kalip.records.rules import rules_of
from kalip.records.services import Work
from kalip.records.titles import titles_of
from kalip.storage import select_many
from kalip.storage.duplicates import (
    DuplicateKey,
    find_alike,
    hold_keys,
    tell_apart,
    told_apart,
    untell_apart,
    who_told_apart,
)
from kalip.storage.likeness import Side, keys_of, score, sides_of

MOST_TOLD = 20
MOST_APART = 50
USER = "user"
TITLE, VISIBLE = "\0title", "\0visible"
"""What rows are given beside their fields."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that another is a duplicate of by a rule. `title` is empty and `visible` false where it can't be seen.

    `fields` are those that the rule compares, `similarity` is in percent.
    """

    rule: str
    label: Text
    strict: bool
    entity: str
    id: str
    fields: tuple[str, ...]
    similarity: int = 100
    title: str = ""
    visible: bool = False
    archived: bool = False


@dataclass(slots=True)
class Probe:
    """A record that duplicates are sought for: its values as path to part value, and its keys by side.

    A `stored` one may have been told apart from others; of `known` keys nothing is said. `found` are the duplicates,
    `shared` the keys that others have too.
    """

    id: str
    values: Mapping[str, object]
    keys: dict[Side, tuple[str, ...]]
    stored: bool = False
    known: frozenset[str] = frozenset()
    found: list[Duplicate] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)


def find_duplicates_of(
    work: Work, entity_name: str, values: Mapping[str, object], exclude_id: str | None = None, *, hold: bool = False
) -> tuple[Duplicate, ...]:
    """The records that one with these values (as REST writes them) would duplicate, the surest first.

    Values that can't be read count as empty. With `hold` nobody else who holds can make such a record until the work's
    transaction ends: of two conversions of twins the second finds what the first made. NotFound for an entity that is
    not for the actor.
    """
    entity = visible_entity(work, entity_name)
    rules = rules_of(work.served, entity.name)
    known: Record = {}
    for name, raw in values.items():
        if name in rules.stored:
            try:
                known[name] = rules.types[name].parse(rules.attributes[name], raw)
            except FieldFault:
                continue
    flat = rules.flatten(known)
    sides = [side for side in sides_of(work.served, entity.name) if side.seeks]
    probe = Probe(exclude_id or "", flat, {side: keys_of(side, flat) for side in sides}, stored=exclude_id is not None)
    if hold:
        hold_keys(work.session, (key for keys in probe.keys.values() for key in keys))
    seek(work, [probe])
    return _ordered(probe.found)


def duplicates_of(work: Work, entity_name: str, record_id: str) -> tuple[Duplicate, ...]:
    """The duplicates of a stored record that the actor may see."""
    entity = visible_entity(work, entity_name)
    # What is alike in hidden fields is not told.
    known = {each.name for each in entity.duplicates}
    sides = [side for side in sides_of(work.served, entity.name) if side.seeks and side.rule.name in known]
    fields = tuple(sorted({name for side in sides for name in side.fields}))
    filters = allowed_rows(work, Verb.READ, entity.name)
    if not fields or filters is None:
        return ()
    rows = select_many(
        work.session, work.served, entity.name, [record_id], work.context, fields, form="parts", filters=filters
    )
    if record_id not in rows:
        return ()
    row = rows[record_id]
    probe = Probe(record_id, row, {side: keys_of(side, row) for side in sides}, stored=True)
    seek(work, [probe])
    return _ordered(each for each in probe.found if each.visible)


def seek(work: Work, probes: Sequence[Probe]) -> None:
    """Find the duplicates of probes of one entity, stored ones and those among themselves (the later blames)."""
    wanted = {(side.id, key): side for probe in probes for side, keys in probe.keys.items() for key in keys}
    if not wanted:
        return
    stored = find_alike(work.session, {rule for rule, _ in wanted}, {key for _, key in wanted})
    held: dict[tuple[str, str], list[DuplicateKey]] = {}
    for each in stored:
        held.setdefault((each.rule, each.key), []).append(each)
    own: dict[tuple[str, str], list[Probe]] = {}
    matches = [match for probe in probes for match in _matches(probe, held, own)]
    if matches:
        _judge(work, _apart(work, matches), {probe.id: probe.values for probe in probes})


def _matches(
    probe: Probe, held: Mapping[tuple[str, str], list[DuplicateKey]], own: dict[tuple[str, str], list[Probe]]
) -> list[tuple[Probe, Side, str]]:
    """The records with which a probe has keys in common; it takes its place among the probes."""
    found: dict[tuple[Side, str], None] = {}
    for side, keys in probe.keys.items():
        for key in keys:
            ids = [each.record_id for each in held.get((side.id, key), ()) if each.entity == side.seeks]
            if side.seeks == side.entity:
                beside = own.setdefault((side.id, key), [])
                ids += [other.id for other in beside]
                beside.append(probe)
            others = [each for each in ids if each != probe.id]
            if others:
                probe.shared.add(key)
            if key not in probe.known:
                found |= {(side, each): None for each in others}
    return [(probe, side, record_id) for side, record_id in found]


def tell_records_apart(work: Work, entity_name: str, ids: Sequence[str]) -> int:
    """Remember for everybody that these records are not the same, with the author; gives the number of pairs.

    The actor must see all of them, and may change one of each pair. BadRequest for fewer than two or too many.
    """
    entity, pairs = _pairs(work, entity_name, ids)
    tell_apart(work.session, pairs, work.actor.id, work.now)
    _note(work, entity, NOT_DUPLICATE, pairs)
    return len(pairs)


def take_back_apart(work: Work, entity_name: str, ids: Sequence[str]) -> int:
    """Let the rules speak of these records again; gives the number of pairs of which that had been said."""
    entity, pairs = _pairs(work, entity_name, ids)
    known = told_apart(work.session, ids)
    gone = [pair for pair in pairs if (min(pair), max(pair)) in known]
    untell_apart(work.session, gone)
    _note(work, entity, MAYBE_DUPLICATE, gone)
    return len(gone)


@dataclass(frozen=True, slots=True)
class ToldApart:
    """That two records are not the same: who said so (an id and a name), and when."""

    first: str
    second: str
    actor: str | None
    actor_name: str
    at: datetime


def told_apart_among(work: Work, ids: Sequence[str]) -> tuple[ToldApart, ...]:
    """What was said of pairs among records that the actor may see."""
    rows = who_told_apart(work.session, ids)
    names = titles_of(work, {USER: [actor for _, _, actor, _ in rows if actor]})
    return tuple(
        ToldApart(first, second, actor, names.of(USER, actor) if actor else "", at) for first, second, actor, at in rows
    )


def _pairs(work: Work, entity_name: str, ids: Sequence[str]) -> tuple[str, list[tuple[str, str]]]:
    entity = visible_entity(work, entity_name)
    some = list(dict.fromkeys(ids))
    if not 2 <= len(some) <= MOST_APART:
        raise BadRequest("Name from 2 to {limit} records.", params={"limit": MOST_APART})
    if len(_those(work, Verb.READ, entity.name, some)) < len(some):
        raise BadRequest("Some of the records are not there, or you may not see them.")
    changeable = _those(work, Verb.UPDATE, entity.name, some)
    pairs = [pair for pair in combinations(some, 2) if changeable.intersection(pair)]
    if not pairs:
        raise BadRequest("You may change none of these records.")
    return entity.name, pairs


def _those(work: Work, verb: Verb, entity: str, ids: Sequence[str]) -> set[str]:
    filters = allowed_rows(work, verb, entity)
    return set() if filters is None else matching(work, entity, ids, filters)


def _note(work: Work, entity: str, kind: str, pairs: Iterable[tuple[str, str]]) -> None:
    others: dict[str, list[str]] = {}
    for one, two in pairs:
        others.setdefault(one, []).append(two)
        others.setdefault(two, []).append(one)
    append(work, [make_event(work, kind, entity, each, (None, {"records": ids})) for each, ids in others.items()])


def _apart(work: Work, matches: Sequence[tuple[Probe, Side, str]]) -> list[tuple[Probe, Side, str]]:
    """The matches without those of which somebody said that they are none."""
    known = told_apart(work.session, {probe.id for probe, _, _ in matches if probe.stored})
    return [each for each in matches if (min(each[0].id, each[2]), max(each[0].id, each[2])) not in known]


def _judge(work: Work, matches: Sequence[tuple[Probe, Side, str]], own: Mapping[str, Mapping[str, object]]) -> None:
    """Name what was found, and leave out candidates that are not similar enough."""
    wanted: dict[str, set[str]] = {}
    paths: dict[str, set[str]] = {}
    partners = {side: _partner(work, side) for _, side, _ in matches}
    for _probe, side, record_id in matches:
        target = str(side.seeks)
        wanted.setdefault(target, set()).add(record_id)
        if side.rule.is_fuzzy:
            paths.setdefault(target, set()).update(partners[side].fields)
    rows = {entity: _rows(work, entity, ids, paths.get(entity, set())) for entity, ids in wanted.items()}
    for probe, side, record_id in matches:
        row = rows[str(side.seeks)].get(record_id) or _unsaved(work, side, own.get(record_id))
        if row is None or (side.rule.only_visible and not row[VISIBLE]):
            continue
        likeness = score(side, probe.values, partners[side], row) if side.rule.is_fuzzy else 100
        if likeness < side.rule.similarity:
            continue
        found = Duplicate(
            rule=side.rule.name,
            label=side.rule.title,
            strict=side.rule.strict,
            entity=str(side.seeks),
            id=record_id,
            fields=tuple(side.rule.fields),
            similarity=likeness,
            title=str(row[TITLE]),
            visible=bool(row[VISIBLE]),
            archived=row.get("archived_at") is not None,
        )
        probe.found.append(found)


def _unsaved(work: Work, side: Side, values: Mapping[str, object] | None) -> Record | None:
    """A record of the same call, which has no row yet."""
    if values is None:
        return None
    title = values.get(work.seen.entities[side.entity].title)
    return {**values, VISIBLE: True, TITLE: title if isinstance(title, str) else ""}


def _rows(work: Work, entity: str, ids: set[str], paths: set[str]) -> dict[str, Record]:
    """Rows with their titles; those that the actor may not see are marked."""
    fields = tuple(sorted({*paths, "archived_at"}))
    rows = select_many(work.session, work.served, entity, sorted(ids), work.context, fields, form="parts")
    filters = allowed_rows(work, Verb.READ, entity)
    seen = matching(work, entity, sorted(ids), filters) if filters is not None else set()
    named = titles_of(work, {entity: sorted(seen)})
    for record_id, row in rows.items():
        row[VISIBLE] = record_id in seen
        row[TITLE] = named.of(entity, record_id)
    return rows


def _partner(work: Work, side: Side) -> Side:
    """The side of the records that are compared with."""
    if side.seeks == side.entity:
        return side
    return next(each for each in sides_of(work.served, str(side.seeks)) if each.id == side.id)


def _ordered(found: Iterable[Duplicate]) -> tuple[Duplicate, ...]:
    return tuple(sorted(found, key=lambda each: (not each.strict, -each.similarity, each.rule, each.id)))[:MOST_TOLD]
