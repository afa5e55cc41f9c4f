"""Merges records in one transaction: what belongs to them moves, values are chosen, others archived."""

from collections.abc import Iterable, Sequence

from kalip.access import denied
from kalip.base.errors import Conflict
from kalip.base.ids import new_id
from kalip.model import FILE_KINDS, Entity, Verb
from kalip.records.commands import Record, SaveRecord
from kalip.records.journal import ABSORBED, MERGED, UPDATED, append, make_event
from kalip.records.merging.commands import Merged, MergePlan, MergeRecords
from kalip.records.merging.planning import checked, require_versions, value_of, whole_plan
from kalip.records.rules import REFERENCE, rules_of
from kalip.records.saving import Grounds, save_record
from kalip.records.saving.duplicates import rekey
from kalip.records.services import Work
from kalip.records.sharing import may_share
from kalip.storage import UniqueClash, links, select_many, update_record
from kalip.storage.belongings import move_beside, move_files
from kalip.storage.likeness import sides_of
from kalip.storage.merging import (
    Move,
    StoredMerge,
    add_merge,
    lock_records,
    pointing_at,
    repoint,
)

_EMPTY = (None, "", ())
LINK = "link"


def merge_records(work: Work, command: MergeRecords) -> Merged:
    """Merge records in the work's transaction; commits nothing.

    Raises what planning does; AccessDenied unless the actor may change the survivor and archive the others;
    StaleVersion; Conflict for archived records and where a unique key forbids that both refer to the survivor;
    RecordRejected when the survivor can't hold the values chosen.
    """
    entity, ids = checked(work, command)
    lock_records(work.session, work.served, entity.name, ids)
    plan = whole_plan(work, command)
    survivor, others = ids[0], ids[1:]
    require_versions(command, plan.rows)
    if plan.refusals:
        verb = Verb.UPDATE if plan.refusals[0].template.startswith("You may not change") else Verb.ARCHIVE
        raise denied(verb, entity.name)
    moves = move_references(work, entity, others, survivor)
    for each in others:
        grounds = Grounds(verb=Verb.ARCHIVE, kind=MERGED, forced={"archived_at": work.now})
        save_record(work, SaveRecord(entity.name, id=each, version=plan.versions[each]), grounds)
    before, after = _take(work, plan)
    shares = may_share(work, entity, survivor)
    moves += move_beside(work.session, entity.name, others, survivor, shares=shares)
    moves += move_files(work.session, entity.name, _files(work, entity, survivor), others, survivor)
    versions = versions_of(work, entity.name, plan.ids)
    merge = StoredMerge(
        new_id(),
        entity.name,
        survivor,
        others,
        work.actor.id,
        work.now,
        before,
        {"values": after, "versions": versions},
    )
    add_merge(work.session, merge, moves)
    said: Record = {"merge": merge.id, "records": list(others)}
    append(work, [make_event(work, ABSORBED, entity.name, survivor, (None, said))])
    return as_merged(merge, len(moves))


def move_references(work: Work, entity: Entity, others: Sequence[str], survivor: str) -> list[Move]:
    """Let everything that refers to the others, their lines included, refer to the survivor."""
    stamp = {"updated_at": work.now, "updated_by": work.actor.id}
    moves: list[Move] = []
    for at in pointing_at(work.served, entity.name):
        try:
            found = repoint(work.session, work.served, at, others, survivor, stamp)
        except UniqueClash as clash:
            raise Conflict(
                "Two records of {entity} would refer to one by {field}, which must be unique: correct them first.",
                params={"entity": at.entity, "field": at.field.name},
            ) from clash
        moves += found
        tell_changes(work, entity.name, found, survivor)
    return moves


def tell_changes(work: Work, named: str, moves: Sequence[Move], survivor: str | None, *, back: bool = False) -> None:
    """Write an event for each record whose reference to a `named` entity moved; its duplicate keys are made anew.

    Without a survivor the references went empty.
    """
    if not moves:
        return
    entity, name = moves[0].entity, moves[0].field
    was: dict[str, list[str]] = {}
    for move in moves:
        was.setdefault(move.record_id, []).append(move.was)
    if moves[0].kind == LINK:
        now = links(work.session, work.served, entity, name, list(was))
        changes = {each: _lists(was[each], list(now.get(each, ())), survivor, back=back) for each in was}
    else:
        shape = rules_of(work.served, entity).attributes[name].type
        changes = {}
        for each, (old, *_) in was.items():
            new = None if each == survivor else survivor
            pair = [
                value if shape == REFERENCE or value is None else {"entity": named, "id": value} for value in (old, new)
            ]
            changes[each] = (pair[1], pair[0]) if back else (pair[0], pair[1])
    append(
        work,
        [make_event(work, UPDATED, entity, each, ({name: old}, {name: new})) for each, (old, new) in changes.items()],
    )
    if any(name in side.fields for side in sides_of(work.served, entity)):
        rekey(work, entity, sorted(changes))


def _lists(was: Sequence[str], now: Sequence[str], survivor: str | None, *, back: bool) -> tuple[object, object]:
    """A list of references before and after; `now` is how it is."""
    if back:
        return [*(each for each in now if each not in was), survivor], list(now)
    return [*(each for each in now if each != survivor), *was], list(now)


def versions_of(work: Work, entity: str, ids: Iterable[str]) -> dict[str, int]:
    """The present versions of records."""
    rows = select_many(work.session, work.served, entity, list(ids), work.context, ("version",), form="parts")
    return {each: int(str(row["version"])) for each, row in rows.items()}


def as_merged(merge: StoredMerge, moved: int) -> Merged:
    """A merge as it is answered."""
    version = int(merge.after["versions"].get(merge.survivor_id, 0))
    return Merged(merge.id, merge.entity, merge.survivor_id, merge.merged, version, moved, merge.at, merge.actor)


def _take(work: Work, plan: MergePlan) -> tuple[Record, Record]:
    """Give the survivor the values chosen; JSON values of the fields that change, before and after.

    Its version counts up in any case, so that whoever has it open learns of the merge.
    """
    survivor = plan.ids[0]
    changed: Record = {}
    before: Record = {}
    for choice in plan.choices:
        name, value = choice.field.name, value_of(choice)
        old = choice.values.get(survivor)
        if value != old and not (value in _EMPTY and old in _EMPTY):
            changed[name] = _json(work, plan.entity.name, name, value)
            before[name] = _json(work, plan.entity.name, name, old)
    command = SaveRecord(plan.entity.name, changed, survivor, accept_duplicates=True)
    # What is hidden from whoever merges is kept too: planning has asked what may be chosen.
    if not save_record(work, command, Grounds(given=frozenset(changed))).changed:
        stamp = {"updated_at": work.now, "updated_by": work.actor.id}
        update_record(work.session, work.served, plan.entity.name, survivor, stamp, None)
    return before, changed


def _json(work: Work, entity: str, name: str, value: object) -> object:
    rules = rules_of(work.served, entity)
    if name in rules.links:
        return list(value) if isinstance(value, (tuple, list)) else []
    return None if value is None else rules.to_json(name, value)


def _files(work: Work, entity: Entity, survivor: str) -> dict[str, str]:
    """The files that the survivor names now, with the field of each."""
    names = [name for name, field in entity.fields.items() if field.type in FILE_KINDS]
    if not names:
        return {}
    rows = select_many(work.session, work.served, entity.name, [survivor], work.context, tuple(names), form="values")
    found: dict[str, str] = {}
    for name in names:
        value = rows[survivor].get(name)
        for each in value if isinstance(value, (tuple, list)) else (value,):
            if isinstance(each, str):
                found[each] = name
    return found
