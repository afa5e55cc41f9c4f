"""Takes a merge back: every record and reference as it was, unless somebody built on what the merge made."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from kalip.access import denied
from kalip.base.errors import Conflict, NotFound
from kalip.model import Verb
from kalip.records.commands import SaveRecord
from kalip.records.filters import allowed_rows, matching
from kalip.records.history import require_visible
from kalip.records.journal import RESTORED, UNMERGED, append, make_event
from kalip.records.merging.commands import Merged, MergeNotUndone, UndoBlocker
from kalip.records.merging.merging import as_merged, tell_changes, versions_of
from kalip.records.merging.planning import seen_of
from kalip.records.rules import rules_of
from kalip.records.saving import Grounds, save_record
from kalip.records.services import Work
from kalip.storage import UniqueClash, select_many
from kalip.storage.belongings import move_back
from kalip.storage.merging import (
    Move,
    StoredMerge,
    end_merge,
    find_merge,
    lock_records,
    merges_into,
    moves_of,
    named_now,
    point_back,
)

REFERENCE, LINK = "reference", "link"
_MOST_TOLD = 20
_UNSEEN = "Something that you may not see was changed since."


def merges_of(work: Work, entity_name: str, record_id: str) -> tuple[Merged, ...]:
    """The merges into a record that the actor sees, the latest first; those undone are left out."""
    require_visible(work, entity_name, record_id)
    return tuple(as_merged(each, len(moves_of(work.session, each.id))) for each in merges_into(work.session, record_id))


def undo_blockers(work: Work, merge_id: str) -> tuple[UndoBlocker, ...]:
    """What stands in the way of undoing a merge. NotFound, or Conflict when it is undone already."""
    merge = _found(work, merge_id)
    return tuple(_blockers(work, merge, moves_of(work.session, merge.id)))


def undo_merge(work: Work, merge_id: str) -> Merged:
    """Undo a merge in the caller's transaction. MergeNotUndone with every blocker; AccessDenied; Conflict; NotFound.

    The actor must be allowed to change the survivor and to restore the others.
    """
    merge = _found(work, merge_id)
    ids = (merge.survivor_id, *merge.merged)
    lock_records(work.session, work.served, merge.entity, ids)
    merge = _found(work, merge_id)
    _require_rights(work, merge)
    moves = moves_of(work.session, merge.id)
    if blockers := tuple(_blockers(work, merge, moves)):
        raise MergeNotUndone(blockers)
    _give_back(work, merge)
    for each in merge.merged:
        grounds = Grounds(verb=Verb.RESTORE, kind=RESTORED, forced={"archived_at": None})
        save_record(work, SaveRecord(merge.entity, id=each), grounds)
    _point_back(work, merge, moves)
    move_back(work.session, [move for move in moves if move.kind not in (REFERENCE, LINK)], merge.survivor_id)
    end_merge(work.session, merge, work.now, work.actor.id)
    append(work, [make_event(work, UNMERGED, merge.entity, each, (None, {"merge": merge.id})) for each in ids])
    version = versions_of(work, merge.entity, ids)[merge.survivor_id]
    return Merged(merge.id, merge.entity, merge.survivor_id, merge.merged, version, len(moves), merge.at, merge.actor)


def _found(work: Work, merge_id: str) -> StoredMerge:
    merge = find_merge(work.session, merge_id)
    if merge is None or merge.entity not in work.model.entities:
        raise NotFound("There is no merge with the id '{id}'.", params={"id": merge_id[:60]})
    require_visible(work, merge.entity, merge.survivor_id)
    if merge.undone_at is not None:
        raise Conflict("This merge is undone already.", code="R141", params={"id": merge_id})
    return merge


def _require_rights(work: Work, merge: StoredMerge) -> None:
    for verb, ids in ((Verb.UPDATE, (merge.survivor_id,)), (Verb.RESTORE, merge.merged)):
        filters = allowed_rows(work, verb, merge.entity)
        if filters is None or len(matching(work, merge.entity, ids, filters)) < len(ids):
            raise denied(verb, merge.entity)


def _blockers(work: Work, merge: StoredMerge, moves: Sequence[Move]) -> Iterable[UndoBlocker]:
    place = {"entity": merge.entity, "record_id": merge.survivor_id}
    rules = rules_of(work.served, merge.entity)
    after = {name: value for name, value in merge.after["values"].items() if name in rules.attributes}
    fields = ("version", "archived_at", *after)
    ids = (merge.survivor_id, *merge.merged)
    rows = select_many(work.session, work.served, merge.entity, ids, work.context, fields, form="values")
    survivor = rows.get(merge.survivor_id)
    if survivor is None or survivor["archived_at"] is not None:
        yield UndoBlocker("The record that stayed is archived or merged into another: undo that first.", {}, **place)
        return
    for name, value in after.items():
        held = survivor.get(name)
        said = list(held or ()) if name in rules.links else None if held is None else rules.to_json(name, held)
        if said != value:
            shown = work.seen.entities[merge.entity].attribute(name)
            label = shown.label.get(work.actor.locale) if shown is not None else ""
            yield UndoBlocker("{label} was changed since." if label else _UNSEEN, {"label": label}, **place)
    for each in merge.merged:
        row = rows.get(each)
        if row is None or row["archived_at"] is None or row["version"] != merge.after["versions"].get(each):
            yield UndoBlocker("A record that was merged has been changed since.", {}, merge.entity, each)
    yield from _changed_references(work, merge, moves)


def _changed_references(work: Work, merge: StoredMerge, moves: Sequence[Move]) -> Iterable[UndoBlocker]:
    told, unseen = 0, False
    for group in _groups(moves):
        entity = work.model.entities.get(group[0].entity)
        field = entity.fields.get(group[0].field) if entity is not None else None
        if entity is None or field is None:
            continue
        now = named_now(work.session, work.served, group)
        changed = []
        for record_id in dict.fromkeys(move.record_id for move in group):
            own = record_id == merge.survivor_id
            expected = set() if own else {merge.survivor_id}
            held = now.get(record_id, set())
            if held != expected if group[0].kind == REFERENCE else not expected <= held:
                changed.append(record_id)
        seen = seen_of(work, entity.name, field.name, changed)
        unseen = unseen or len(seen) < len(changed)
        named = [each for each in changed if each in seen][: _MOST_TOLD - told]
        told += len(named)
        for record_id in named:
            params = {"label": field.label.get(work.actor.locale), "entity": entity.label.get(work.actor.locale)}
            yield UndoBlocker("{label} of a {entity} was changed since.", params, entity.name, record_id)
    if unseen:
        yield UndoBlocker(_UNSEEN, {}, merge.entity, merge.survivor_id)


def _give_back(work: Work, merge: StoredMerge) -> None:
    """Let the survivor have the values that it had; first, so that unique ones are free for the others."""
    rules = rules_of(work.served, merge.entity)
    values = {name: value for name, value in merge.before.items() if name in rules.attributes}
    forced = {
        name: None if value is None else rules.types[name].parse(rules.attributes[name], value)
        for name, value in values.items()
        if name in rules.stored
    }
    links = {name: value or [] for name, value in values.items() if name in rules.links}
    command = SaveRecord(merge.entity, links, merge.survivor_id, accept_duplicates=True)
    save_record(work, command, Grounds(forced=forced, given=frozenset(links)))


def _point_back(work: Work, merge: StoredMerge, moves: Sequence[Move]) -> None:
    stamp = {"updated_at": work.now, "updated_by": work.actor.id}
    for group in _groups(moves):
        entity = work.model.entities.get(group[0].entity)
        if entity is None or group[0].field not in entity.fields:
            continue
        try:
            point_back(work.session, work.served, group, merge, stamp)
        except UniqueClash as clash:
            params = {"field": group[0].field, "entity": group[0].entity}
            blocker = UndoBlocker("A {entity} has taken a value that must be unique: {field}.", params)
            raise MergeNotUndone([blocker]) from clash
        tell_changes(work, merge.entity, group, merge.survivor_id, back=True)


def _groups(moves: Sequence[Move]) -> Iterable[list[Move]]:
    """References that moved, by the field that holds them."""
    references = [move for move in moves if move.kind in (REFERENCE, LINK)]
    for _, group in groupby(references, key=lambda move: (move.entity, move.field)):
        yield list(group)
