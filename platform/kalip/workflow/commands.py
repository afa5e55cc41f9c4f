"""What one may ask of pipelines, and what is answered: frozen types without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kalip.base.errors import KalipError, Violation
from kalip.base.text import Text
from kalip.model import Field, Stage, Transition
from kalip.records import Source, nothing


@dataclass(frozen=True, slots=True)
class ApplyTransition:
    """A move of a record, named by its transition or by the stage to reach. `values` fill fields on the way."""

    entity: str
    id: str
    transition: str | None = None
    target: str | None = None
    values: Mapping[str, object] = field(default_factory=nothing)
    version: int | None = None
    source: Source = "json"


@dataclass(frozen=True, slots=True)
class Move:
    """A move from the stage where a record is. `reason` says why it is refused; `missing` fields would be asked.

    A guard that reads what is asked refuses only once that was answered.
    """

    transition: Transition
    target: Stage
    allowed: bool
    reason: str
    asked: tuple[Field, ...]
    missing: tuple[str, ...]

    @property
    def needs_form(self) -> bool:
        """Whether something must be filled in or confirmed before the move."""
        return bool(self.asked or self.missing or self.transition.confirm)


@dataclass(frozen=True, slots=True)
class TransitionPlan:
    """What a move would do. `error` is why it would be refused; `violations` lists missing or wrong fields.

    `asked` are the fields of the dialogue: those that the transition asks for, and those that the target stage
    requires and that are empty. `answerable`: the guard refuses, but reads some of them. `sets` are the JSON values
    that the effects would give.
    """

    transition: Transition
    source: str
    target: Stage
    allowed: bool
    error: KalipError | None
    asked: tuple[Field, ...]
    missing: tuple[str, ...]
    violations: tuple[Violation, ...]
    confirm: Text
    answerable: bool = False
    sets: Mapping[str, object] = field(default_factory=nothing)


@dataclass(frozen=True, slots=True)
class StageStay:
    """How long a record was in a stage; `until` is None for the stage where it is."""

    pipeline: str
    stage: str
    since: datetime
    until: datetime | None
    duration: timedelta
