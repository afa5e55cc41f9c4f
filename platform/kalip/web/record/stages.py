"""The stage bar: where a record is, where it may go, and why not elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from kalip.model import Entity, Pipeline
from kalip.records import Row
from kalip.web.locale import current_locale, gettext
from kalip.workflow import Move


@dataclass(frozen=True, slots=True)
class ShownStage:
    """A stage of the bar. `href` is empty where the record can't go, `reason` says why."""

    name: str
    label: str
    current: bool
    done: bool
    outcome: str
    href: str
    dialog: bool
    reason: str


@dataclass(frozen=True, slots=True)
class StageBar:
    """The stages in order; `guide` tells what the present one needs."""

    label: str
    stages: tuple[ShownStage, ...]
    present: str = ""


def stage_bar(entity: Entity, pipeline: Pipeline, record: Row, moves: Sequence[Move], *, allowed: bool) -> StageBar:
    """The bar of a record. A stage without a move to it says so; a refused move says why."""
    locale = current_locale()
    present = str(record.values.get("stage"))
    by_target: dict[str, Move] = {}
    for move in moves:
        known = by_target.get(move.target.name)
        if known is None or (move.allowed and not known.allowed):
            by_target[move.target.name] = move
    order = list(pipeline.stages)
    at = order.index(present) if present in order else 0
    closed = pipeline.stages[present].outcome != "open" if present in pipeline.stages else False
    stages = []
    for index, stage in enumerate(pipeline.stages.values()):
        found = by_target.get(stage.name)
        usable = found is not None and found.allowed and allowed
        stages.append(
            ShownStage(
                name=stage.name,
                label=stage.label.get(locale),
                current=stage.name == present,
                done=index < at and not closed,
                outcome=stage.outcome.value,
                href=_href(entity, record, stage.name) if usable else "",
                dialog=found is not None and (found.needs_form or _converts(entity, found)),
                reason=_reason(found, allowed=allowed),
            )
        )
    return StageBar(pipeline.label.get(locale), tuple(stages), present)


def _converts(entity: Entity, move: Move) -> bool:
    """Whether a conversion makes the move, which asks what is to be made."""
    return entity.conversion_by(move.transition.name) is not None


def _reason(move: Move | None, *, allowed: bool) -> str:
    if not allowed:
        return gettext("You may not move this record.")
    if move is None:
        return gettext("There is no move from the present stage to this one.")
    return "" if move.allowed else move.reason


def _href(entity: Entity, record: Row, stage: str) -> str:
    return url_for("moves.move", entity=entity.name, record_id=record.id, target=stage)
