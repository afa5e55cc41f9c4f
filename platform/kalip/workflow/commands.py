"""What one may ask of pipelines, and what is answered: frozen types without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from kalip.base.errors import KalipError, Violation
from kalip.base.text import Text
from kalip.model import Field, Pipeline, Stage, Transition
from kalip.records import Source, nothing

StepState = Literal["open", "done", "skipped"]


@dataclass(frozen=True, slots=True)
class ApplyTransition:
    """A move of a record, named by its transition or by the stage to reach. `values` fill fields on the way.

    `leaving` is the stage where whoever asks has seen it: somebody else may have moved it meanwhile.
    """

    entity: str
    id: str
    transition: str | None = None
    target: str | None = None
    values: Mapping[str, object] = field(default_factory=nothing)
    version: int | None = None
    source: Source = "json"
    leaving: str | None = None


@dataclass(frozen=True, slots=True)
class ChangePipeline:
    """A record goes on in another pipeline: in a stage that is named, or in the one that the pipeline takes it in."""

    entity: str
    id: str
    pipeline: str
    stage: str | None = None
    values: Mapping[str, object] = field(default_factory=nothing)
    version: int | None = None
    source: Source = "json"


@dataclass(frozen=True, slots=True)
class ChangeStep:
    """A step of the stage where a record is gets another state; `name` is a declared step's, or an added one's id."""

    entity: str
    id: str
    name: str
    state: StepState
    note: str = ""


@dataclass(frozen=True, slots=True)
class AddStep:
    """A person adds a step of their own to the stage where a record is."""

    entity: str
    id: str
    title: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class TakeRecord:
    """Somebody takes a record from the queue of its stage, or of a group that owns it."""

    entity: str
    id: str


@dataclass(frozen=True, slots=True)
class Move:
    """A move from the stage where a record is. `reason` says why it is refused; `missing` fields would be asked.

    A guard that reads what is asked refuses only once that was answered. `question` asks how a closing move ends.
    """

    transition: Transition
    target: Stage
    allowed: bool
    reason: str
    asked: tuple[Field, ...]
    missing: tuple[str, ...]
    question: Text = Text()

    @property
    def needs_form(self) -> bool:
        """Whether something must be filled in, chosen or confirmed before the move."""
        return bool(self.asked or self.missing or self.transition.confirm or self.question)


@dataclass(frozen=True, slots=True)
class TransitionPlan:
    """What a move would do. `error` is why it would be refused; `violations` lists missing or wrong fields.

    `asked` are the fields of the dialogue: those that the transition asks for, and those that the target stage
    requires and that are empty. `answerable`: the guard refuses, but reads some of them. `sets` are the JSON values
    that the effects would give. `question` and `endings`, the moves to final stages, are of a move that closes.
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
    question: Text = Text()
    endings: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelinePlan:
    """What a change of pipeline would do, as a TransitionPlan says it; `pipeline` is the one to come into."""

    pipeline: Pipeline
    source_pipeline: str
    source: str
    target: Stage
    allowed: bool
    error: KalipError | None
    asked: tuple[Field, ...]
    missing: tuple[str, ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class PipelineOffer:
    """A pipeline that a record could go on in, and the stage that it would come into."""

    pipeline: Pipeline
    target: Stage


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as it stands. `waits_for` are the labels of steps that come first, `barred` why one may not tick it off.

    `by` and `at` say who changed it last; both are None for one that nobody touched. `added`: made by hand.
    `follows` are the names of all steps that come first, done or not.
    """

    name: str
    label: Text
    help: Text
    required: bool
    state: StepState
    waits_for: tuple[Text, ...]
    barred: str
    note: str
    by: str | None
    at: datetime | None
    added: bool = False
    follows: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be done about it: an optional one may be skipped."""
        return self.state == "done" or (self.state == "skipped" and not self.required)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The steps of the stage where a record is. `open_ended`: people may add steps of their own."""

    steps: tuple[ShownStep, ...]
    open_ended: bool = False

    @property
    def done(self) -> int:
        """How many are settled."""
        return sum(step.settled for step in self.steps)

    @property
    def blocking(self) -> tuple[ShownStep, ...]:
        """The required steps that keep the record from going on."""
        return tuple(step for step in self.steps if step.required and not step.settled)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands in its pipeline, and where it may go.

    `suited` is the pipeline that the record's values ask for when it is in another one; `takeable` whether the actor
    may take it from its stage's queue.
    """

    moves: tuple[Move, ...] = ()
    checklist: Checklist = Checklist(())
    pipelines: tuple[PipelineOffer, ...] = ()
    suited: Pipeline | None = None
    takeable: bool = False


@dataclass(frozen=True, slots=True)
class StageStay:
    """How long a record was in a stage; `until` is None for the stage where it is."""

    pipeline: str
    stage: str
    since: datetime
    until: datetime | None
    duration: timedelta
    actor: str | None = None
