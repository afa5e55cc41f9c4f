"""Questions about conversions: which ones a record may go through, what it became, and what it was made of."""

from kalip.access import ruling_for
from kalip.base.errors import NotFound
from kalip.model import Conversion, Entity, Verb
from kalip.records import Work, require_visible, visible_entity
from kalip.records.filters import allowed_rows, matching
from kalip.storage import Filter, conversions_into, conversions_of_record, select_many
from kalip.workflow.conversions.commands import Converted, Offer
from kalip.workflow.conversions.selecting import DONE, OPEN, as_converted


def offers_of(work: Work, entity_name: str, record_id: str) -> tuple[Offer, ...]:
    """The conversions that the actor may begin with a record, or go on with, judged by its stage and rights.

    Whether a condition holds or something is missing is what `conversion_plan` tells.
    """
    entity = visible_entity(work, entity_name)
    if not entity.conversions:
        return ()
    named = _convertible_by(work, entity, record_id)
    if not named:
        return ()
    past = conversions_of_record(work.session, entity.name, record_id)
    names = ("archived_at", "pipeline", "stage") if entity.pipelines else ("archived_at",)
    rows = select_many(work.session, work.served, entity.name, [record_id], work.context, names, form="parts")
    row = rows.get(record_id)
    if row is None or row["archived_at"] is not None:
        return ()
    found = []
    for each in (entity.conversions[name] for name in named):
        done = any(one.name == each.name and one.state == DONE for one in past)
        again = any(target.again for target in each.targets.values())
        if (done and again) or (not done and _may_move(entity, each, row)):
            found.append(Offer(each.name, each.label, each.transition))
    return tuple(found)


def may_convert(work: Work, entity_name: str) -> tuple[Offer, ...]:
    """The conversions that the actor may begin with some records of an entity: for a list's selection."""
    entity = visible_entity(work, entity_name)
    return tuple(
        Offer(each.name, each.label, each.transition)
        for each in entity.conversions.values()
        if ruling_for(work.served, work.actor, Verb.CONVERT, entity.name, each.name).permitted
    )


def conversions_of(work: Work, entity_name: str, record_id: str) -> tuple[Converted, ...]:
    """What became of a record, oldest first: finished and open conversions. NotFound when it may not be seen."""
    entity = require_visible(work, entity_name, record_id)
    found = conversions_of_record(work.session, entity.name, record_id)
    return tuple(as_converted(each) for each in found if each.state in (OPEN, DONE))


def made_from(work: Work, entity_name: str, record_id: str) -> tuple[Converted, ...]:
    """The conversions that made a record or took it, of sources that the actor may see."""
    entity = require_visible(work, entity_name, record_id)
    found = conversions_into(work.session, entity.name, record_id)
    live = (each for each in found if each.state in (OPEN, DONE))
    return tuple(as_converted(each) for each in live if _is_visible(work, each.entity, each.record_id))


def _convertible_by(work: Work, entity: Entity, record_id: str) -> list[str]:
    """The conversions that the actor may take a record through; what several of them ask of it is looked up once."""
    met: dict[tuple[Filter, ...], bool] = {}
    found = []
    for name in entity.conversions:
        filters = allowed_rows(work, Verb.CONVERT, entity.name, name)
        if filters is None:
            continue
        if filters not in met:
            met[filters] = not filters or bool(matching(work, entity.name, [record_id], filters))
        if met[filters]:
            found.append(name)
    return found


def _is_visible(work: Work, entity: str, record_id: str) -> bool:
    try:
        require_visible(work, entity, record_id)
    except NotFound:
        return False
    return True


def _may_move(entity: Entity, conversion: Conversion, row: dict[str, object]) -> bool:
    """Whether the record is in a stage where the conversion's move starts; always when it makes none."""
    if not conversion.transition:
        return True
    pipeline = entity.pipelines.get(str(row.get("pipeline")))
    moves = pipeline.moves_from(str(row.get("stage"))) if pipeline is not None else ()
    return any(move.name == conversion.transition for move in moves)
