"""Archives and restores the records that another one owns, together with it and at any depth."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from kalip.model import Entity, Sort
from kalip.records.commands import Archived, Record
from kalip.records.filters import compile_filter
from kalip.records.journal import ARCHIVED, RESTORED, append, make_event
from kalip.records.rules import rules_of
from kalip.records.saving.duplicates import rekey
from kalip.records.services import Work
from kalip.storage import Filter, Query, index_records, select_many, select_page, unindex_record, update_records

AT_ONCE = 500


def archive_owned(work: Work, entity: str, ids: Sequence[str]) -> None:
    """Archive everything that the records own and that is not archived yet."""
    for child in _owned_entities(work, entity):
        archive_lines(work, child.name, [str(row["id"]) for row in _owned(work, child, ids, "exclude")])


def archive_lines(work: Work, entity: str, ids: Sequence[str]) -> None:
    """Archive records of an owned entity, and what they own in turn."""
    _mark(work, entity, ids, ARCHIVED, work.now)
    if ids:
        archive_owned(work, entity, ids)


def restore_owned(work: Work, entity: str, ids: Sequence[str], archived_at: object) -> None:
    """Bring back what was archived together with the records, at that very moment."""
    for child in _owned_entities(work, entity):
        together = [row for row in _owned(work, child, ids, "only") if row["archived_at"] == archived_at]
        lines = [str(row["id"]) for row in together]
        _mark(work, child.name, lines, RESTORED, None)
        if lines:
            restore_owned(work, child.name, lines, archived_at)


def _owned_entities(work: Work, entity: str) -> Iterable[Entity]:
    for child in work.model.entities.values():
        if child.owned_by is not None and child.fields[child.owned_by].target == entity:
            yield child


def _owned(work: Work, child: Entity, ids: Sequence[str], archived: Archived) -> list[Record]:
    rows: list[Record] = []
    for start in range(0, len(ids), AT_ONCE):
        literals = ", ".join(f'"{each}"' for each in ids[start : start + AT_ONCE])
        condition = compile_filter(work.served, child.name, f"{child.owned_by} in [{literals}]")
        cursor: str | None = None
        while True:
            query = Query(
                entity=child.name,
                fields=("id", "version", "archived_at"),
                filters=(Filter(condition),),
                sort=(Sort("id"),),
                limit=AT_ONCE,
                cursor=cursor,
                archived=archived,
            )
            page = select_page(work.session, work.served, query, work.context, form="parts")
            rows += page.rows
            cursor = page.next
            if cursor is None:
                break
    return rows


def _mark(work: Work, entity: str, ids: Sequence[str], kind: str, moment: datetime | None) -> None:
    if not ids:
        return
    stamp = {"archived_at": moment, "updated_at": work.now, "updated_by": work.actor.id}
    update_records(work.session, work.served, entity, [(each, None, stamp) for each in ids])
    said = None if moment is None else rules_of(work.served, entity).to_json("archived_at", moment)
    append(work, [make_event(work, kind, entity, each, (None, {"archived_at": said})) for each in ids])
    reindex(work, entity, ids, archived=moment is not None)


def reindex(work: Work, entity: str, ids: Sequence[str], *, archived: bool) -> None:
    """Take records out of the search index and from among possible duplicates, or put them back as they are stored."""
    rekey(work, entity, ids)
    if archived:
        for each in ids:
            unindex_record(work.session, entity, each)
        return
    rules = rules_of(work.served, entity)
    fields = tuple(sorted(rules.indexed & set(rules.attributes)))
    rows = select_many(work.session, work.served, entity, ids, work.context, fields, form="parts")
    index_records(work.session, entity, {key: rules.search_texts(row) for key, row in rows.items()})
