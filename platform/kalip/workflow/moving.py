"""Decides a move while the record is on its way through the save pipeline: source, roles, guard, effects."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kalip.base.errors import BadRequest, NotFound, TransitionRefused
from kalip.base.names import did_you_mean
from kalip.expressions import Expression
from kalip.fields import FieldFault
from kalip.model import Effect, Entity, Pipeline, Stage, Transition, Verb
from kalip.records import TRANSITIONED, Work
from kalip.records.saving import Draft, Grounds, as_value, evaluate
from kalip.runtime import Action, ActionContext
from kalip.workflow.commands import ApplyTransition
from kalip.workflow.looking import ActorRecords

Candidate = tuple[Pipeline, Transition]
PLACE = ("pipeline", "stage", "stage_since")


@dataclass(slots=True)
class Decision:
    """Finds and carries out one move. After the pipeline it knows which `transition` was meant."""

    entity: Entity
    command: ApplyTransition
    candidates: list[Candidate]
    transition: Transition | None = None
    target: Stage | None = None
    source: str = ""
    sets: dict[str, object] = field(default_factory=dict)

    def grounds(self) -> Grounds:
        """The grounds on which the save pipeline makes this move."""
        transitions = [transition for _, transition in self.candidates]
        return Grounds(
            verb=Verb.TRANSITION,
            kind=TRANSITIONED,
            decide=self.decide,
            reads=tuple(each for transition in transitions for each in _expressions(transition)),
            fields=tuple(dict.fromkeys(_fields(self.candidates))),
            sets=(*PLACE, *(name for each in transitions for effect in each.effects for name in effect.set)),
            whole=any(effect.action for transition in transitions for effect in transition.effects),
        )

    def decide(self, work: Work, draft: Draft) -> None:
        """Set the stage and the effects on the draft, or say why the move is refused."""
        self.source = str(draft.before.get("stage"))
        pipeline = self.entity.pipelines.get(str(draft.before.get("pipeline")))
        self.transition = self._choose(pipeline)
        if pipeline is None or self.transition is None:
            draft.error = self._no_move(work, pipeline)
            return
        self.target = pipeline.stages[self.transition.target]
        draft.error = refusal(work, draft, pipeline, self.transition)
        if draft.error is None:
            self._carry_out(work, draft, pipeline)

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
        for effect in self.transition.effects:
            self._apply(work, draft, effect)
        draft.entering = self.target
        put(draft, {"pipeline": pipeline.name, "stage": self.target.name, "stage_since": work.now})

    def _apply(self, work: Work, draft: Draft, effect: Effect) -> None:
        for name, expression in effect.set.items():
            value = as_value(draft.rules, name, evaluate(work, draft, expression))
            self._set(draft, name, value)
        if effect.action:
            self._run(work, draft, effect)

    def _run(self, work: Work, draft: Draft, effect: Effect) -> None:
        action: Action | None = work.served.actions.get(effect.action)
        if action is None:
            raise NotFound("The action '{action}' is not installed.", params={"action": effect.action})
        context = ActionContext(
            entity=draft.entity,
            record_id=draft.id,
            values={name: draft.rules.value_of(name, draft.after) for name in draft.rules.stored},
            arguments=effect.arguments,
            actor_id=work.actor.id,
            now=work.now,
            today=work.context.today,
            records=ActorRecords(work),
        )
        result = action.run(context)
        draft.violations.extend(result.violations)
        for name, raw in result.values.items():
            known = draft.rules.stored.get(name)
            if known is None:
                draft.blame(
                    name, "unknown_field", "The action '{action}' sets a field that isn't there.", action=action.name
                )
                continue
            try:
                value = draft.rules.types[name].parse(known, raw)
            except FieldFault as fault:
                draft.violations.append(fault.violation(f"/{name}"))
            else:
                self._set(draft, name, value)

    def _set(self, draft: Draft, name: str, value: object) -> None:
        kind, known = draft.rules.types[name], draft.rules.attributes[name]
        for fault in kind.validate(known, value):
            draft.violations.append(fault.violation(f"/{name}"))
        draft.explicit.discard(name)
        put(draft, {name: value})
        self.sets[name] = draft.rules.to_json(name, value)

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


def find_decision(entity: Entity, command: ApplyTransition) -> Decision:
    """Find the transitions that a command may mean. NotFound with a hint for a name that is nowhere."""
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
    return Decision(entity, command, found)


def refusal(work: Work, draft: Draft, pipeline: Pipeline, transition: Transition) -> TransitionRefused | None:
    """Why the actor may not make this move now, or None; the guard sees the values typed for the move."""
    locale = work.actor.locale
    if not _has_role(work, transition):
        labels = [work.model.roles[name].label.get(locale) for name in transition.roles if name in work.model.roles]
        return TransitionRefused("Only {roles} may do this.", params={"roles": ", ".join(labels)})
    if transition.guard is not None and evaluate(work, draft, transition.guard) is not True:
        message = transition.guard_message.get(locale)
        target = pipeline.stages[transition.target].label.get(locale)
        return TransitionRefused(
            message or "The record can't move to '{target}' yet.", params={} if message else {"target": target}
        )
    return None


def may_be_answered(work: Work, transition: Transition, asked: Collection[str]) -> bool:
    """Whether a refusal may yet turn into a yes: its guard reads what the move's form asks for."""
    if transition.guard is None or not _has_role(work, transition):
        return False
    return any(path.partition(".")[0] in asked for path in transition.guard.paths)


def put(draft: Draft, values: Mapping[str, object]) -> None:
    """Set values on a draft whose rules have been worked out; what follows from them is worked out anew."""
    rules = draft.rules
    for name, value in values.items():
        if rules.value_of(name, draft.before) == value:
            draft.values.pop(name, None)
        else:
            draft.values[name] = value
        draft.after.update(rules.flatten({name: value}))
    for name in rules.derived:
        draft.after.pop(name, None)


def _has_role(work: Work, transition: Transition) -> bool:
    actor = work.actor
    return not transition.roles or actor.administrator or bool(set(transition.roles) & set(actor.roles))


def _expressions(transition: Transition) -> Iterator[Expression]:
    if transition.guard is not None:
        yield transition.guard
    for effect in transition.effects:
        yield from effect.set.values()


def _fields(candidates: Iterable[Candidate]) -> Iterator[str]:
    for pipeline, transition in candidates:
        yield from pipeline.stages[transition.target].required
        yield from transition.ask
