"""Rules: when an event happens and a condition holds, do these actions. And clocks: how long something may take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Literal

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.action import Step
from kalip.model.calendar import NO_TIME, Span
from kalip.model.field import Field


class On(StrEnum):
    """What starts a rule."""

    CREATED = "created"
    CHANGED = "changed"
    ENTERED = "entered"
    STUCK = "stuck"
    REACHED = "reached"
    SCHEDULE = "schedule"
    HOOK = "hook"


BY_EVENT = frozenset({On.CREATED, On.CHANGED, On.ENTERED, On.HOOK})
"""Those that an event starts; sweeps look for the others."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A field that must have changed: JSON values before and after, any when empty."""

    before: tuple[Any, ...] = ()
    after: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class When:
    """The occasion of a rule. `fields` belong to `changed`, stages to `entered` and `stuck`, `date` to `reached`.

    `span` is how long a record is stuck, or how far from the date the moment lies: before it, with `before`. `at` is
    the minute of a day at which a date is reached. `missed` says what becomes of a schedule's moments that nobody was
    there for.
    """

    on: On
    fields: Mapping[str, Changed] = field(default_factory=lambda: MappingProxyType({}))
    pipeline: str = ""
    stages: tuple[str, ...] = ()
    date: str = ""
    span: Span = NO_TIME
    before: bool = False
    at: int = 0
    calendar: str = ""
    timezone: str = "UTC"
    cron: str = ""
    missed: Literal["once", "each", "skip"] = "once"
    hook: str = ""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A rule that goes on: `times` more, each `every` later, as long as its condition holds and nothing happened."""

    every: Span
    times: int
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of an entity. `wait` delays the actions; with `stops` they fall away once the stage changes.

    `run_as` says whose rights count: the system's, those of who caused the event, or the record's owner's.
    `parameters` are asked of people before the rule goes on; `skippable` roles may let it fall away.
    """

    name: str
    entity: str
    label: Text
    when: When
    steps: tuple[Step, ...]
    condition: Expression | None = None
    description: Text = Text()
    active: bool = True
    wait: Span | None = None
    wait_calendar: str = ""
    stops: bool = False
    run_as: Literal["system", "actor", "owner"] = "system"
    repeat: Repeat | None = None
    parameters: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))
    skippable: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """The rule's name in the whole model: `deal.overdue`."""
        return f"{self.entity}.{self.name}"


@dataclass(frozen=True, slots=True)
class Target:
    """How long a clock may run, for the records that the condition holds for."""

    name: str
    within: Span
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a clock does at a moment: `share` percent of its time used, or `after` its target, then `every` again."""

    name: str
    steps: tuple[Step, ...]
    share: int | None = None
    after: Span | None = None
    every: Span | None = None
    times: int = 0
    label: Text = Text()


@dataclass(frozen=True, slots=True)
class Clock:
    """A service level: starts, pauses and stops by conditions, and counts working time of a calendar.

    The first target that holds for a record is its own. Alarms are in the order of their moments.
    """

    name: str
    entity: str
    label: Text
    start: Expression
    stop: Expression
    targets: tuple[Target, ...]
    pause: Expression | None = None
    calendar: str = ""
    alarms: tuple[Alarm, ...] = ()
    active: bool = True

    @property
    def address(self) -> str:
        """The clock's name in the whole model: `ticket.first_answer`."""
        return f"{self.entity}.{self.name}"


@dataclass(frozen=True, slots=True)
class Hook:
    """A door for messages of other systems: signed ones, or with a token; `secret` names the value they prove.

    `find` are values of fields that pick the record; without it the rules act on none.
    """

    name: str
    entity: str
    label: Text
    secret: str
    proof: Literal["signature", "token"] = "signature"
    find: Mapping[str, Expression] = field(default_factory=lambda: MappingProxyType({}))
