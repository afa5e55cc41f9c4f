"""Records that mean the same as one that is about to be made, found by the rules of their entity."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from kalip.fields import FieldFault
from kalip.records import Work
from kalip.records.duplicates import find_duplicates_of
from kalip.records.rules import rules_of
from kalip.workflow.conversions.commands import Candidate
from kalip.workflow.conversions.making import TargetSave


def find_twins(work: Work, entity: str, values: Mapping[str, object], *, hold: bool = False) -> tuple[Candidate, ...]:
    """Records of the entity that seem to mean the same as one with these JSON values, the surest first.

    What the actor may not see, or what is archived, can't be taken and is left out. With `hold` those that make twins
    at the same time wait for each other here, so that the second finds what the first made.
    """
    found = find_duplicates_of(work, entity, values, hold=hold)
    fitting = [each for each in found if each.entity == entity and each.visible and not each.archived]
    unique = {each.id: each for each in reversed(fitting)}
    return tuple(
        Candidate(each.entity, each.id, each.rule, each.title) for each in fitting if unique.get(each.id) is each
    )


def values_of_save(work: Work, save: TargetSave) -> dict[str, object]:
    """What a save says of the record's own fields, as JSON values; what can't be read is left out."""
    command = save.command
    rules = rules_of(work.served, command.entity)
    said: dict[str, object] = {name: rules.to_json(name, value) for name, value in save.grounds.forced.items()}
    for name, raw in command.values.items():
        if name not in rules.stored:
            continue
        if command.source == "json":
            said[name] = raw
            continue
        field, kind, timezone = rules.attributes[name], rules.types[name], ZoneInfo(work.actor.timezone)
        try:
            if isinstance(raw, Mapping):
                value = kind.parse_inputs(field, raw, work.actor.locale, timezone)
            else:
                value = kind.parse_text(field, str(raw), work.actor.locale, timezone)
        except FieldFault:
            continue
        said[name] = kind.to_json(field, value)
    return said
