"""Filters typed at run time: compiled once in the entity's scope, refused with the place and a way out."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from kalip.access import comparable_model, row_filters
from kalip.base.errors import BadRequest
from kalip.compiler import compile_with_present_names, entity_scope
from kalip.expressions import BOOLEAN, Expression, ExpressionError
from kalip.model import Model, Verb
from kalip.records.services import Work
from kalip.runtime import Served
from kalip.storage import Filter, select_many

REMEMBERED = 1024
LONGEST_FILTER = 4_000  # characters


@dataclass(frozen=True, slots=True)
class SaidFilter:
    """A filter that was understood; `renamed` maps the old names it says to the present ones."""

    expression: Expression
    renamed: Mapping[str, str]


class FilterCache:
    """The filters of one served model by entity and text; the least recently used go first.

    What people say is compiled with the fields that they may compare: others are as unknown as mistyped ones.
    """

    def __init__(self, served: Served) -> None:
        self._served = served
        self._known: OrderedDict[tuple[Model, str, str], SaidFilter] = OrderedDict()
        self._lock = Lock()

    def find(self, entity: str, text: str, model: Model | None = None) -> SaidFilter:
        """The compiled filter; BadRequest when it has a fault. `model` is one with less than all fields."""
        key = (model or self._served.model, entity, text)
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        made = _compile(self._served, *key)
        with self._lock:
            self._known[key] = made
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return made


def compile_filter(served: Served, entity: str, text: str) -> Expression:
    """Compile a filter; BadRequest names the fault, its position in the text and what was probably meant."""
    return _find(served, entity, text).expression


def said_filter(work: Work, entity: str, text: str) -> Expression:
    """Compile what the actor says as `compile_filter` does, and note the old names in it as deprecated.

    A field that the actor doesn't see whole on every record is unknown.
    """
    found = _find(work.served, entity, text, comparable_model(work.served, work.actor))
    work.deprecated.extend(f"{old} is now {present}" for old, present in found.renamed.items())
    return found.expression


def allowed_rows(work: Work, verb: Verb, entity: str, name: str = "") -> tuple[Filter, ...] | None:
    """The filters of the rows on which the actor may do this; None when there can be none.

    `name` is the transition or conversion that is asked about; `ANY` stands for whichever.
    """
    filters = row_filters(work.served, work.actor, verb, entity, name)
    if filters is None:
        return None
    return tuple(Filter(each.expression, each.through) for each in filters)


def matching(work: Work, entity: str, ids: Collection[str], filters: Sequence[Filter]) -> set[str]:
    """Which of the records, archived or not, meet the filters; one statement."""
    rows = select_many(
        work.session, work.served, entity, list(ids), work.context, ("id",), tuple(filters), form="parts"
    )
    return set(rows)


def _find(served: Served, entity: str, text: str, model: Model | None = None) -> SaidFilter:
    if len(text) > LONGEST_FILTER:
        raise BadRequest("The filter is longer than {limit} characters.", params={"limit": LONGEST_FILTER})
    return served.project(FilterCache).find(entity, text, model)


def _compile(served: Served, model: Model, entity: str, text: str) -> SaidFilter:
    scope = entity_scope(model, served.types, entity)
    try:
        expression, renamed = compile_with_present_names(text, scope, expects=BOOLEAN, functions=served.functions)
    except ExpressionError as error:
        fault = error.faults[0]
        raise BadRequest(
            "The filter has a fault at position {position}: {fault}",
            hint=fault.hint,
            code="R102",
            params={
                "position": fault.offset,
                "length": fault.length,
                "fault": fault.message,
                "filter": text,
            },
        ) from error
    if expression.sql_obstacles:
        raise BadRequest(
            "The filter can't be used for searching: {obstacle}",
            code="R103",
            params={"obstacle": str(expression.sql_obstacles[0]), "filter": text},
        )
    return SaidFilter(expression, renamed)
