"""Writes sound drafts: rows, links and lines, one event each, and the search index. Commits nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from kalip.base.errors import Conflict
from kalip.records.commands import Record
from kalip.records.journal import CREATED, UPDATED, append, make_event
from kalip.records.saving.drafts import Draft, LineChange
from kalip.records.saving.duplicates import keep_keys
from kalip.records.saving.loading import stale
from kalip.records.saving.numbering import give_numbers
from kalip.records.saving.owned import archive_lines, archive_owned, reindex, restore_owned
from kalip.records.services import Overtaken, Work
from kalip.storage import (
    Event,
    Stay,
    index_records,
    insert_records,
    open_stays,
    select_many,
    update_records,
)

ARCHIVED_AT = "archived_at"


def write(work: Work, drafts: Sequence[Draft]) -> None:
    """Write drafts of one entity with their lines; a draft that was overtaken gets its error instead.

    Raises UniqueClash when the database finds a value that another record took meanwhile.
    """
    new = [draft for draft in drafts if draft.new]
    _insert(work, new)
    changed = _update(work, [draft for draft in drafts if not draft.new and not draft.is_idle])
    written = [*new, *changed]
    append(work, [_event_of(work, draft) for draft in written])
    _note_stays(work, [draft for draft in written if "stage" in draft.values or "pipeline" in draft.values])
    _index(work, [draft for draft in written if ARCHIVED_AT not in draft.values])
    keep_keys(work, [draft for draft in written if ARCHIVED_AT not in draft.values])
    for draft in written:
        if ARCHIVED_AT in draft.values:
            _archive_or_restore(work, draft)
    for name in written[0].rules.children if written else ():
        _write_lines(work, [draft for draft in written if name in draft.lines], name)


def next_version(draft: Draft) -> int:
    """The version that the record has once written."""
    current = int(str(draft.before.get("version", 0)))
    return current if draft.is_idle else current + 1


def _insert(work: Work, drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    give_numbers(work, drafts)
    rows = [{**_stamp(work, draft), **draft.values, **draft.links} for draft in drafts]
    insert_records(work.session, work.served, drafts[0].entity, rows)


def _stamp(work: Work, draft: Draft) -> Record:
    actor = work.actor.id
    made = draft.parent.values.get("created_at", work.now) if draft.parent is not None else work.now
    return {
        "id": draft.id,
        "version": 1,
        "created_at": made,
        "created_by": actor,
        "updated_at": work.now,
        "updated_by": actor,
    }


def _update(work: Work, drafts: Sequence[Draft]) -> list[Draft]:
    if not drafts:
        return []
    stamp = {"updated_at": work.now, "updated_by": work.actor.id}
    rows = [(draft.id, int(str(draft.before["version"])), {**draft.values, **draft.links, **stamp}) for draft in drafts]
    done = update_records(work.session, work.served, drafts[0].entity, rows)
    for draft, was_there in zip(drafts, done, strict=True):
        if not was_there:
            _overtaken(work, draft)
    return [draft for draft, was_there in zip(drafts, done, strict=True) if was_there]


def _overtaken(work: Work, draft: Draft) -> None:
    if draft.command.version is None:
        # The caller asked for no particular version: its change can be made again on the newer one.
        raise Overtaken("The record was changed meanwhile.", params={"id": draft.id})
    rows = select_many(work.session, work.served, draft.entity, [draft.id], work.context, ("version",), form="parts")
    if draft.id not in rows:
        draft.error = Conflict("The record was deleted meanwhile.", params={"id": draft.id})
    else:
        draft.error = stale(draft.id, draft.command.version, int(str(rows[draft.id]["version"])))


def _note_stays(work: Work, drafts: Sequence[Draft]) -> None:
    """Note in which stages the records are now, and how long they were in the ones before."""
    stays = []
    for draft in drafts:
        place = {**draft.before, **draft.values}
        since = place.get("stage_since")
        moment = since if isinstance(since, datetime) else work.now
        stays.append(Stay(draft.entity, draft.id, str(place["pipeline"]), str(place["stage"]), moment, work.actor.id))
    if stays:
        open_stays(work.session, stays, fresh=[draft.new for draft in drafts])


def _event_of(work: Work, draft: Draft) -> Event:
    kind = CREATED if draft.new else draft.grounds.kind or UPDATED
    rules = draft.rules
    after = {
        name: rules.to_json(name, value) for name, value in draft.values.items() if not draft.new or value is not None
    }
    after |= {name: list(ids) for name, ids in draft.links.items()}
    before = None
    if not draft.new:
        before = {name: rules.to_json(name, rules.value_of(name, draft.before)) for name in draft.values}
        before |= {name: list(draft.old_links.get(name, ())) for name in draft.links}
    for name, change in draft.lines.items():
        if not change.is_empty:
            after[name] = _line_summary(change)
    return make_event(work, kind, draft.entity, draft.id, (before, after))


def _line_summary(change: LineChange) -> Record:
    summary: Mapping[str, list[str]] = {
        "added": [line.id for line in change.drafts if line.new],
        "changed": [line.id for line in change.drafts if not line.new and not line.is_idle],
        "removed": change.removed,
    }
    return {word: ids for word, ids in summary.items() if ids}


def _index(work: Work, drafts: Sequence[Draft]) -> None:
    for fresh in (True, False):
        texts = {
            draft.id: draft.rules.search_texts({**draft.before, **draft.rules.flatten(draft.values)})
            for draft in drafts
            if draft.new is fresh and (fresh or not draft.rules.indexed.isdisjoint(draft.values))
        }
        if texts:
            index_records(work.session, drafts[0].entity, texts, fresh=fresh)


def _archive_or_restore(work: Work, draft: Draft) -> None:
    archived = draft.values[ARCHIVED_AT] is not None
    reindex(work, draft.entity, [draft.id], archived=archived)
    if archived:
        archive_owned(work, draft.entity, [draft.id])
    else:
        restore_owned(work, draft.entity, [draft.id], draft.before[ARCHIVED_AT])


def _write_lines(work: Work, drafts: Sequence[Draft], name: str) -> None:
    if not drafts:
        return
    removed = [line_id for draft in drafts for line_id in draft.lines[name].removed]
    archive_lines(work, str(drafts[0].rules.attributes[name].target), removed)
    lines = [line for draft in drafts for line in draft.lines[name].drafts]
    if lines:
        write(work, lines)
        refused = next((line.error for line in lines if line.error is not None), None)
        if refused is not None:
            raise refused
