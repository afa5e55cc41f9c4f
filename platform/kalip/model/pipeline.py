"""Pipelines: the stages of an entity and the moves allowed between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from kalip.base.text import Text
from kalip.expressions import Expression


class Outcome(StrEnum):
    """What it means for a record to be in a stage."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Stage:
    """A position in a pipeline. `required` fields must be filled to be in it; `probability` is a percentage.

    `limit` is a soft limit of records in it, `ageing_days` marks cards that stay longer.
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


@dataclass(frozen=True, slots=True)
class Effect:
    """What a transition does besides moving: sets fields by expressions, or runs a plugin's action.

    Exactly one of `set` (field name to expression) and `action` (registered name, with `arguments`) is given.
    """

    set: Mapping[str, Expression]
    action: str = ""
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Transition:
    """An allowed move. `sources` are the stages it starts from (every other stage when empty).

    `roles` limits who may do it (anybody with the transition verb when empty). `ask` are
    the fields that the dialogue shows; `guard` refuses with `guard_message`.
    """

    name: str
    label: Text
    target: str
    sources: tuple[str, ...] = ()
    guard: Expression | None = None
    guard_message: Text = Text()
    roles: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    confirm: Text = Text()
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Ordered stages and transitions of an entity. New records start at the first stage."""

    name: str
    entity: str
    label: Text
    stages: Mapping[str, Stage]
    transitions: Mapping[str, Transition]
    default: bool = False
    was: tuple[str, ...] = ()

    @property
    def first(self) -> Stage:
        """The stage where records start."""
        return next(iter(self.stages.values()))

    def moves_from(self, stage: str) -> tuple[Transition, ...]:
        """The transitions that start at a stage, in the order written."""
        return tuple(
            move
            for move in self.transitions.values()
            if move.target != stage and (not move.sources or stage in move.sources)
        )

    def move(self, source: str, target: str) -> Transition | None:
        """The first transition from one stage to another, or None when there is none."""
        return next((move for move in self.moves_from(source) if move.target == target), None)
