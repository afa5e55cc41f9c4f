"""Turns what a caller asks of a list into a query: columns, filters with rights, and order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kalip.base.errors import BadRequest, NotFound
from kalip.base.names import did_you_mean
from kalip.expressions import Expression
from kalip.model import Entity, ListView, Sort, Verb
from kalip.records.collected import all_guarded, guarded
from kalip.records.commands import Archived, ListRecords
from kalip.records.filters import allowed_rows, said_filter
from kalip.records.naming import Path, PathCache, visible_entity
from kalip.records.related import Concealment, comparable_path, concealed_keys, guard_filters, readable_path
from kalip.records.services import Work
from kalip.records.titles import TitlePlan
from kalip.storage import Filter, Query

HIGHEST_LIMIT = 1_000
MOST_SORTS = 8
MOST_IDS = 1_000


@dataclass(frozen=True, slots=True)
class ListPlan:
    """A list that was understood. `query` has the asked columns; `concealment` hides what is not for the actor."""

    entity: Entity
    view: ListView | None
    columns: tuple[Path, ...]
    query: Query
    concealment: Concealment
    titles: TitlePlan
    filter: str


def plan_list(
    work: Work, command: ListRecords, verb: Verb = Verb.READ, *, extra: Sequence[str] = (), titled: bool = False
) -> ListPlan:
    """Understand a list. Raises NotFound for an entity or view, BadRequest for a path, filter, sort or limit.

    `extra` paths are read too, beside the columns, and with `titled` what references are called. `verb` is the
    right that rows need.
    """
    entity = visible_entity(work, command.entity)
    view = find_view(entity, command)
    columns = tuple(readable_path(work, entity, text) for text in _column_texts(work, entity, command, view))
    expressions, shown = _conditions(work, entity, command, view)
    sort = _sort(work, entity, command, view)
    titles = TitlePlan(work, columns if titled else ())
    beside = tuple(work.served.project(PathCache).find(entity, text) for text in extra)
    concealment = Concealment(work, entity, (*columns, *beside, *titles.paths(entity)))
    filters = allowed_rows(work, verb, entity.name)
    if filters is None:
        raise NotFound("There is no entity '{entity}'.", params={"entity": command.entity})
    dotted = [path for expression in expressions for path in expression.paths] + [key.field for key in sort]
    query = Query(
        entity=entity.name,
        fields=tuple(
            dict.fromkeys((*(column.text for column in columns), *titles.fields, *concealment.fields, *extra))
        ),
        filters=(*filters, *all_guarded(work, entity, expressions), *guard_filters(work, entity, dotted)),
        sort=sort,
        concealed=concealed_keys(work, entity, sort),
        limit=_limit(command.limit),
        cursor=command.cursor,
        archived=checked_archived(command.archived),
        ids=None if command.ids is None else checked_ids(command.ids),
        steady=command.ids is None and not (command.filter and command.filter.strip()),
    )
    return ListPlan(entity, view, columns, query, concealment, titles, shown)


def find_view(entity: Entity, command: ListRecords) -> ListView | None:
    """The view a list asks for; the entity's first unless fields are named."""
    if command.view is not None:
        if command.view not in entity.lists:
            hint = did_you_mean(command.view, entity.lists)
            raise NotFound("There is no list '{view}'.", hint=hint, params={"view": command.view})
        return entity.lists[command.view]
    if command.fields is not None:
        return None
    return next(iter(entity.lists.values()), None)


def selection_filters(
    work: Work, entity: Entity, filter_text: str | None, verb: Verb = Verb.READ
) -> tuple[Filter, ...] | None:
    """The filters of rows that match a text and on which the actor may do `verb`; None when there can be none."""
    filters = allowed_rows(work, verb, entity.name)
    if filters is None or not filter_text:
        return filters
    expression = said_filter(work, entity.name, filter_text)
    return (*filters, guarded(work, entity, expression), *guard_filters(work, entity, expression.paths))


def checked_archived(word: Archived) -> Archived:
    """The word for archived rows; BadRequest when it is another one."""
    if word not in ("exclude", "only", "include"):
        raise BadRequest("'{word}' is none of exclude, only, include.", params={"word": word})
    return word


def checked_ids(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of picked rows; BadRequest when there are too many."""
    if len(ids) > MOST_IDS:
        raise BadRequest("At most {limit} rows at once by id.", params={"limit": MOST_IDS})
    return ids


def all_fields(entity: Entity) -> tuple[str, ...]:
    """The fields of a whole record in REST's order, lines left out."""
    first = ("id", "version", "pipeline", "stage", "stage_since", "stage_due", "created_at")
    names = dict.fromkeys((*first, *entity.fields, *entity.system))
    attributes = entity.attributes
    return tuple(name for name in names if name in attributes and attributes[name].type != "children")


def _column_texts(work: Work, entity: Entity, command: ListRecords, view: ListView | None) -> Iterable[str]:
    if command.fields is not None:
        return dict.fromkeys(command.fields)
    if view is None:
        return all_fields(entity)
    # A view is for many roles: a column that this one may not follow is left out.
    return [column.field for column in view.columns if _is_readable(work, entity, column.field)]


def _is_readable(work: Work, entity: Entity, text: str) -> bool:
    try:
        readable_path(work, entity, text)
    except BadRequest:
        return False
    return True


def _conditions(
    work: Work, entity: Entity, command: ListRecords, view: ListView | None
) -> tuple[list[Expression], str]:
    expressions, sources = [], []
    if view is not None and view.filter is not None:
        expressions.append(view.filter)
        sources.append(view.filter.source)
    if command.filter and command.filter.strip():
        expressions.append(said_filter(work, entity.name, command.filter))
        sources.append(command.filter.strip())
    shown = sources[0] if len(sources) == 1 else " && ".join(f"({source})" for source in sources)
    return expressions, shown


def _sort(work: Work, entity: Entity, command: ListRecords, view: ListView | None) -> tuple[Sort, ...]:
    if not command.sort:
        return view.sort if view is not None else ()
    if len(command.sort) > MOST_SORTS:
        raise BadRequest("A list is sorted by at most {limit} fields.", params={"limit": MOST_SORTS})
    keys = []
    for text in command.sort:
        path = comparable_path(work, entity, text.lstrip("+-"))
        if not work.served.types[path.field.type].sortable:
            raise BadRequest("A list can't be sorted by '{path}'.", params={"path": path.text})
        keys.append(Sort(path.text, text.startswith("-")))
    return tuple(keys)


def _limit(limit: int) -> int:
    if not 1 <= limit <= HIGHEST_LIMIT:
        raise BadRequest("The limit must be between 1 and {limit}.", params={"limit": HIGHEST_LIMIT})
    return limit
