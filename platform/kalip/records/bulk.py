"""Changes many rows of a list, each for itself: one that is refused says why and harms no other."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from kalip.access import Actor
from kalip.base.errors import BadRequest
from kalip.base.ids import new_id
from kalip.model import Sort
from kalip.records.archiving import archive_record, restore_record
from kalip.records.attempting import attempt
from kalip.records.commands import BulkResult, ItemResult, SavedRecord, SaveRecord, Selection, Source
from kalip.records.naming import visible_entity
from kalip.records.purging import purge_record
from kalip.records.queries import MOST_IDS, checked_archived, checked_ids, selection_filters
from kalip.records.saving import save_record
from kalip.records.services import Services, Work, run
from kalip.storage import Query, select_page

MOST_ROWS = 10_000
AT_ONCE = 100

Act = Callable[[Work, str], SavedRecord]
Progress = Callable[[int, int], None]
"""Called with the number of rows done and of all rows."""


def bulk_update(
    services: Services, actor: Actor, selection: Selection, values: Mapping[str, object], source: Source = "json"
) -> BulkResult:
    """Give every selected row the same values."""

    def act(work: Work, record_id: str) -> SavedRecord:
        return save_record(work, SaveRecord(selection.entity, values, id=record_id, source=source))

    return run_bulk(services, actor, selection, act)


def bulk_assign(services: Services, actor: Actor, selection: Selection, owner: str) -> BulkResult:
    """Make a user the owner of every selected row."""
    return bulk_update(services, actor, selection, {"owner": owner})


def bulk_archive(
    services: Services, actor: Actor, selection: Selection, progress: Progress | None = None
) -> BulkResult:
    """Archive every selected row."""
    return run_bulk(services, actor, selection, partial(_archive, selection.entity), progress)


def bulk_restore(
    services: Services, actor: Actor, selection: Selection, progress: Progress | None = None
) -> BulkResult:
    """Bring every selected row back."""
    return run_bulk(services, actor, selection, partial(_restore, selection.entity), progress)


def bulk_purge(services: Services, actor: Actor, selection: Selection, progress: Progress | None = None) -> BulkResult:
    """Delete every selected row for good; those that aren't archived are refused."""
    return run_bulk(services, actor, selection, partial(_purge, selection.entity), progress)


def run_bulk(
    services: Services, actor: Actor, selection: Selection, act: Act, progress: Progress | None = None
) -> BulkResult:
    """Do the same to every selected row: a hundred rows to a transaction, all under one correlation."""
    correlation = new_id()
    ids = run(services, actor, lambda work: select_ids(work, selection), write=False, correlation=correlation)
    results: list[ItemResult] = []
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        step = partial(_each, chunk=chunk, first=start, act=act)
        results += run(services, actor, step, correlation=correlation)
        if progress is not None:
            progress(len(results), len(ids))
    return BulkResult(tuple(results))


def select_ids(work: Work, selection: Selection) -> list[str]:
    """The ids of the selected rows. BadRequest when there are too many, or nothing is selected by id or filter."""
    if selection.ids:
        return list(dict.fromkeys(checked_ids(selection.ids)))
    if selection.filter is None:
        raise BadRequest("Nothing is selected: give ids or a filter.")
    entity = visible_entity(work, selection.entity)
    filters = selection_filters(work, entity, selection.filter) or ()
    found: list[str] = []
    cursor: str | None = None
    while True:
        query = Query(
            entity=entity.name,
            fields=("id",),
            filters=filters,
            sort=(Sort("id"),),
            limit=MOST_IDS,
            cursor=cursor,
            archived=checked_archived(selection.archived),
        )
        page = select_page(work.session, work.served, query, work.context, form="values")
        found += [str(row["id"]) for row in page.rows]
        cursor = page.next
        if len(found) > MOST_ROWS:
            raise BadRequest("The filter matches more than {limit} rows.", params={"limit": MOST_ROWS})
        if cursor is None:
            return found


def _each(work: Work, chunk: Sequence[str], first: int, act: Act) -> list[ItemResult]:
    return [
        attempt(work, first + place, record_id, partial(act, work, record_id)) for place, record_id in enumerate(chunk)
    ]


def _archive(entity: str, work: Work, record_id: str) -> SavedRecord:
    return archive_record(work, entity, record_id)


def _restore(entity: str, work: Work, record_id: str) -> SavedRecord:
    return restore_record(work, entity, record_id)


def _purge(entity: str, work: Work, record_id: str) -> SavedRecord:
    return purge_record(work, entity, record_id)
