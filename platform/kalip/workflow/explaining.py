"""Why somebody may, or may not, do something now: beside the right to a move or conversion, what it depends on itself.

The sentences are told from what decides about the move, for administrators too: conditions ask everybody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from kalip.base.errors import AccessDenied, KalipError, NotFound
from kalip.base.names import did_you_mean
from kalip.compiler import entity_scope
from kalip.expressions import BOOLEAN, Expression, compile_expression, pieces_of
from kalip.model import NAMED, Conversion, Pipeline, Stage, Transition, Verb
from kalip.records import Work
from kalip.records.explaining import CLOSED, Because, Question, Through, Why, is_closed, said_piece, shown_values
from kalip.records.explaining import why as why_by_rights
from kalip.records.rules import OLD
from kalip.records.saving import Draft, evaluate
from kalip.records.saving.placing import role_labels
from kalip.workflow.commands import Move
from kalip.workflow.conversions.commands import ConversionPlan, ConvertRecord
from kalip.workflow.conversions.offering import offers_of
from kalip.workflow.conversions.planning import conversion_plan
from kalip.workflow.moving import conditions_of, has_role, may_be_answered
from kalip.workflow.stage_steps import blocked_by, read_checklist
from kalip.workflow.standing import loaded_in_place, move_of

_BEFORE = re.compile(r"\bold\.")


def why(work: Work, question: Question) -> Why:
    """Explain a decision as `records.explaining.why` does, and of a named move or conversion of a record what it asks.

    What the move's form would ask for speaks neither for nor against it. NotFound for a name that there isn't.
    """
    told = why_by_rights(work, question)
    _require_named(told)
    if not question.record_id or not question.name:
        return told
    conversion = told.entity.conversions.get(question.name) if question.verb is Verb.CONVERT else None
    also = () if conversion is None or conversion.when is None else (conversion.when,)
    try:
        draft = loaded_in_place(told.subject, told.entity, question.record_id, also)
    except NotFound:
        return told
    if draft is None:
        return told
    asking = _Asking(work, told, draft)
    allowed, sentences = asking.move(question.name) if conversion is None else asking.conversion(conversion)
    return replace(
        told,
        allowed=told.allowed and allowed,
        concluded=told.concluded and all(each.speaks is not False for each in sentences),
        because=(*told.because, *sentences),
    )


def _require_named(told: Why) -> None:
    question, entity = told.question, told.entity
    if question.verb not in NAMED or not question.name:
        return
    moves = (name for each in entity.pipelines.values() for name in each.transitions)
    known = tuple(entity.conversions if question.verb is Verb.CONVERT else dict.fromkeys(moves))
    if question.name not in known:
        params = {
            "kind": "transition" if question.verb is Verb.TRANSITION else "conversion",
            "name": question.name[:60],
        }
        raise NotFound("There is no {kind} '{name}'.", hint=did_you_mean(question.name, known), params=params)


@dataclass(slots=True)
class _Asking:
    """A question about a loaded record: `draft` is as the one sees it whom it is about."""

    work: Work
    told: Why
    draft: Draft

    def move(self, name: str, conversion: Conversion | None = None) -> tuple[bool, list[Because]]:
        """Whether a move is possible now, by hand or by the conversion that makes it, and what that follows from."""
        subject, entity = self.told.subject, self.told.entity
        sentences = list(self._archived())
        pipeline = entity.pipelines.get(str(self.draft.before.get("pipeline")))
        if pipeline is None:
            return False, [*sentences, Because("The record is in no pipeline.", {}, speaks=False)]
        stage = pipeline.stages[str(self.draft.before["stage"])]
        move = next((each for each in pipeline.moves_from(stage.name) if each.name == name), None)
        sentences.append(_start(pipeline, stage, name, possible=move is not None))
        if move is None:
            return False, sentences
        maker = entity.conversion_by(name)
        reserved = maker if conversion is None else None
        if reserved is not None:
            params = {"conversion": reserved.label}
            sentences.append(Because("The conversion “{conversion}” makes this move, nobody by hand.", params, False))
        steps = blocked_by(subject, self.draft, move.target, read_checklist(subject, self.draft))
        shown = move_of(subject, self.draft, pipeline, move, steps)
        sentences += self._conditions(pipeline, stage, shown)
        sentences += self._steps(pipeline, stage, move, steps)
        sentences += self._missing(shown)
        possible = shown.allowed and reserved is None and self.draft.before.get("archived_at") is None
        return possible, sentences

    def conversion(self, conversion: Conversion) -> tuple[bool, list[Because]]:
        """Whether a conversion is possible now, and what that follows from."""
        subject, question = self.told.subject, self.told.question
        plan = _planned(subject, question)
        done = plan is not None and bool(plan.done)
        sentences, possible = list(self._converted(conversion)) if done else [], True
        if conversion.when is not None:
            place = Because("What the conversion asks")
            sentences += self._condition(place, conversion.when, conversion.when_message.get(self._locale))
            possible = sentences[-1].speaks is True
        if not conversion.transition:
            sentences += self._archived()
        elif not done:
            possible_move, said = self.move(conversion.transition, conversion)
            possible, sentences = possible and possible_move, sentences + said
        denied = [each.target for each in plan.targets if each.selected and each.denied] if plan is not None else []
        for target in denied:
            params = {"person": self.told.person, "target": target.label}
            sentences.append(Because("{person} may not make “{target}”.", params, speaks=False))
        offers = offers_of(subject, question.entity, question.record_id)
        return possible and not denied and any(each.name == conversion.name for each in offers), sentences

    @property
    def _locale(self) -> str:
        return self.work.actor.locale

    def _converted(self, conversion: Conversion) -> Iterator[Because]:
        if any(each.again for each in conversion.targets.values()):
            yield Because("It was converted; more of some kinds may be made of it.")
        else:
            yield Because("It was converted already.", {}, speaks=False)

    def _archived(self) -> Iterator[Because]:
        if self.draft.before.get("archived_at") is not None:
            yield Because("It is archived, and would have to be restored first.", {}, speaks=False)

    def _conditions(self, pipeline: Pipeline, stage: Stage, shown: Move) -> Iterator[Because]:
        """Who the move is for, its guard, and what leaving the one stage and coming into the other asks."""
        move, subject = shown.transition, self.told.subject
        if move.roles:
            fits = has_role(subject, move)
            params = {"roles": role_labels(self.work, move.roles), "person": self.told.person}
            yield (
                Because("The move is for these roles, and {person} may: {roles}.", params, fits)
                if fits
                else Because("The move is for these roles, of which {person} has none: {roles}.", params, fits)
            )
        asked = [field.name for field in shown.asked]
        answered = may_be_answered(subject, move, asked, conditions_of(pipeline, stage.name, move))
        if move.guard is not None:
            yield from self._condition(
                Because("What the move asks"), move.guard, move.guard_message.get(self._locale), answered=answered
            )
        leaving = Because("What leaving the stage “{stage}” asks", {"stage": stage.label})
        coming = Because("What coming into the stage “{stage}” asks", {"stage": shown.target.label})
        for place, conditions in ((leaving, stage.exit), (coming, shown.target.entry)):
            for each in conditions:
                message = each.message.get(self._locale) or each.name
                yield from self._condition(place, each.expression, message, answered=answered)

    def _condition(
        self, place: Because, condition: Expression, message: str, *, answered: bool = False
    ) -> Iterator[Because]:
        holds = evaluate(self.told.subject, self.draft, condition) is True
        under = tuple(self._pieces(condition))
        if holds:
            yield Because("{place}: it holds.", {"place": place}, True, under)
        elif answered:
            yield Because(
                "{place}: it doesn't hold yet, but the move asks first. {message}", _said(place, message), None, under
            )
        else:
            yield Because("{place}: it doesn't hold. {message}", _said(place, message), False, under)

    def _pieces(self, condition: Expression) -> Iterator[Because]:
        subject, entity = self.told.subject, self.told.entity
        scope = entity_scope(subject.model, subject.served.types, entity.name, old=True)
        compiled = partial(compile_expression, scope=scope, expects=BOOLEAN, functions=subject.served.functions)
        for piece in pieces_of(condition, compiled):
            if is_closed(self.work, entity, _BEFORE.sub("", piece.source)):
                yield CLOSED
                continue
            paths = {each.removeprefix(OLD) for each in piece.paths}
            values = shown_values(self.work, entity, self.draft.id, paths, Through(entity.name))
            yield said_piece(piece.source, values, holds=evaluate(subject, self.draft, piece) is True)

    def _steps(
        self, pipeline: Pipeline, stage: Stage, move: Transition, refused: KalipError | None
    ) -> Iterator[Because]:
        if refused is not None:
            yield Because(refused.template, refused.params, speaks=False)
        elif stage.has_steps and pipeline.is_advance(stage.name, move.target):
            yield Because("All steps that must be done first are done.", {}, speaks=True)

    def _missing(self, shown: Move) -> Iterator[Because]:
        labels = [each.label.get(self._locale) for each in shown.asked if each.name in shown.missing]
        if labels:
            yield Because(
                "These fields are empty and have to be filled in for it: {fields}.", {"fields": ", ".join(labels)}
            )


def _start(pipeline: Pipeline, stage: Stage, name: str, *, possible: bool) -> Because:
    known = pipeline.transitions.get(name)
    params = {"move": known.label if known is not None else name, "stage": stage.label}
    if possible:
        return Because("The move “{move}” starts from the stage “{stage}”.", params, speaks=True)
    return Because("The move “{move}” doesn't start from the stage “{stage}”.", params, speaks=False)


def _said(place: Because, message: str) -> dict[str, object]:
    return {"place": place, "message": message}


def _planned(work: Work, question: Question) -> ConversionPlan | None:
    """What the conversion would do; None to those who have no right to it."""
    try:
        return conversion_plan(work, ConvertRecord(question.entity, question.record_id, question.name))
    except AccessDenied:
        return None
