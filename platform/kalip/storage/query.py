"""What to read: an entity, fields by path, filters, an order, a page. Written by the floors above; knows no SQL."""

from dataclasses import dataclass, field
from typing import Any, Literal

from kalip.expressions import Expression
from kalip.model import Sort

Archived = Literal["exclude", "only", "include"]
Form = Literal["json", "values", "parts"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a record or, with `through`, on the one reached by following those references.

    `within` narrows collections that the condition asks about: to those of an entity's records that meet its own.
    """

    expression: Expression
    through: tuple[str, ...] = ()
    within: tuple[tuple[str, Expression], ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """A list to read. Without `sort` the newest come first; empty `fields` means every field of the entity itself.

    With `ids` pages have only those of the records that match. `concealed` are conditions by sorted path: where such a
    one, `through` the path's references, doesn't hold, the row stands as if the path led to nothing. `steady`: its
    conditions are the model's own, not what a caller wrote, so that the page is asked for again and again.
    """

    entity: str
    fields: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    limit: int = 50
    cursor: str | None = None
    archived: Archived = "exclude"
    ids: tuple[str, ...] | None = None
    concealed: tuple[tuple[str, Filter], ...] = ()
    steady: bool = False


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows as mappings from path to value, in order; `next` is the cursor of the following page."""

    rows: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Counts and sums of an entity's records by the values of a path; with `within`, apart by those of another one.

    `concealed` are conditions by summed path, as of a `Query`: where such a one doesn't hold, the value isn't summed.
    """

    by: str
    sums: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    archived: Archived = "exclude"
    within: str | None = None
    concealed: tuple[tuple[str, Filter], ...] = ()


@dataclass(frozen=True, slots=True)
class AggregateRow:
    """One group: `key` and `within` are the values of the paths, `sums` the totals (None where nothing is filled)."""

    key: Any
    count: int
    sums: dict[str, Any] = field(default_factory=dict)
    within: Any = None
