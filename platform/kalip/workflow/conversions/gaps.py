"""Fields that an administrator gave the source and that a target has no place for: offered, or declined for good."""

from collections.abc import Iterable, Mapping, Sequence

from kalip.base.errors import AccessDenied, RecordRejected, Violation
from kalip.base.names import did_you_mean
from kalip.model import Conversion, ConversionTarget, Entity
from kalip.records import Work, visible_entity
from kalip.storage import decline_fields, declined_fields
from kalip.workflow.conversions.commands import Gap
from kalip.workflow.conversions.sources import find_conversion_of

_UNCARRIED = frozenset({"computed", "rollup", "autonumber", "children"})


def gaps_of(work: Work, entity: Entity, conversion: Conversion) -> tuple[Gap, ...]:
    """The fields that a layer above the entity's pack brought and that targets lack, without declined sets.

    Only who may change the metadata is offered any: others have the maps as they are.
    """
    if not work.actor.administrator:
        return ()
    found = [gap for target in conversion.targets.values() for gap in _missing(work, entity, target)]
    if not found:
        return ()
    declined = declined_fields(work.session, entity.name, conversion.name)
    names: dict[str, set[str]] = {}
    for gap in found:
        names.setdefault(gap.target, set()).add(gap.field.name)
    # What was declined is offered again once the set of fields is another one.
    return tuple(gap for gap in found if set(declined.get(gap.target, ())) != names[gap.target])


def decline_gaps(work: Work, entity_name: str, name: str, targets: Sequence[str]) -> None:
    """Remember for everybody that targets do without the fields that they lack now. Administrators only."""
    if not work.actor.administrator:
        raise AccessDenied("Only administrators may do this.")
    entity = visible_entity(work, entity_name)
    conversion = find_conversion_of(entity, name)
    for each in targets:
        target = _target(conversion, each)
        fields = [gap.field.name for gap in _missing(work, entity, target)]
        decline_fields(work.session, (entity.name, conversion.name, target.name), fields, work.actor.id, work.now)


def checked_wishes(work: Work, entity_name: str, name: str, wishes: Mapping[str, Sequence[str]]) -> Conversion:
    """The conversion, once all wished fields are gaps of their targets that can be closed. RecordRejected otherwise."""
    entity = visible_entity(work, entity_name)
    conversion = find_conversion_of(entity, name)
    faults = []
    for each, fields in wishes.items():
        open_ = {gap.field.name for gap in _missing(work, entity, _target(conversion, each)) if not gap.clashing}
        for field in fields:
            if field not in open_:
                hint = did_you_mean(field, open_)
                template = "The field '{name}' can't be made there" + (f": {hint}" if hint else ".")
                faults.append(Violation(f"/carry/{each}", "not_offered", template, {"name": field[:60]}))
    if faults:
        raise RecordRejected(faults)
    return conversion


def _missing(work: Work, entity: Entity, target: ConversionTarget) -> Iterable[Gap]:
    known = work.entity(target.entity).attributes
    carried = {source.name for each in target.fields.values() for source in each.sources}
    for each in target.fields.values():
        for source in each.sources:
            if source.expression is not None:
                carried |= {path.partition(".")[0] for path in source.expression.paths}
    for field in entity.fields.values():
        if field.origin.layer in ("", entity.pack) or field.type in _UNCARRIED or field.name in carried:
            continue
        yield Gap(target.name, field, clashing=field.name in known)


def _target(conversion: Conversion, name: str) -> ConversionTarget:
    target = conversion.targets.get(name)
    if target is None:
        hint = did_you_mean(name, conversion.targets)
        template = "There is no target '{name}'" + (f": {hint}" if hint else ".")
        raise RecordRejected([Violation("/targets", "unknown_field", template, {"name": name[:60]})])
    return target
