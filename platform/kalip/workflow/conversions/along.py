"""What goes along with a converted record: activities and others that refer to it, and its comments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kalip.base.errors import KalipError, RecordRejected
from kalip.fields import AnyReference
from kalip.model import RelatedMap, Sort, Verb
from kalip.records import Grounds, SaveRecord, Work, compile_filter
from kalip.records.journal import COMMENTED, append, make_event
from kalip.records.rules import rules_of
from kalip.records.saving import Draft, draft_commands, save_drafts
from kalip.storage import Filter, Query, StoredResult, events_for, select_many, select_page
from kalip.workflow.commands import ApplyTransition
from kalip.workflow.conversions.commands import ConversionRefused
from kalip.workflow.conversions.sources import SourceReading
from kalip.workflow.moving import find_decision

AT_ONCE = 200
Results = Mapping[str, StoredResult]


def take_along(work: Work, reading: SourceReading, results: Results) -> list[dict[str, object]]:
    """Let related records and comments follow; gives what was moved or copied, for an undo."""
    moved: list[dict[str, object]] = []
    for related in reading.conversion.related:
        ids = _referring(work, related, reading.command.id)
        if not ids:
            continue
        moved += _move_all(work, related, ids) if related.transition else _hand_over(work, related, ids, results)
    if reading.conversion.comments:
        _copy_comments(work, reading, [each for each in results.values() if each.made])
    return moved


def _referring(work: Work, related: RelatedMap, source_id: str) -> list[str]:
    known = work.entity(related.entity).attributes[related.field]
    named = f'{related.field}.exists(each, each.id == "{source_id}")' if known.type == "references" else ""
    filters = [Filter(compile_filter(work.served, related.entity, named or f'{related.field} == "{source_id}"'))]
    if related.when is not None:
        filters.append(Filter(related.when))
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = Query(
            entity=related.entity,
            fields=("id",),
            filters=tuple(filters),
            sort=(Sort("id"),),
            limit=AT_ONCE,
            cursor=cursor,
            archived="exclude",
        )
        page = select_page(work.session, work.served, query, work.context, form="values")
        found += [str(row["id"]) for row in page.rows]
        cursor = page.next
        if cursor is None:
            return found


def _hand_over(work: Work, related: RelatedMap, ids: Sequence[str], results: Results) -> Iterable[dict[str, object]]:
    """Let them refer to the first of the results; each further one gets a copy where the conversion says so."""
    heirs = [results[name] for name in related.to if name in results]
    if not heirs:
        return []
    known = work.entity(related.entity).attributes[related.field]
    rules = rules_of(work.served, related.entity)
    also = {name: results[target] for name, target in related.also.items() if target in results}
    told: list[dict[str, object]] = []
    for free, group in _by_free(work, related, ids, also).items():
        forced = {name: _as_reference(rules.attributes[name].type, also[name]) for name in free}
        added: dict[str, object] = {}
        if known.type == "references":
            added = {related.field: {"add": [each.record_id for each in heirs]}}
        else:
            forced[related.field] = _as_reference(known.type, heirs[0])
        # The right to convert the record is the right to take along what belongs to it: no other is asked for.
        grounds = Grounds(verb=Verb.READ, forced=forced, given=frozenset(added))
        drafts = draft_commands(work, [SaveRecord(related.entity, added, each) for each in group], grounds)
        for draft in _written(work, drafts):
            before = rules.to_json(related.field, rules.value_of(related.field, draft.before))
            if known.type == "references":
                before = list(draft.old_links.get(related.field, ()))
            values = {"values": {related.field: before, **dict.fromkeys(free)}} if free else {}
            told.append({"entity": related.entity, "id": draft.id, "field": related.field, "before": before, **values})
    if related.copies and known.type != "references":
        told += _copies(work, related, ids, heirs[1:])
    return told


def _by_free(
    work: Work, related: RelatedMap, ids: Sequence[str], also: Results
) -> Mapping[tuple[str, ...], Sequence[str]]:
    """The related records by which of their further references are empty."""
    if not also:
        return {(): ids}
    rows = select_many(work.session, work.served, related.entity, ids, work.context, tuple(also), form="values")
    found: dict[tuple[str, ...], list[str]] = {}
    for each in ids:
        found.setdefault(tuple(name for name in also if rows[each].get(name) is None), []).append(each)
    return found


def _copies(
    work: Work, related: RelatedMap, ids: Sequence[str], heirs: Sequence[StoredResult]
) -> Iterable[dict[str, object]]:
    rules = rules_of(work.served, related.entity)
    known = rules.attributes[related.field]
    names = [name for name in rules.stored if name not in rules.numbered and name != related.field]
    paths = (*names, "pipeline", "stage") if rules.entity.pipelines else tuple(names)
    rows = select_many(work.session, work.served, related.entity, ids, work.context, paths, form="values")
    for row in rows.values():
        values = {name: row[name] for name in names if row.get(name) is not None and name != "owner"}
        for heir in heirs:
            forced = {**values, related.field: _as_reference(known.type, heir)}
            if rules.entity.pipelines:
                forced |= {"pipeline": row["pipeline"], "stage": row["stage"], "stage_since": work.now}
            owner = {"owner": row["owner"]} if row.get("owner") else {}
            command = SaveRecord(related.entity, owner, accept_duplicates=True)
            drafts = draft_commands(work, [command], Grounds(forced=forced, placed=True))
            for draft in _written(work, drafts):
                yield {"entity": related.entity, "id": draft.id, "field": related.field, "copy": True}


def _move_all(work: Work, related: RelatedMap, ids: Sequence[str]) -> Iterable[dict[str, object]]:
    """Let them make their move: activities are closed, say."""
    entity = work.entity(related.entity)
    for record_id in ids:
        decision = find_decision(entity, ApplyTransition(entity.name, record_id, related.transition))
        grounds = replace(decision.grounds(), verb=Verb.READ)
        (draft,) = _written(work, draft_commands(work, [SaveRecord(entity.name, id=record_id)], grounds))
        rules = draft.rules
        before = {name: rules.to_json(name, rules.value_of(name, draft.before)) for name in draft.values}
        yield {"entity": entity.name, "id": record_id, "values": before}


def _written(work: Work, drafts: Sequence[Draft]) -> Sequence[Draft]:
    for draft, outcome in zip(drafts, save_drafts(work, drafts), strict=True):
        if isinstance(outcome, KalipError):
            faults = outcome.violations if isinstance(outcome, RecordRejected) else ()
            reason = "; ".join(each.message for each in faults) or outcome.message
            params = {"entity": draft.entity, "id": draft.id, "reason": reason}
            raise ConversionRefused("A related {entity} can't go along: {reason}", params=params)
    return drafts


def _as_reference(kind: str, heir: StoredResult) -> object:
    return AnyReference(heir.entity, heir.record_id) if kind == "any_reference" else heir.record_id


def _copy_comments(work: Work, reading: SourceReading, results: Sequence[StoredResult]) -> None:
    """Show what people wrote beside the record with each of the results too, by its author and of its moment."""
    entity, record_id = reading.entity.name, reading.command.id
    said = []
    cursor: str | None = None
    while True:
        page = events_for(work.session, entity, record_id, AT_ONCE, cursor, only=(COMMENTED,))
        said += [each for each in page.events if "text" in (each.after or {})]
        cursor = page.next
        if cursor is None:
            break
    for result in results:
        copies = []
        for each in reversed(said):
            after = {"text": (each.after or {})["text"], "from": {"entity": entity, "id": record_id}}
            made = make_event(work, COMMENTED, result.entity, result.record_id, (None, after))
            copies.append(replace(made, actor=each.actor, at=each.at))
        append(work, copies)
