"""Tunnels: what a record leads to that came into a stage, in the same transaction. The house acts, not the person."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, RecordRejected, TransitionRefused
from kalip.expressions import Expression
from kalip.model import FILE_KINDS, Entity, Pipeline, Stage, Tunnel, TunnelMode, Verb
from kalip.records import ListRecords, SavedRecord, SaveRecord, Work, list_records, save_record
from kalip.records.rules import rules_of
from kalip.records.saving import Draft, Grounds, as_value, draft_commands, evaluate, prepare
from kalip.records.saving.uniqueness import value_after
from kalip.workflow.changing import change_pipeline
from kalip.workflow.commands import ChangePipeline

OWNER: Final = "owner"
LONGEST_TRAIL: Final = 12
"""Through how many tunnels one command may lead."""

Place = tuple[str, str, str]
"""Entity, pipeline, stage."""


def follow_tunnels(work: Work, saved: SavedRecord, trail: tuple[Place, ...] = ()) -> SavedRecord:
    """Go through the tunnels of the stage that a record has just come into; commits nothing.

    Answers the record as it is then. Raises TransitionRefused when tunnels lead in a circle, or when what they make is
    refused: the move that began it is undone with them.
    """
    entity = work.entity(saved.entity)
    if not any(stage.tunnels for pipeline in entity.pipelines.values() for stage in pipeline.stages.values()):
        return saved
    house = replace(work, actor=replace(SYSTEM, locale=work.actor.locale, timezone=work.actor.timezone))
    return _follow(house, saved, trail)


def _follow(house: Work, saved: SavedRecord, trail: tuple[Place, ...]) -> SavedRecord:
    entity = house.entity(saved.entity)
    draft = _arrived(house, entity, saved.id)
    pipeline = entity.pipelines.get(str(draft.before.get("pipeline")))
    stage = pipeline.stages.get(str(draft.before.get("stage"))) if pipeline is not None else None
    if pipeline is None or stage is None or not stage.tunnels:
        return saved
    here = (entity.name, pipeline.name, stage.name)
    if here in trail or len(trail) >= LONGEST_TRAIL:
        raise _circle(house, (*trail, here))
    for tunnel in stage.tunnels:
        if tunnel.when is not None and evaluate(house, draft, tunnel.when) is not True:
            continue
        arrived = _pass(house, tunnel, draft, stage)
        if arrived is None:
            continue
        after = _follow(house, arrived, (*trail, here))
        if tunnel.mode is TunnelMode.MOVE:
            # What else the stage leads to was for a record that is no longer in it.
            return after
    return saved


def _arrived(house: Work, entity: Entity, record_id: str) -> Draft:
    (draft,) = draft_commands(
        house, [SaveRecord(entity.name, id=record_id)], Grounds(verb=Verb.READ, whole=True, reads=_reads(entity))
    )
    prepare(house, [draft])
    if draft.error is not None:
        raise draft.error
    return draft


def _reads(entity: Entity) -> tuple[Expression, ...]:
    return tuple(
        expression
        for pipeline in entity.pipelines.values()
        for stage in pipeline.stages.values()
        for tunnel in stage.tunnels
        for expression in (*((tunnel.when,) if tunnel.when is not None else ()), *tunnel.values.values())
    )


def _pass(house: Work, tunnel: Tunnel, draft: Draft, stage: Stage) -> SavedRecord | None:
    try:
        if tunnel.mode is TunnelMode.MOVE:
            command = ChangePipeline(draft.entity, draft.id, tunnel.pipeline, tunnel.stage or None)
            return change_pipeline(house, command, tunnel.values)
        return _make(house, tunnel, draft)
    except (TransitionRefused, RecordRejected) as error:
        raise _refused(house, tunnel, stage, error) from error


def _make(house: Work, tunnel: Tunnel, draft: Draft) -> SavedRecord | None:
    target = house.entity(tunnel.entity)
    pipeline = target.pipelines[tunnel.pipeline]
    if tunnel.link and _is_there(house, tunnel, draft.id):
        return None
    values = dict(_copied(draft, target)) if tunnel.mode is TunnelMode.COPY else {}
    values |= _given(house, tunnel, draft, target)
    if tunnel.link:
        values[tunnel.link] = draft.id
    start = pipeline.stages.get(tunnel.stage) or pipeline.first
    in_queue = start.queue is not None and start.queue.roles and start.queue.field == OWNER
    if OWNER in target.system and draft.before.get(OWNER) is not None and not in_queue:
        values.setdefault(OWNER, draft.before[OWNER])
    command = SaveRecord(target.name, values, pipeline=tunnel.pipeline, accept_duplicates=True)
    return save_record(house, command, Grounds(start=tunnel.stage))


def _is_there(house: Work, tunnel: Tunnel, record_id: str) -> bool:
    command = ListRecords(
        tunnel.entity,
        fields=("id",),
        filter=f'{tunnel.link} == "{record_id}" && pipeline == "{tunnel.pipeline}"',
        limit=1,
    )
    return bool(list_records(house, command).items)


def _copied(draft: Draft, target: Entity) -> Iterator[tuple[str, object]]:
    """What a copy has from the record: all that people fill in and that may be there twice."""
    rules = draft.rules
    kept = {
        name
        for pipeline in target.pipelines.values()
        for name in (pipeline.closed_field, pipeline.probability_field)
        if name
    }
    for name in target.fields:
        field = target.fields[name]
        if name not in rules.writable or field.unique or name in kept or field.type in FILE_KINDS:
            continue
        if name in rules.children:
            yield name, _lines(draft, name)
            continue
        if name in rules.links:
            yield name, list(draft.old_links.get(name, ()))
            continue
        value = value_after(draft, name)
        if value is not None:
            yield name, rules.to_json(name, value)


def _lines(draft: Draft, name: str) -> list[dict[str, object]]:
    """The lines of a record, to be made anew."""
    via = draft.rules.attributes[name].via
    own = rules_of(draft.rules.served, str(draft.rules.attributes[name].target))
    rows = draft.lines[name].existing.values() if name in draft.lines else ()
    names = [each for each in own.stored if each in own.writable and each not in {via, own.entity.owned_by}]
    return [
        {each: own.to_json(each, value) for each in names if (value := own.value_of(each, row)) is not None}
        for row in rows
    ]


def _given(house: Work, tunnel: Tunnel, draft: Draft, target: Entity) -> Mapping[str, object]:
    rules = rules_of(house.served, target.name)
    found: dict[str, object] = {}
    for name, expression in tunnel.values.items():
        value = as_value(rules, name, evaluate(house, draft, expression))
        found[name] = None if value is None else rules.to_json(name, value)
    return found


def _refused(house: Work, tunnel: Tunnel, stage: Stage, error: KalipError) -> TransitionRefused:
    locale = house.actor.locale
    pipeline: Pipeline = house.entity(tunnel.entity).pipelines[tunnel.pipeline]
    faults = getattr(error, "violations", ())
    reason = " ".join(fault.message for fault in faults) or error.message
    return TransitionRefused(
        "From '{stage}' a tunnel leads to '{pipeline}', where this is refused: {reason}",
        params={"stage": stage.label.get(locale), "pipeline": pipeline.label.get(locale), "reason": reason},
    )


def _circle(house: Work, trail: tuple[Place, ...]) -> TransitionRefused:
    locale = house.actor.locale
    places = []
    for entity, pipeline, stage in trail:
        found = house.entity(entity).pipelines[pipeline]
        places.append(f"{found.label.get(locale)}: {found.stages[stage].label.get(locale)}")
    return TransitionRefused("Tunnels lead in a circle: {places}.", params={"places": " → ".join(places)})
