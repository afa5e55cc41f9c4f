"""What one may ask of records, and what is answered: frozen types without behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from kalip.base.errors import KalipError, Violation
from kalip.base.text import Text
from kalip.model import BoardView, Entity, Field, FormView, ListView, Pipeline, Sort, Stage, Verb

Form = Literal["json", "values", "parts"]
Shown = Literal["everything", "all", "comments", "changes"]
Archived = Literal["exclude", "only", "include"]
Source = Literal["json", "text"]
Record = dict[str, object]
"""A record as flat path to value: JSON values or Python values, as the form asked for says."""

EMPTY: Mapping[str, object] = MappingProxyType({})


def nothing() -> Mapping[str, object]:
    """The default of mappings: no entries."""
    return EMPTY


@dataclass(frozen=True, slots=True)
class ListRecords:
    """A list to read. `sort` has paths, descending ones with a leading minus.

    Without `fields` the named `view` (or the entity's first) says the columns, sort and filter;
    `filter` narrows the view's own. `count` asks for the number of rows, up to `count_cap`.
    With `ids` only rows picked on the list are read; a count doesn't know them.
    """

    entity: str
    fields: tuple[str, ...] | None = None
    filter: str | None = None
    sort: tuple[str, ...] = ()
    limit: int = 50
    cursor: str | None = None
    count: bool = False
    count_cap: int | None = 10_000
    view: str | None = None
    archived: Archived = "exclude"
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list. `next` continues it; `count` is None unless asked for."""

    items: tuple[Record, ...]
    next: str | None = None
    count: int | None = None
    count_capped: bool = False
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveRecord:
    """Make a record (no `id`) or change one. `values` maps field names to raw values.

    `source` json takes REST's values; text takes what people type, in the actor's locale, where
    empty means null. `version` is the one the change was made from; None changes any.
    `pipeline` chooses where a new record starts. `accept_duplicates` saves it although it may be the same as another;
    what a strict rule refuses stays refused. Left open, only the system, which has nobody to ask, accepts.
    """

    entity: str
    values: Mapping[str, object] = field(default_factory=nothing)
    id: str | None = None
    version: int | None = None
    source: Source = "json"
    pipeline: str | None = None
    accept_duplicates: bool | None = None


@dataclass(frozen=True, slots=True)
class SavedRecord:
    """What became of a save. `changed` are field names; empty when there was nothing to change."""

    entity: str
    id: str
    version: int
    created: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchOperation:
    """One of many changes of an entity's records."""

    op: Literal["create", "update", "archive", "restore", "purge"]
    id: str | None = None
    version: int | None = None
    values: Mapping[str, object] = field(default_factory=nothing)
    accept_duplicates: bool = False


@dataclass(frozen=True, slots=True)
class ItemResult:
    """What became of one of many: `saved`, or `error` saying why not."""

    index: int
    id: str | None
    saved: SavedRecord | None = None
    error: KalipError | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A record on a screen: `values` maps path to Python value."""

    entity: str
    id: str
    version: int
    archived: bool
    title: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list: `field` is the one at the end of the path, `entity` its owner.

    `whole`: the actor sees it on every row, so that it may be filtered by.
    """

    path: str
    label: Text
    field: Field
    entity: str
    sortable: bool
    width: int | None = None
    frozen: bool = False
    whole: bool = True


class Titles:
    """What people call the records that others refer to; unknown and invisible ones are empty text."""

    def __init__(self, known: Mapping[tuple[str, str], str] | None = None) -> None:
        self._known = dict(known or {})

    def of(self, entity: str, record_id: str) -> str:
        """The title of a record, or empty text."""
        return self._known.get((entity, record_id), "")

    def knows(self, entity: str, record_id: str) -> bool:
        """Whether the record is there and may be seen."""
        return (entity, record_id) in self._known

    def items(self) -> Sequence[tuple[tuple[str, str], str]]:
        """All of them."""
        return tuple(self._known.items())

    def by_id(self) -> dict[str, str]:
        """Titles by id alone, for formatting: ids are unique in the whole system."""
        return {record_id: title for (_, record_id), title in self._known.items()}

    def add(self, entity: str, titles: Mapping[str, str]) -> None:
        """Take in the titles of an entity's records by id."""
        self._known.update({(entity, record_id): title for record_id, title in titles.items()})


@dataclass(frozen=True, slots=True)
class ListPage:
    """A list with all that its screen shows. `filter` is the view's and the asked one together."""

    entity: Entity
    view: ListView | None
    columns: tuple[ListColumn, ...]
    rows: tuple[Row, ...]
    titles: Titles
    sort: tuple[Sort, ...]
    filter: str
    next: str | None
    count: int | None
    count_capped: bool
    rights: frozenset[Verb]


@dataclass(frozen=True, slots=True)
class Change:
    """One field's change in a history: JSON values before and after."""

    name: str
    label: Text
    field: Field | None
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Comment:
    """What a person wrote beside a record; `text` is None once it was taken back, by `removed_by`.

    `mentions` are the people whom it names: the id, and what stands behind the @.
    """

    text: str | None
    removed_by: str | None = None
    mentions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EventView:
    """One entry of a record's history; what has a `comment`, or `facts` of something beside it, has no changes."""

    id: str
    kind: str
    at: datetime
    actor: str | None
    actor_name: str
    on_behalf: str | None
    correlation: str | None
    changes: tuple[Change, ...]
    comment: Comment | None = None
    facts: Mapping[str, object] = field(default_factory=nothing)
    on_behalf_name: str = ""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some entries of a history, latest first."""

    items: tuple[EventView, ...]
    titles: Titles
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """Records that refer to a record by `field`: the first rows, and how many there are."""

    name: str
    entity: Entity
    field: Field
    page: ListPage


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record with all that its page shows. `rights` are those on this very record."""

    entity: Entity
    form: FormView
    record: Row
    titles: Titles
    children: Mapping[str, tuple[Row, ...]]
    rights: frozenset[Verb]
    events: EventPage


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """A board to read; `stage` limits it to one column, `cursor` continues that one."""

    entity: str
    board: str | None = None
    filter: str | None = None
    per_stage: int = 20
    stage: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A stage with its first cards; `count` and `totals` are of the whole column.

    Money has a total for each currency, the largest first; anything else has one total, or none.
    """

    stage: Stage
    count: int
    totals: tuple[object, ...]
    cards: tuple[Row, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class BoardPage:
    """A board with all that its screen shows."""

    entity: Entity
    view: BoardView
    pipeline: Pipeline
    columns: tuple[BoardColumn, ...]
    titles: Titles
    rights: frozenset[Verb]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found by search."""

    entity: str
    id: str
    title: str
    snippet: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """How a form looks with the values typed so far; nothing is written.

    `values` are the parsed Python values by path, `computed` those that follow from them.
    `hidden_sections` are `tab.section` names whose condition is false. `lines` are the lines of
    children fields in the order typed, as path to part value, with what is computed in them.
    """

    values: Mapping[str, object]
    computed: Mapping[str, object]
    visible: frozenset[str]
    required: frozenset[str]
    readonly: frozenset[str]
    hidden_sections: frozenset[str]
    violations: tuple[Violation, ...]
    lines: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows picked on a list: by id, or all that a filter matches."""

    entity: str
    ids: tuple[str, ...] = ()
    filter: str | None = None
    archived: Archived = "exclude"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of a change of many rows, in the order of the selection."""

    items: tuple[ItemResult, ...] = field(default_factory=tuple)

    @property
    def done(self) -> int:
        """How many were changed."""
        return sum(item.error is None for item in self.items)

    @property
    def refused(self) -> int:
        """How many were not."""
        return len(self.items) - self.done
