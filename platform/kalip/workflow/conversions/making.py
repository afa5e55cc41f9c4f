"""Turns what the maps give into ordinary saves, one for each target: the same for the plan and for the deed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from zoneinfo import ZoneInfo

from kalip.access import ruling_for
from kalip.base.errors import AccessDenied, NotFound
from kalip.base.ids import new_id
from kalip.fields import AnyReference, Style
from kalip.model import FILE_KINDS, ConversionTarget, Entity, Verb
from kalip.records import Grounds, SaveRecord, Work
from kalip.records.covers import covers_of_records
from kalip.records.filters import allowed_rows, matching
from kalip.records.naming import find_field
from kalip.records.reading import fetch_row
from kalip.records.rules import EntityRules, rules_of
from kalip.records.saving import Draft, draft_commands, prepare, put
from kalip.records.saving.placing import may_enter
from kalip.storage import FileInfo, add_file, attach_file, get_files
from kalip.workflow.conversions.commands import Difference
from kalip.workflow.conversions.selecting import Selected
from kalip.workflow.conversions.sources import MappedTarget, SourceReading

Links = Mapping[str, str]


@dataclass(slots=True)
class TargetSave:
    """The save that makes a target, or fills in an existing record of a `version`; `idle`: there is nothing to fill."""

    command: SaveRecord
    grounds: Grounds
    files: dict[str, list[str]] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    before: dict[str, object] = field(default_factory=dict)
    version: int = 0
    idle: bool = False


def target_save(work: Work, reading: SourceReading, selected: Selected, links: Links) -> TargetSave:
    """The save of a target; `links` are the records that other targets stand for.

    NotFound when the existing record is not there or may not be seen. Files are named as they are: `own_files`.
    """
    target, choice = selected.target, selected.choice
    rules = rules_of(work.served, target.entity)
    mapped = _with_links(reading, rules, reading.mapped[target.name], links)
    if selected.existing is not None:
        return _fill(work, reading, selected, mapped, selected.existing)
    explicit = _explicit(work, rules.entity, choice.values)
    values = dict(choice.values)
    forced = {name: value for name, value in mapped.values.items() if name not in explicit}
    if "owner" in forced:
        # A default would take its place if it were not said.
        values["owner"] = forced.pop("owner")
    for name, ids in mapped.links.items():
        if name not in explicit:
            values[name] = list(ids)
    for name, lines in mapped.lines.items():
        if name not in explicit and lines:
            inner = rules_of(work.served, str(rules.attributes[name].target))
            values[name] = [_line(work, inner, line, reading.command.source) for line in lines]
    command = SaveRecord(
        # Whether it may mean the same as another is asked by the conversion, with what can be done about it.
        target.entity,
        values,
        source=reading.command.source,
        pipeline=choice.pipeline,
        accept_duplicates=True,
    )
    given = frozenset(values) - frozenset(choice.values)
    return TargetSave(command, Grounds(forced=forced, given=given), files=_files(rules, forced))


def planned(work: Work, save: TargetSave, links: Links) -> Draft:
    """A prepared draft of a save, not written; `links` are ids of records that don't exist yet."""
    waiting = {name: each for name, each in save.grounds.forced.items() if _names(each) & set(links.values())}
    forced = {name: each for name, each in save.grounds.forced.items() if name not in waiting}
    grounds = replace(save.grounds, forced=forced, decide=partial(_place, waiting), sets=tuple(waiting))
    command = save.command
    unknown = set(links.values())
    values = {
        name: [each for each in value if not isinstance(each, str) or each not in unknown]
        if isinstance(value, list)
        else value
        for name, value in command.values.items()
    }
    (draft,) = draft_commands(work, [replace(command, values=values)], grounds)
    prepare(work, [draft])
    return draft


def own_files(work: Work, save: TargetSave) -> TargetSave:
    """Give the new record files of its own, with the bytes, names and dates of the source's."""
    if not save.files:
        return save
    known = get_files(work.session, [each for ids in save.files.values() for each in ids])
    forced = dict(save.grounds.forced)
    copies: dict[str, list[str]] = {}
    for name, ids in save.files.items():
        made = [_copied(work, known[each], name) for each in ids if each in known]
        copies[name] = made
        forced[name] = tuple(made) if isinstance(forced[name], tuple | list) else (made[0] if made else None)
    return replace(save, grounds=replace(save.grounds, forced=forced), files=copies)


def attach_files(work: Work, save: TargetSave, entity: str, record_id: str) -> None:
    """Say to which record the copied files belong."""
    for name, ids in save.files.items():
        for each in ids:
            attach_file(work.session, each, entity, record_id, name)


def permitted_pipelines(work: Work, target: ConversionTarget, save: TargetSave, links: Links) -> tuple[str, ...]:
    """The pipelines that the actor may start the record in, of those that the conversion allows."""
    entity = work.entity(target.entity)
    names = [name for name in entity.pipelines if not target.pipelines or name in target.pipelines]
    names = [name for name in names if may_enter(work.actor, entity.pipelines[name])]
    ruling = ruling_for(work.served, work.actor, Verb.CREATE, target.entity)
    if not ruling.permitted:
        return ()
    if ruling.condition is None:
        return tuple(names)
    found = []
    for name in names:
        tried = replace(save, command=replace(save.command, pipeline=name))
        if not isinstance(planned(work, tried, links).error, AccessDenied):
            found.append(name)
    return tuple(found)


