"""Plans a merge: what each record says of each field, whose value stays, and what is moved. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kalip.base.errors import BadRequest, Conflict, NotFound, Violation
from kalip.model import Entity, Field, Verb
from kalip.records.commands import Record
from kalip.records.covers import Covers, covers_of_records
from kalip.records.filters import allowed_rows, matching
from kalip.records.merging.commands import ALL, FieldChoice, MergePlan, MergeRecords, Moving
from kalip.records.naming import find_field, visible_entity
from kalip.records.reads import note_values
from kalip.records.rules import EntityRules, rules_of
from kalip.records.saving.loading import stale
from kalip.records.services import Work
from kalip.records.titles import titles_of
from kalip.storage import select_many
from kalip.storage.merging import find_pointing, pointing_at

MOST = 20
_EMPTY = (None, "", ())


def merge_plan(work: Work, command: MergeRecords) -> MergePlan:
    """Say what merging would do, with everything that speaks against it.

    NotFound for records that are not there or not for the actor; BadRequest for fewer than two, too many, or names that
    `take` should not have.
    """
    plan = whole_plan(work, command)
    covers = covers_of_records(work, plan.entity, plan.ids)
    rows = {each: covers[each].values(row) for each, row in plan.rows.items()}
    for each, row in rows.items():
        note_values(work, plan.entity.name, each, row)
    return replace(
        plan,
        rows=rows,
        choices=tuple(_seen_choice(each, covers) for each in plan.choices if plan.entity.attribute(each.field.name)),
    )


def whole_plan(work: Work, command: MergeRecords) -> MergePlan:
    """The same with what is hidden from the actor, which is merged too but chosen by nobody."""
    entity, ids = checked(work, command)
    rules = rules_of(work.served, entity.name)
    rows = read_records(work, work.entity(entity.name), ids)
    choices = tuple(_choices(work, rules, ids, rows, command.take))
    moving = [
        Moving(work.entity(each.entity), each.field, len(seen_of(work, each.entity, each.field.name, pointing)))
        for each in pointing_at(work.served, entity.name)
        if (pointing := find_pointing(work.session, work.served, each, ids[1:]))
    ]
    known = titles_of(work, {entity.name: ids})
    titles = {each: known.of(entity.name, each) for each in ids}
    return MergePlan(
        entity=entity,
        ids=ids,
        rows=rows,
        titles=titles,
        choices=choices,
        moving=tuple(each for each in moving if each.count),
        refusals=tuple(_refusals(work, entity, ids, rows)),
    )


def require_versions(command: MergeRecords, rows: Mapping[str, Mapping[str, object]]) -> None:
    """Raise StaleVersion when a record isn't what the caller has seen, Conflict when one is archived."""
    for record_id, row in rows.items():
        current = int(str(row["version"]))
        seen = command.versions.get(record_id)
        if seen is not None and seen != current:
            raise stale(record_id, seen, current)
        if row.get("archived_at") is not None:
            raise Conflict("The record is archived; restore it first.", params={"id": record_id})


def read_records(work: Work, entity: Entity, ids: Sequence[str]) -> dict[str, Record]:
    """The records as Python values by path, in the order of the ids; NotFound when one is not for the actor."""
    filters = allowed_rows(work, Verb.READ, entity.name)
    rules = rules_of(work.served, entity.name)
    fields = ("version", "archived_at", entity.title, *mergeable(rules))
    found = (
        select_many(
            work.session, work.served, entity.name, list(ids), work.context, tuple(dict.fromkeys(fields)),
            form="values", filters=filters,
        )
        if filters is not None
        else {}
    )  # fmt: skip
    for each in ids:
        if each not in found:
            params = {"entity": entity.name, "id": each[:60]}
            raise NotFound("There is no {entity} with the id '{id}'.", params=params)
    return {each: found[each] for each in ids}


def read_shown(work: Work, entity: Entity, ids: Sequence[str]) -> dict[str, Record]:
    """The same as far as the actor sees their fields."""
    covers = covers_of_records(work, entity, ids)
    rows = {each: covers[each].values(row) for each, row in read_records(work, entity, ids).items()}
    for each, row in rows.items():
        note_values(work, entity.name, each, row)
    return rows


def _seen_choice(choice: FieldChoice, covers: Mapping[str, Covers]) -> FieldChoice:
    shown = {each: covers[each].shown(choice.field.name, value) for each, value in choice.values.items()}
    return replace(choice, values=shown)


