"""Transitions: the moves between stages and what they ask, demand and do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kalip.base.text import Text
from kalip.expressions import Expression


@dataclass(frozen=True, slots=True)
class Effect:
    """What a transition does besides moving: sets fields by expressions, or runs a plugin's action.

    Exactly one of `set` (field name to expression) and `action` (registered name, with `arguments`) is given.
    """

    set: Mapping[str, Expression]
    action: str = ""
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a move is made: `field` is a choice that must be given, one of `choices` (any when empty)."""

    field: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """An allowed move. `sources` are the stages it starts from (every other stage when empty).

    `roles` limits who may do it (anybody with the transition verb when empty). `ask` are the fields that the dialogue
    shows, `demands` those of them without which the move is refused; `guard` refuses with `guard_message`.
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
    demands: tuple[str, ...] = ()
    reason: Reason | None = None