def usual_pipeline(entity: Entity, target: ConversionTarget, permitted: tuple[str, ...]) -> str:
    """The pipeline that is taken when nobody says: the preset one, the entity's own, the only one."""
    default = entity.default_pipeline
    for name in (target.pipeline, default.name if default is not None else "", *permitted[:1]):
        if name in permitted:
            return name
    return ""


def _with_links(reading: SourceReading, rules: EntityRules, mapped: MappedTarget, links: Links) -> MappedTarget:
    values, many = dict(mapped.values), dict(mapped.links)
    for name, each in mapped.linked.items():
        record_id = links.get(each.target)
        if record_id is None:
            continue
        if name in rules.links:
            many[name] = tuple(dict.fromkeys((record_id, *many.get(name, ()))))
        elif rules.attributes[name].type == "any_reference":
            values[name] = AnyReference(reading.conversion.targets[each.target].entity, record_id)
        else:
            values[name] = record_id
    return MappedTarget(values, many, mapped.lines, mapped.linked)


def _fill(work: Work, reading: SourceReading, selected: Selected, mapped: MappedTarget, record_id: str) -> TargetSave:
    target, choice = selected.target, selected.choice
    rules = rules_of(work.served, target.entity)
    explicit = _explicit(work, rules.entity, choice.values)
    names = [name for name in (*mapped.values, *mapped.links) if name not in explicit and name != "owner"]
    # Maps fill what is hidden too: so this is read whatever the actor may see of it.
    present = fetch_row(work, rules.entity, record_id, ("archived_at", *names), "values")
    if present.get("archived_at") is not None:
        raise NotFound("There is no {entity} with the id '{id}'.", params={"entity": target.entity, "id": record_id})
    forced: dict[str, object] = {}
    values = dict(choice.values)
    command = SaveRecord(target.entity, values, record_id, source=reading.command.source, accept_duplicates=True)
    save = TargetSave(command, Grounds(), version=int(str(present["version"])))
    may = _may_fill(work, target.entity, record_id)
    covers = covers_of_records(work, rules.entity, [record_id])[record_id]
    for name in names:
        value = mapped.links[name] if name in mapped.links else mapped.values[name]
        empty = present.get(name) in (None, "", (), [])
        chosen = name in choice.overwrite and covers.level(name) == "read" and covers.may_change(name)
        if chosen or (empty and choice.fill == "empty" and may):
            if name in mapped.links:
                values[name] = list(mapped.links[name])
            else:
                forced[name] = value
            save.before[name] = rules.to_json(name, present.get(name))
        elif covers.level(name) == "read" and not _same(present.get(name), value):
            pair = (rules.to_json(name, present.get(name)), rules.to_json(name, value))
            save.differences.append(Difference(rules.attributes[name], *pair))
    save.grounds = Grounds(forced=forced, given=frozenset(values) - frozenset(choice.values))
    save.files = _files(rules, forced)
    save.idle = not forced and not values
    return save


def _may_fill(work: Work, entity: str, record_id: str) -> bool:
    """Whether the actor may change an existing record: what one may not is linked as it is."""
    filters = allowed_rows(work, Verb.UPDATE, entity)
    return filters is not None and (not filters or bool(matching(work, entity, [record_id], filters)))


def _explicit(work: Work, entity: Entity, values: Mapping[str, object]) -> set[str]:
    found = (find_field(work.served, entity, name) for name in values)
    return {each.name for each in found if each is not None}


def _files(rules: EntityRules, forced: Mapping[str, object]) -> dict[str, list[str]]:
    return {
        name: [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
        for name, value in forced.items()
        if rules.attributes[name].type in FILE_KINDS and value
    }


def _copied(work: Work, file: FileInfo, name: str) -> str:
    copy = replace(file, id=new_id(), entity=None, record_id=None, field=name)
    add_file(work.session, copy)
    return copy.id


def _line(work: Work, rules: EntityRules, line: Mapping[str, object], source: str) -> dict[str, object]:
    """A line as its parent's save takes it: JSON values, or the texts of a form's inputs."""
    if source == "json":
        return {name: rules.to_json(name, value) for name, value in line.items()}
    style = Style(work.actor.locale, ZoneInfo(work.actor.timezone))
    typed: dict[str, object] = {}
    for name, value in line.items():
        inputs = rules.types[name].to_inputs(rules.attributes[name], value, style)
        typed[name] = {part: list(texts) for part, texts in inputs.items()}
    return typed


def _place(waiting: Mapping[str, object], _work: Work, draft: Draft) -> None:
    put(draft, waiting)


def _names(value: object) -> set[str]:
    return {value.id} if isinstance(value, AnyReference) else {value} if isinstance(value, str) else set()


def _same(present: object, value: object) -> bool:
    if isinstance(present, list | tuple) and isinstance(value, list | tuple):
        return list(present) == list(value)
    return present == value
