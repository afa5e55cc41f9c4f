"""The record page: the record with its lines, titles, rights and history in a bounded number of statements."""

from collections.abc import Iterable, Mapping

from kalip.access import ANY, Ruling, comparable_model, ruling_for
from kalip.base.errors import NotFound
from kalip.base.names import did_you_mean
from kalip.fields.literals import text_literal
from kalip.model import NAMED, Entity, Field, FormView, Verb
from kalip.records.commands import ListRecords, Record, RecordPage, Related, Row, Shown
from kalip.records.filters import allowed_rows, matching
from kalip.records.history import Stretch, history_of
from kalip.records.naming import Path, find_path, known_entities, visible_entity
from kalip.records.pages.listing import list_page
from kalip.records.pages.rows import extra_fields, make_row
from kalip.records.queries import all_fields
from kalip.records.reading import fetch_row, read_lines, unlocked_rights
from kalip.records.related import Concealment
from kalip.records.rules import rules_of
from kalip.records.services import Work
from kalip.records.titles import TitlePlan

EVENTS_SHOWN = 20
RELATED_SHOWN = 5


def record_page(
    work: Work, entity_name: str, record_id: str, form: str | None = None, shown: Shown = "all"
) -> RecordPage:
    """Read a record for its page: row 1, lines one for each children field, titles, history and its people."""
    entity = visible_entity(work, entity_name)
    view = _find_form(entity, form)
    paths = [
        find_path(work.served, entity, name) for name in dict.fromkeys((*all_fields(entity), *extra_fields(entity)))
    ]
    title_plan = TitlePlan(work, paths)
    joined = title_plan.paths(entity)
    concealment = Concealment(work, entity, (*paths, *joined))
    texts = [*(path.text for path in (*paths, *joined)), *concealment.fields, *_ruled_paths(work, entity)]
    parts = fetch_row(work, entity, record_id, texts, "parts")
    rights = _rights(work, entity, record_id, parts)
    concealment.apply([parts], "parts")
    row = _values(work, entity, [*paths, *joined], parts)
    children = {name: _lines(work, entity, name, record_id) for name in _children(entity)}
    titles = title_plan.read([row])
    for name, lines in children.items():
        found = _line_titles(work, entity.fields[name], lines)
        for (owner, key), title in found:
            titles.add(owner, {key: title})
    events = history_of(work, entity, record_id, Stretch(EVENTS_SHOWN, shown=shown), titles)
    return RecordPage(
        entity=entity,
        form=view,
        record=make_row(work, entity, row),
        titles=titles,
        children=children,
        rights=rights,
        events=events,
    )


def related_page(work: Work, entity_name: str, record_id: str, name: str) -> Related:
    """Read the first records that refer to a record by one of the form's related lists, and their number."""
    entity = visible_entity(work, entity_name)
    owner, field = related_field(work, entity, name)
    command = ListRecords(
        entity=owner.name,
        filter=f"{field.name} == {text_literal(record_id)}",
        limit=RELATED_SHOWN,
        count=True,
        count_cap=1_000,
    )
    page = list_page(work, command)
    return Related(name=name, entity=owner, field=field, page=page)


def related_field(work: Work, entity: Entity, name: str) -> tuple[Entity, Field]:
    """What a related list's name means: `contact.company`, or `contact` when only one field refers there."""
    owner_name, _, field_name = name.partition(".")
    owner = comparable_model(work.served, work.actor).entity(owner_name)
    if owner is not None:
        for field in owner.fields.values():
            refers = field.target == entity.name or entity.name in field.targets
            if refers and field_name in ("", field.name):
                return owner, field
    hint = did_you_mean(name, known_entities(work))
    raise NotFound("'{name}' is no list of related records.", hint=hint, params={"name": name})


def _find_form(entity: Entity, name: str | None) -> FormView:
    found = entity.forms.get(name) if name is not None else next(iter(entity.forms.values()), None)
    if found is None:
        hint = did_you_mean(str(name), entity.forms)
        raise NotFound("There is no form '{form}'.", hint=hint, params={"form": str(name)})
    return found


def _children(entity: Entity) -> Iterable[str]:
    return (name for name, field in entity.fields.items() if field.type == "children")


def _lines(work: Work, entity: Entity, name: str, record_id: str) -> tuple[Row, ...]:
    target = work.seen.entities[str(entity.fields[name].target)]
    return tuple(make_row(work, target, row) for row in read_lines(work, entity, name, record_id, "values"))


def _line_titles(work: Work, field: Field, lines: tuple[Row, ...]) -> Iterable[tuple[tuple[str, str], str]]:
    target = work.seen.entities[str(field.target)]
    skipped = (field.via, "created_by", "updated_by", "owner")
    paths = [find_path(work.served, target, name) for name in all_fields(target) if name not in skipped]
    references = [path for path in paths if path.field.type in ("reference", "any_reference", "references")]
    return TitlePlan(work, references, apart=True).read([row.values for row in lines]).items() if lines else ()


def _ruled_paths(work: Work, entity: Entity) -> list[str]:
    paths: dict[str, None] = {}
    for ruling in _rulings(work, entity).values():
        if ruling.condition is not None and not ruling.through and not ruling.condition.element_paths:
            paths.update(dict.fromkeys(ruling.condition.paths))
    return list(paths)


def _rulings(work: Work, entity: Entity) -> dict[Verb, Ruling]:
    return {verb: ruling_for(work.served, work.actor, verb, entity.name, ANY if verb in NAMED else "") for verb in Verb}


def _rights(work: Work, entity: Entity, record_id: str, parts: Record) -> frozenset[Verb]:
    """Rights answered by the row already read; only rights of a parent or of lines ask the database."""
    answers: dict[object, bool] = {}
    rights = set()
    for verb, ruling in _rulings(work, entity).items():
        if ruling.condition is None or not (ruling.through or ruling.condition.element_paths):
            allowed = ruling.admits(parts, work.context)
        else:
            key = (ruling.condition.source, ruling.through)
            if key not in answers:
                filters = allowed_rows(work, verb, entity.name, ANY if verb in NAMED else "") or ()
                answers[key] = bool(matching(work, entity.name, [record_id], filters))
            allowed = answers[key]
        if allowed:
            rights.add(verb)
    return unlocked_rights(work, entity, rights, parts)


def _values(work: Work, entity: Entity, paths: Iterable[Path], parts: Mapping[str, object]) -> Record:
    rules = rules_of(work.served, entity.name)
    row: Record = {}
    for path in paths:
        if path.text in rules.part_paths and path.field.type != "references":
            row[path.text] = rules.value_of(path.text, parts)
        else:
            row[path.text] = parts.get(path.text)
    return row
