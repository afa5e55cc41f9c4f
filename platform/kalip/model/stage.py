"""Stages: what it means for a record to be somewhere in a pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.calendar import Span


class Outcome(StrEnum):
    """What it means for a record to be in a stage."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class TunnelMode(StrEnum):
    """What becomes of a record that takes a tunnel: it goes on itself, a copy of it does, or a new record is made."""

    MOVE = "move"
    COPY = "copy"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a record may be in a stage: in working time of a calendar, in plain time when it names none."""

    within: Span
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold to come into a stage or to leave it; `message` is the refusal."""

    name: str
    expression: Expression
    message: Text


@dataclass(frozen=True, slots=True)
class Queue:
    """Who answers for the records of a stage: `field` holds the user.

    With `roles` the stage is a queue: whoever comes in has nobody, and people with one of the roles take records.
    """

    field: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepPlan:
    """Something to do while a record is in a stage. A required one must be done before the record goes on.

    `follows` are steps that come first; `roles` limits who may tick it off; `when` says for which records it counts.
    """

    name: str
    label: Text
    required: bool = False
    follows: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    when: Expression | None = None
    help: Text = Text()


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What entering a stage leads to: another pipeline, for the record, for a copy of it or for a new record.

    `stage` is where it arrives (empty: as the pipeline accepts it, a copy or new record at the start). `values` are
    expressions over the record that entered, by field of the one that arrives; `link` is a field of that one which
    points back, and then nothing is made twice.
    """

    name: str
    mode: TunnelMode
    entity: str
    pipeline: str
    stage: str = ""
    when: Expression | None = None
    values: Mapping[str, Expression] = field(default_factory=lambda: MappingProxyType({}))
    link: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A position in a pipeline. `required` fields must be filled to be in it; `probability` is a percentage.

    `hidden` fields are not shown and not demanded here, `readonly` ones can't be changed. `limit` is a soft limit of
    records in it, `ageing_days` marks cards that stay longer, `time_limit` says from when a record is overdue.
    `added_steps`: people may add steps of their own.
    """

    name: str
    label: Text
    outcome: Outcome = Outcome.OPEN
    colour: str = ""
    probability: int | None = None
    required: tuple[str, ...] = ()
    limit: int | None = None
    ageing_days: int | None = None
    was: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()
    time_limit: TimeLimit | None = None
    entry: tuple[Condition, ...] = ()
    exit: tuple[Condition, ...] = ()
    queue: Queue | None = None
    steps: Mapping[str, StepPlan] = field(default_factory=lambda: MappingProxyType({}))
    added_steps: bool = False
    tunnels: tuple[Tunnel, ...] = ()

    @property
    def has_steps(self) -> bool:
        """Whether there is, or may be, something to tick off."""
        return bool(self.steps) or self.added_steps
