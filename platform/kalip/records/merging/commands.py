"""What one may ask of merging, and what is answered: frozen types without behaviour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kalip.base.errors import KalipError, Violation
from kalip.model import Entity, Field

ALL = "*"
"""Takes the values of all records together, where a field holds a list."""


@dataclass(frozen=True, slots=True)
class MergeRecords:
    """Merge `others` into `survivor`. `take` says for a field whose value stays: a record's id, or ALL for lists.

    Left out, the survivor's value stays where it has one; else the first of the others that has. `versions` (by id) are
    those that the caller has seen; records without one are taken in any.
    """

    entity: str
    survivor: str
    others: tuple[str, ...]
    take: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field of records to be merged. `values` are Python values by record id, `chosen` is an id or ALL.

    `conflict` says that more than one value is filled in; where it is not `open`, the survivor's value stays.
    """

    field: Field
    values: Mapping[str, object]
    chosen: str
    conflict: bool
    open: bool
    listed: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """How many records that the actor sees refer by a field of an entity to those that go."""

    entity: Entity
    field: Field
    count: int


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What merging would do. `ids` begin with the survivor; `rows` are Python values by path, by id.

    `refusals` say why the actor can't merge these.
    """

    entity: Entity
    ids: tuple[str, ...]
    rows: Mapping[str, Mapping[str, object]]
    titles: Mapping[str, str]
    choices: tuple[FieldChoice, ...]
    moving: tuple[Moving, ...]
    refusals: tuple[Violation, ...] = ()

    @property
    def versions(self) -> Mapping[str, int]:
        """The records' versions."""
        return {each: int(str(row["version"])) for each, row in self.rows.items()}


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that was made. `moved` counts the references that name the survivor now."""

    id: str
    entity: str
    survivor: str
    merged: tuple[str, ...]
    version: int
    moved: int
    at: datetime
    actor: str | None


@dataclass(frozen=True, slots=True)
class UndoBlocker:
    """What stands in the way of undoing a merge; `entity` and `record_id` say where."""

    template: str
    params: Mapping[str, object]
    entity: str = ""
    record_id: str = ""


class MergeNotUndone(KalipError):
    """A merge that can't be undone any more; `blockers` say why, as do its violations."""

    code = "R140"

    def __init__(self, blockers: Sequence[UndoBlocker]) -> None:
        self.blockers = tuple(blockers)
        self.violations = tuple(Violation("", "blocked", each.template, each.params) for each in blockers)
        super().__init__("The merge can't be undone: what it made has been changed since.")
