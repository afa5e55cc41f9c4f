"""Decides a move while the record is on its way through the save pipeline: source, roles, guard, effects."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from kalip.access import ANY, denied, ruling_for
from kalip.base.errors import BadRequest, Conflict, KalipError, NotFound, TransitionRefused
from kalip.base.names import did_you_mean
from kalip.expressions import Expression
from kalip.model import USER, Effect, Entity, Pipeline, Stage, Transition, Verb
from kalip.records import TRANSITIONED, Work, matching, titles_of
from kalip.records.saving import Draft, Grounds, as_value, evaluate, put
from kalip.records.saving.placing import (
    PLACE,
    arrival_values,
    kept_fields,
    queue_field,
    role_labels,
    unmet,
)
from kalip.storage import Filter
from kalip.workflow.acting import act, give
from kalip.workflow.commands import ApplyTransition
from kalip.workflow.stage_steps import blocked_by_steps

Candidate = tuple[Pipeline, Transition]


@dataclass(slots=True)
class Decision:
    """Finds and carries out one move. After the pipeline it knows which `transition` was meant.

    `by` is the conversion that makes it: a move that a conversion makes is made by nobody else.
    """

    entity: Entity
    command: ApplyTransition
    candidates: list[Candidate]
    transition: Transition | None = None
    target: Stage | None = None
    source: str = ""
    sets: dict[str, object] = field(default_factory=dict)
    by: str = ""

    def grounds(self) -> Grounds:
        """The grounds on which the save pipeline makes this move."""
        transitions = [transition for _, transition in self.candidates]
        return Grounds(
            verb=Verb.TRANSITION,
            named=transitions[0].name if len({each.name for each in transitions}) == 1 else ANY,
            kind=TRANSITIONED,
            decide=self.decide,
            reads=tuple(each for owner, transition in self.candidates for each in _expressions(owner, transition)),
            fields=tuple(dict.fromkeys(("updated_by", *_fields(self.candidates)))),
            sets=(
                *PLACE,
                *kept_fields(self.entity),
                *(name for each in transitions for effect in each.effects for name in effect.set),
            ),
            whole=any(effect.action for transition in transitions for effect in transition.effects),
        )

    def leads_to(self, draft: Draft) -> bool:
        """Whether the record is where the move leads already."""
        place = (str(draft.before.get("pipeline")), str(draft.before.get("stage")))
        return any((pipeline.name, move.target) == place for pipeline, move in self.candidates)

    def decide(self, work: Work, draft: Draft) -> None:
        """Set the stage and the effects on the draft, or say why the move is refused."""
        self.source = str(draft.before.get("stage"))
        pipeline = self.entity.pipelines.get(str(draft.before.get("pipeline")))
        if self.command.leaving not in (None, self.source):
            draft.error = _gone(work, draft, pipeline)
            return
        self.transition = self._choose(pipeline)
        if pipeline is None or self.transition is None:
            draft.error = self._no_move(work, pipeline)
            return
        self.target = pipeline.stages[self.transition.target]
        draft.asked = frozenset(self.transition.ask)
        draft.demanded = self.transition.demands
        self._check_reason(draft)
        if draft.named == ANY:
            draft.named = self.transition.name
            draft.error = barred(work, draft)
        draft.error = (
            draft.error
            or self._reserved(work)
            or refusal(work, draft, pipeline, self.transition)
            or blocked_by_steps(work, draft, self.target.name)
        )
        if draft.error is None:
            self._carry_out(work, draft, pipeline)

    def _reserved(self, work: Work) -> TransitionRefused | None:
        """The refusal of a move that only a conversion makes, which would otherwise be half of one."""
        conversion = self.entity.conversion_by(self.transition.name) if self.transition is not None else None
        if conversion is None or conversion.name == self.by:
            return None
        return TransitionRefused(
            "The conversion '{label}' makes this move, once it has made what it is for.",
            hint=f"call the conversion '{conversion.name}'",
            params={"label": conversion.label.get(work.actor.locale), "conversion": conversion.name},
        )

    def _choose(self, pipeline: Pipeline | None) -> Transition | None:
        if pipeline is None:
            return None
        possible = [
            transition
            for owner, transition in self.candidates
            if owner is pipeline and transition in pipeline.moves_from(self.source)
        ]
        return possible[0] if possible else None

    def _carry_out(self, work: Work, draft: Draft, pipeline: Pipeline) -> None:
        if self.transition is None or self.target is None:
            return
        arrive(work, draft, pipeline, self.target)
        for effect in self.transition.effects:
            self._apply(work, draft, effect)

    def _check_reason(self, draft: Draft) -> None:
        """A reason must fit the move, where the move says which do."""
        reason = self.transition.reason if self.transition is not None else None
        given = draft.values.get(reason.field) if reason is not None else None
        if reason is not None and reason.choices and given is not None and given not in reason.choices:
            draft.blame(reason.field, "unfit_reason", "This reason does not fit the move.")

    def _apply(self, work: Work, draft: Draft, effect: Effect) -> None:
        for name, expression in effect.set.items():
            value = as_value(draft.rules, name, evaluate(work, draft, expression))
            self.sets[name] = give(draft, name, value)
        if effect.action:
            self.sets |= act(work, draft, effect.action, effect.arguments)

    def _no_move(self, work: Work, pipeline: Pipeline | None) -> TransitionRefused:
        locale = work.actor.locale
        if pipeline is None:
            return TransitionRefused("The record is in no pipeline.")
        stage = pipeline.stages.get(self.source)
        wanted = self.candidates[0][1].target
        target = pipeline.stages.get(wanted)
        names = [pipeline.stages[each.target].label.get(locale) for each in pipeline.moves_from(self.source)]
        return TransitionRefused(
            "There is no move from '{source}' to '{target}'.",
            hint=f"possible: {', '.join(dict.fromkeys(names))}" if names else "this is a final stage",
            params={
                "source": stage.label.get(locale) if stage is not None else self.source,
                "target": target.label.get(locale) if target is not None else wanted,
            },
        )


def find_decision(entity: Entity, command: ApplyTransition, by: str = "") -> Decision:
    """Find the transitions that a command may mean. NotFound with a hint for a name that is nowhere.

    `by` names the conversion that makes the move.
    """
    if (command.transition is None) == (command.target is None):
        raise BadRequest("Name either a transition or the stage to reach.")
    every = [(pipeline, move) for pipeline in entity.pipelines.values() for move in pipeline.transitions.values()]
    if command.transition is not None:
        found = [pair for pair in every if pair[1].name == command.transition]
        known: Iterable[str] = (move.name for _, move in every)
    else:
        found = [pair for pair in every if pair[1].target == command.target]
        known = (stage for pipeline in entity.pipelines.values() for stage in pipeline.stages)
    if not found:
        wanted = str(command.transition or command.target)
        names = tuple(known)
        if command.target in names:
            raise TransitionRefused("No move leads to the stage '{stage}'.", params={"stage": wanted})
        raise NotFound(
            "There is no {kind} '{name}'.",
            hint=did_you_mean(wanted, names),
            params={"kind": "transition" if command.transition else "stage", "name": wanted},
        )
    return Decision(entity, command, found, by=by)


def barred(work: Work, draft: Draft, name: str = "") -> KalipError | None:
    """The refusal when the actor may see a loaded record but not make a move, by `name` or the one of the draft."""
    ruling = ruling_for(work.served, work.actor, Verb.TRANSITION, draft.entity, name or draft.named)
    if not ruling.permitted:
        return denied(Verb.TRANSITION, draft.entity)
    if ruling.condition is None:
        return None
    if not ruling.through and not ruling.condition.element_paths:
        admitted = ruling.admits(draft.before, work.context)
    else:
        admitted = bool(matching(work, draft.entity, [draft.id], (Filter(ruling.condition, ruling.through),)))
    return None if admitted else denied(Verb.TRANSITION, draft.entity)


def refusal(work: Work, draft: Draft, pipeline: Pipeline, transition: Transition) -> TransitionRefused | None:
    """Why the actor may not make this move now, or None; the guard sees the values typed for the move."""
    locale = work.actor.locale
    if not has_role(work, transition):
        return TransitionRefused("Only {roles} may do this.", params={"roles": role_labels(work, transition.roles)})
    if transition.guard is not None and evaluate(work, draft, transition.guard) is not True:
        message = transition.guard_message.get(locale)
        target = pipeline.stages[transition.target].label.get(locale)
        return TransitionRefused(
            message or "The record can't move to '{target}' yet.", params={} if message else {"target": target}
        )
    source = pipeline.stages.get(str(draft.before.get("stage")))
    return refusal_between(work, draft, source, pipeline.stages[transition.target])


def refusal_between(work: Work, draft: Draft, source: Stage | None, target: Stage) -> TransitionRefused | None:
    """Why a record may not leave the one stage or come into the other now, or None."""
    condition = unmet(work, draft, source.exit) if source is not None else None
    condition = condition or unmet(work, draft, target.entry)
    if condition is None:
        return None
    message = condition.message.get(work.actor.locale)
    return TransitionRefused(message or condition.name)


def arrive(work: Work, draft: Draft, pipeline: Pipeline, stage: Stage) -> None:
    """Put a record into a stage, with all that coming into it changes by itself."""
    draft.entering = stage
    put(draft, arrival_values(work, draft, pipeline, stage))
    empty = queue_field(draft, stage)
    if empty is not None:
        draft.late[empty] = None


def has_role(work: Work, transition: Transition) -> bool:
    """Whether the actor is one of those whom a move is for."""
    actor = work.actor
    return not transition.roles or actor.administrator or bool(set(transition.roles) & set(actor.roles))


def may_be_answered(
    work: Work, transition: Transition, asked: Collection[str], conditions: Iterable[Expression]
) -> bool:
    """Whether a refusal may yet turn into a yes: the conditions read what the move's form asks for."""
    if not has_role(work, transition):
        return False
    return any(path.partition(".")[0] in asked for each in conditions for path in each.paths)


