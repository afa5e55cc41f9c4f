"""Keeps records that were converted as they are: only roles that their conversion names may still change them."""

from collections.abc import Iterable, Mapping, Sequence

from kalip.access import Actor
from kalip.base.errors import AccessDenied
from kalip.model import Conversion, Entity, Verb
from kalip.records.saving.drafts import Draft
from kalip.records.services import Work
from kalip.storage import select_many


def lock_of(entity: Entity, pipeline: object, stage: object) -> Conversion | None:
    """The conversion that locks records in a stage: the one whose move led there."""
    for conversion in entity.conversions.values() if entity.conversions else ():
        found = entity.pipelines.get(str(pipeline))
        move = found.transitions.get(conversion.transition) if found is not None else None
        if conversion.locks and move is not None and move.target == stage:
            return conversion
    return None


def is_unlocked_for(actor: Actor, conversion: Conversion) -> bool:
    """Whether somebody may change what a conversion locks."""
    return actor.administrator or not set(conversion.unlocked_for).isdisjoint(actor.roles)


def refuse_locked(work: Work, drafts: Sequence[Draft]) -> None:
    """Refuse plain changes of records, and of their lines, that a conversion has locked for the actor."""
    plain = [draft for draft in drafts if draft.error is None and draft.grounds.verb is Verb.UPDATE]
    plain = [draft for draft in plain if not draft.grounds.kind and draft.parent is None]
    if not plain:
        return
    entity = plain[0].rules.entity
    if entity.owned_by is None:
        for draft in plain:
            if not draft.new:
                _refuse(work, draft, entity, draft.before)
        return
    owner = work.model.entities[str(entity.fields[entity.owned_by].target)]
    if not any(each.locks for each in owner.conversions.values()):
        return
    parents = _parents(work, entity, plain)
    rows = _stages(work, owner, set(parents.values()))
    for draft in plain:
        _refuse(work, draft, owner, rows.get(parents.get(draft.id, ""), {}))


def refuse_if_locked(work: Work, draft: Draft) -> None:
    """Refuse a change of a record itself that a conversion has locked for the actor."""
    _refuse(work, draft, draft.rules.entity, draft.before)


def _parents(work: Work, entity: Entity, drafts: Sequence[Draft]) -> dict[str, str]:
    """The parent of each line: the one it is made for, or the one it has."""
    name = str(entity.owned_by)
    ids = [draft.id for draft in drafts if not draft.new]
    rows = select_many(work.session, work.served, entity.name, ids, work.context, (name,), form="parts") if ids else {}
    return {
        draft.id: str(draft.values.get(name) if draft.new else rows.get(draft.id, {}).get(name)) for draft in drafts
    }


def _stages(work: Work, entity: Entity, ids: Iterable[str]) -> Mapping[str, Mapping[str, object]]:
    fields = ("pipeline", "stage")
    return select_many(work.session, work.served, entity.name, sorted(ids), work.context, fields, form="parts")


def _refuse(work: Work, draft: Draft, entity: Entity, row: Mapping[str, object]) -> None:
    conversion = lock_of(entity, row.get("pipeline"), row.get("stage"))
    if conversion is not None and not is_unlocked_for(work.actor, conversion):
        params = {"entity": entity.label.get(work.actor.locale), "id": draft.id}
        draft.error = AccessDenied("The {entity} was converted and stays as it is.", params=params)