def seen_of(work: Work, entity: str, field: str, ids: Sequence[str]) -> set[str]:
    """Those of some records that the actor sees with this field."""
    filters = allowed_rows(work, Verb.READ, entity)
    if filters is None or work.seen.entities[entity].attribute(field) is None:
        return set()
    return matching(work, entity, ids, filters)


def mergeable(rules: EntityRules) -> dict[str, Field]:
    """The fields whose values people choose; numbers stay with their record."""
    return {
        name: field
        for name, field in {**rules.stored, **rules.links}.items()
        if name in rules.writable and name not in rules.numbered
    }


def value_of(choice: FieldChoice) -> object:
    """The value that the survivor will have."""
    if choice.chosen != ALL:
        return choice.values.get(choice.chosen)
    together = [item for value in choice.values.values() if isinstance(value, (tuple, list)) for item in value]
    return tuple(dict.fromkeys(together))


def checked(work: Work, command: MergeRecords) -> tuple[Entity, tuple[str, ...]]:
    """The entity, and the ids with the survivor's first. Raises NotFound, BadRequest."""
    entity = visible_entity(work, command.entity)
    ids = tuple(dict.fromkeys((command.survivor, *command.others)))
    if len(ids) < 2 or len(ids) != len(command.others) + 1:
        raise BadRequest("Name the record that stays, and others that go into it.")
    if len(ids) > MOST:
        raise BadRequest("At most {limit} records at once.", params={"limit": MOST})
    if entity.owned_by is not None:
        raise BadRequest("Lines can't be merged; merge what they belong to.")
    return entity, ids


def _choices(
    work: Work, rules: EntityRules, ids: Sequence[str], rows: Mapping[str, Record], take: Mapping[str, str]
) -> list[FieldChoice]:
    known = mergeable(rules)
    said = {}
    for written, whose in take.items():
        field = find_field(work.served, rules.entity, written)
        if field is None or field.name not in known or work.sight(rules.entity.name).hides(field.name):
            raise BadRequest("'{field}' is no field whose value can be chosen.", params={"field": written[:60]})
        listed = _is_listed(field)
        if whose not in ids and not (whose == ALL and listed):
            raise BadRequest("'{id}' is none of the records.", params={"id": whose[:60]})
        said[field.name] = whose
    cover = covers_of_records(work, rules.entity, ids[:1])[ids[0]]
    kept = {name for name in known if cover.level(name) != "none" and not cover.may_change(name)}
    locked = _locked(work, rules, ids[0]) | kept
    return [_choice(field, ids, rows, said.get(name), free=name not in locked) for name, field in known.items()]


def _choice(
    field: Field, ids: Sequence[str], rows: Mapping[str, Record], said: str | None, *, free: bool
) -> FieldChoice:
    values = {each: rows[each].get(field.name) for each in ids}
    filled = [each for each in ids if values[each] not in _EMPTY]
    different = {repr(values[each]) for each in filled}
    listed = _is_listed(field)
    if said is not None and free:
        chosen = said
    elif listed and len(different) > 1 and free:
        chosen = ALL
    else:
        chosen = filled[0] if filled and free and ids[0] not in filled else ids[0]
    return FieldChoice(field, values, chosen, len(different) > 1, free, listed)


def _is_listed(field: Field) -> bool:
    return field.type in ("references", "tags", "choices", "files")


def _locked(work: Work, rules: EntityRules, survivor: str) -> set[str]:
    """The survivor's fields that nobody may change as it is."""
    locked = {name for name, field in rules.attributes.items() if field.readonly}
    paths = tuple(sorted({path for rule in rules.readonly_when for path in rule.expression.paths}))
    if rules.readonly_when and not any(rule.expression.element_paths for rule in rules.readonly_when):
        rows = select_many(
            work.session, work.served, rules.entity.name, [survivor], work.context, paths or ("id",), form="parts"
        )
        row = rows.get(survivor, {})
        locked |= {rule.field for rule in rules.readonly_when if rule.expression.evaluate(row, work.context) is True}
    return locked


def _refusals(work: Work, entity: Entity, ids: Sequence[str], rows: Mapping[str, Record]) -> list[Violation]:
    found = [
        Violation("", "archived", "The record is archived; restore it first.", {"id": each})
        for each in ids
        if rows[each].get("archived_at") is not None
    ]
    for verb, some, template in (
        (Verb.UPDATE, ids[:1], "You may not change the record that stays."),
        (Verb.ARCHIVE, ids[1:], "You may not archive the record {id}, which would go into the other."),
    ):
        filters = allowed_rows(work, verb, entity.name)
        allowed = matching(work, entity.name, some, filters) if filters is not None else set()
        found += [Violation("", "denied", template, {"id": each}) for each in some if each not in allowed]
    return found
