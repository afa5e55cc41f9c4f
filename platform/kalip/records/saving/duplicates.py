"""Asks the duplicate rules about records on their way, and keeps the keys by which others will find them.

Only what changes is asked: who saved a record beside its twin once is not asked again for another field. The system has
nobody to ask, so it is only refused what is strict.
"""

from collections.abc import Sequence

from kalip.records.commands import Record
from kalip.records.duplicates import Duplicate, Probe, seek
from kalip.records.saving.drafts import Draft
from kalip.records.services import Overtaken, Work
from kalip.storage import select_many
from kalip.storage.duplicates import DuplicateKey, drop_keys, find_alike, put_keys
from kalip.storage.errors import Claimed
from kalip.storage.likeness import Side, keys_of, sides_of

DUPLICATE, POSSIBLE = "duplicate", "possible_duplicate"
SAME = "There is such a record already: {found}."
SAME_HIDDEN = "There is such a record already."
ALIKE = "This may be the same as: {found}."
ALIKE_HIDDEN = "This may be the same as another record."
ARCHIVED_AT = "archived_at"
_MOST_NAMED = 5


def validate_duplicates(work: Work, drafts: Sequence[Draft]) -> None:
    """Blame what strict rules refuse, and what other rules find unless the caller accepts it."""
    probes: dict[str, Probe] = {}
    for draft in drafts:
        sides = _touched(work, draft)
        if sides:
            probes[draft.id] = _probe(work, draft, sides)
    seek(work, list(probes.values()))
    for draft in drafts:
        if draft.id in probes:
            draft.shared_keys = frozenset(probes[draft.id].shared)
            _blame(work, draft, probes[draft.id].found)


def keep_keys(work: Work, drafts: Sequence[Draft]) -> None:
    """Keep the keys of drafts that were written. Raises Overtaken when somebody made such a record meanwhile."""
    asked = [draft for draft in drafts if draft.keys]
    changed = [draft for draft in asked if not draft.new]
    for draft in changed:
        drop_keys(work.session, [draft.id], (side.id for side in draft.keys))
    rows = [
        DuplicateKey(side.id, key, draft.id, draft.entity, side.claims and key not in draft.shared_keys)
        for draft in asked
        for side, keys in draft.keys.items()
        for key in keys
    ]
    _put(work, rows)


def rekey(work: Work, entity: str, ids: Sequence[str]) -> None:
    """Make the keys of stored records anew; archived ones keep those of rules that look at archived records."""
    sides = sides_of(work.served, entity)
    if not sides or not ids:
        return
    fields = (ARCHIVED_AT, *sorted({name for side in sides for name in side.fields}))
    stored = select_many(work.session, work.served, entity, ids, work.context, fields, form="parts")
    drop_keys(work.session, ids, (side.id for side in sides))
    rows = [
        DuplicateKey(side.id, key, record_id, entity, side.claims)
        for record_id, row in stored.items()
        for side in sides
        if side.rule.archived or row[ARCHIVED_AT] is None
        for key in keys_of(side, row)
    ]
    claimed = {each.key for each in rows if each.claimed}
    taken = {each.key for each in find_alike(work.session, {each.rule for each in rows if each.claimed}, claimed)}
    _put(work, [_unclaimed(each) if each.key in taken else each for each in rows])


def _unclaimed(key: DuplicateKey) -> DuplicateKey:
    return DuplicateKey(key.rule, key.key, key.record_id, key.entity)


def _put(work: Work, rows: Sequence[DuplicateKey]) -> None:
    try:
        put_keys(work.session, rows)
    except Claimed as error:
        raise Overtaken("Another record was made alike meanwhile.") from error


def _touched(work: Work, draft: Draft) -> tuple[Side, ...]:
    """The sides whose keys change with the draft."""
    sides = sides_of(work.served, draft.entity)
    if not sides or draft.values.get(ARCHIVED_AT) is not None:
        return ()
    if _is_fresh(draft):
        return sides
    return tuple(side for side in sides if not side.fields.isdisjoint(draft.values))


def _is_fresh(draft: Draft) -> bool:
    return draft.new or ARCHIVED_AT in draft.values


def _probe(work: Work, draft: Draft, sides: Sequence[Side]) -> Probe:
    """What to look for: where the caller accepts duplicates only what is strict, and nothing that was so before."""
    after = {**draft.before, **draft.rules.flatten(draft.values)}
    draft.keys = {side: keys_of(side, after) for side in sides}
    # Whoever brings a record back has seen it; only what must not be twice stands in the way.
    accepted = _accepts(work, draft) or (not draft.new and ARCHIVED_AT in draft.values)
    asked = {side: keys for side, keys in draft.keys.items() if side.seeks and (side.rule.strict or not accepted)}
    known = () if _is_fresh(draft) else (key for side in asked for key in keys_of(side, draft.before))
    return Probe(draft.id, after, asked, stored=not draft.new, known=frozenset(known))


def _accepts(work: Work, draft: Draft) -> bool:
    while draft.parent is not None:
        draft = draft.parent
    said = draft.command.accept_duplicates
    return work.actor.id is None if said is None else said


def _is_told(work: Work, found: Duplicate) -> bool:
    """Whether the actor may know that there is such a record: what is confidential is not there, visible or not."""
    return found.visible or work.model.entities[found.entity].confidentiality is None


def _blame(work: Work, draft: Draft, found: Sequence[Duplicate]) -> None:
    rules: dict[str, list[Duplicate]] = {}
    for each in found:
        rules.setdefault(each.rule, []).append(each)
    for alike in rules.values():
        strict, fields = alike[0].strict, alike[0].fields
        place = next((name for name in fields if name in draft.changed), fields[0])
        if not strict and not any(_is_told(work, each) for each in alike):
            continue
        named = tuple(each for each in alike if each.visible)
        params: Record = {"records": named, "rule": alike[0].rule}
        if named:
            params["found"] = ", ".join(each.title or each.id for each in named[:_MOST_NAMED])
            template = SAME if strict else ALIKE
        else:
            template = SAME_HIDDEN if strict else ALIKE_HIDDEN
        draft.blame(place, DUPLICATE if strict else POSSIBLE, template, **params)
