"""Pipelines: the stages of an entity and the moves allowed between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.stage import Outcome, Stage
from kalip.model.transition import Transition


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How records of another pipeline come into this one: which stage here each stage there becomes."""

    pipeline: str
    stages: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Ordered stages and transitions of an entity. New records start at the first stage.

    `when` chooses the pipeline for records for which it holds; `roles` limits who may put records into it (anybody
    who may make or move them when empty). `accepts` are the pipelines that records may come from: None means any,
    stages of the same name becoming each other. `closed_field` holds when a record was won or lost,
    `probability_field` the stage's percentage; `outcome_question` is asked before a record is closed.
    """

    name: str
    entity: str
    label: Text
    stages: Mapping[str, Stage]
    transitions: Mapping[str, Transition]
    default: bool = False
    was: tuple[str, ...] = ()
    when: Expression | None = None
    roles: tuple[str, ...] = ()
    accepts: Mapping[str, Acceptance] | None = None
    closed_field: str = ""
    probability_field: str = ""
    outcome_question: Text = field(default_factory=Text)

    @property
    def first(self) -> Stage:
        """The stage where records start."""
        return next(iter(self.stages.values()))

    @property
    def start_conditions(self) -> tuple[Expression, ...]:
        """What a new record must be looked at for: whether it belongs here, and may begin here."""
        entry = tuple(condition.expression for stage in self.stages.values() for condition in stage.entry)
        return entry if self.when is None else (self.when, *entry)

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

    def stage(self, name: str) -> Stage | None:
        """A stage by its present name, or by one that it had before."""
        return self.stages.get(name) or next((each for each in self.stages.values() if name in each.was), None)

    def is_open_to(self, pipeline: str) -> bool:
        """Whether records of another pipeline may come here."""
        return pipeline != self.name and (self.accepts is None or pipeline in self.accepts)

    def arrival(self, pipeline: str, stage: str) -> Stage:
        """Where a record lands that comes from a stage of another pipeline: as mapped, by name, or at the start."""
        known = self.accepts.get(pipeline) if self.accepts is not None else None
        mapped = known.stages.get(stage) if known is not None else None
        return self.stages.get(mapped or stage) or self.first

    def closing(self, source: str) -> tuple[Transition, ...]:
        """The moves that close a record that is open: one to each final stage, none from a final stage."""
        here = self.stages.get(source)
        if here is None or here.outcome is not Outcome.OPEN:
            return ()
        moves = (each for each in self.moves_from(source) if self.stages[each.target].outcome is not Outcome.OPEN)
        first: dict[str, Transition] = {}
        for move in moves:
            first.setdefault(move.target, move)
        return tuple(first[name] for name in self.stages if name in first)

    def is_advance(self, source: str, target: str) -> bool:
        """Whether a move goes on: to a later stage that is not lost."""
        order = list(self.stages)
        if source not in self.stages or target not in self.stages:
            return False
        return order.index(target) > order.index(source) and self.stages[target].outcome is not Outcome.LOST
