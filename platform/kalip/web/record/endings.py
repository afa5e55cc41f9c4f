"""The ways in which a record's open time may end: a conversion, or a move to a final stage; one leads to the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from kalip.model import Entity, Transition
from kalip.web.locale import current_locale


@dataclass(frozen=True, slots=True)
class Ending:
    """One way; `outcome` is that of its stage, `current` the one whose dialogue is open."""

    label: str
    href: str
    current: bool
    outcome: str


def endings_of(
    entity: Entity, record_id: str, moves: Iterable[Transition], current: str, *, board: bool
) -> tuple[Ending, ...]:
    """The ways that the moves to final stages are, of which `current` is chosen; none where there is only one."""
    locale = current_locale()
    stages = {name: stage for pipeline in entity.pipelines.values() for name, stage in pipeline.stages.items()}
    found = tuple(
        Ending(
            stages[move.target].label.get(locale),
            ending_address(entity, record_id, move, board=board),
            move.name == current,
            stages[move.target].outcome.value,
        )
        for move in moves
    )
    return found if len(found) > 1 else ()


def ending_address(entity: Entity, record_id: str, move: Transition, *, board: bool) -> str:
    """Where a move is asked for: the dialogue of the conversion that makes it, else its own form."""
    conversion, shown = entity.conversion_by(move.name), 1 if board else None
    if conversion is not None:
        return url_for(
            "conversions.show_dialogue", entity=entity.name, record_id=record_id, name=conversion.name, board=shown
        )
    return url_for("moves.ask", entity=entity.name, record_id=record_id, target=move.target, board=shown)