def _gone(work: Work, draft: Draft, pipeline: Pipeline | None) -> Conflict:
    """Somebody else was first: who, and where the record is now."""
    locale, who = work.actor.locale, str(draft.before.get("updated_by") or "")
    stage = pipeline.stages.get(str(draft.before.get("stage"))) if pipeline is not None else None
    name = titles_of(work, {USER: [who]}).of(USER, who) if who else ""
    return Conflict(
        "{who} has moved the record meanwhile: it is in '{stage}' now.",
        params={
            "who": name or "Kalip",
            "stage": stage.label.get(locale) if stage is not None else str(draft.before.get("stage")),
            "id": draft.id,
        },
    )


def conditions_of(pipeline: Pipeline, source: str, transition: Transition) -> tuple[Expression, ...]:
    """All that a move depends on: its guard, leaving the one stage and coming into the other."""
    here = pipeline.stages.get(source)
    stages = (*(here.exit if here is not None else ()), *pipeline.stages[transition.target].entry)
    guard = () if transition.guard is None else (transition.guard,)
    return (*guard, *(each.expression for each in stages))


def _expressions(pipeline: Pipeline, transition: Transition) -> Iterator[Expression]:
    if transition.guard is not None:
        yield transition.guard
    yield from (each.expression for each in pipeline.stages[transition.target].entry)
    for stage in pipeline.stages.values():
        if not transition.sources or stage.name in transition.sources:
            yield from (each.expression for each in stage.exit)
            yield from (step.when for step in stage.steps.values() if step.when is not None)
    for effect in transition.effects:
        yield from effect.set.values()


def _fields(candidates: Iterable[Candidate]) -> Iterator[str]:
    for pipeline, transition in candidates:
        yield from pipeline.stages[transition.target].required
        yield from transition.ask
