"""Reads records: lists by pages, and one by its id. Rights are part of the question, not of the answer."""

from collections.abc import Sequence

from kalip.access import may
from kalip.base.errors import NotFound
from kalip.model import Entity, Verb
from kalip.records.commands import Form, ListRecords, Page, Record
from kalip.records.filters import allowed_rows, matching
from kalip.records.naming import Path, visible_entity
from kalip.records.queries import ListPlan, all_fields, plan_list
from kalip.records.related import Concealment, readable_path
from kalip.records.services import Work
from kalip.storage import children, count_records, select_one, select_page


def list_records(work: Work, command: ListRecords, form: Form = "json") -> Page:
    """Read a page of a list. In JSON form items are REST's records; in values form Python values by path."""
    plan = plan_list(work, command, extra=("id", "version"))
    page = select_page(work.session, work.served, plan.query, work.context, form=form)
    plan.concealment.apply(page.rows, form)
    total, capped = count_rows(work, plan, command)
    items = tuple(_shaped(plan.entity, row) for row in page.rows)
    return Page(items, page.next, total, capped)


def count_rows(work: Work, plan: ListPlan, command: ListRecords) -> tuple[int | None, bool]:
    """The number of rows that match, when asked for, and whether there are more than the cap."""
    if not command.count:
        return None, False
    cap = command.count_cap
    found = count_records(work.session, work.served, plan.query, work.context, cap=cap)
    if cap is not None and found > cap:
        return cap, True
    return found, False


def get_record(
    work: Work, entity_name: str, record_id: str, fields: Sequence[str] | None = None, form: Form = "json"
) -> Record:
    """Read one record, archived or not, with its lines. NotFound also for one the actor may not see."""
    entity = visible_entity(work, entity_name)
    asked = fields if fields is not None else (*all_fields(entity), *_children_of(entity))
    paths = [readable_path(work, entity, text) for text in asked]
    lines = [path.text for path in paths if path.field.type == "children"]
    plain = [path for path in paths if path.field.type != "children"]
    row = read_row(work, entity, record_id, plain, form)
    for name in lines:
        row[name] = read_lines(work, entity, name, record_id, form)
    order = {"id": None, "entity": None, "version": None, **dict.fromkeys(path.text for path in paths)}
    shaped = _shaped(entity, row)
    return {key: shaped[key] for key in order if key in shaped}


def read_row(work: Work, entity: Entity, record_id: str, paths: Sequence[Path], form: Form) -> Record:
    """Read one record's row with `id` and `version`, blank where paths lead to what the actor may not see."""
    concealment = Concealment(work, entity, paths)
    row = fetch_row(work, entity, record_id, (*(path.text for path in paths), *concealment.fields), form)
    concealment.apply([row], form)
    return row


def fetch_row(work: Work, entity: Entity, record_id: str, texts: Sequence[str], form: Form) -> Record:
    """Read one record's row as it is, related values and all; NotFound when the record is not for the actor."""
    filters = allowed_rows(work, Verb.READ, entity.name)
    wanted = tuple(dict.fromkeys(("id", "version", *texts)))
    row = None
    if filters is not None:
        row = select_one(work.session, work.served, entity.name, record_id, work.context, wanted, filters, form=form)
    if row is None:
        raise NotFound("There is no {entity} with the id '{id}'.", params={"entity": entity.name, "id": record_id})
    return row


def read_lines(work: Work, entity: Entity, name: str, record_id: str, form: Form) -> tuple[Record, ...]:
    """Read a record's lines of one children field, in the order they were made."""
    target = work.model.entities[str(entity.fields[name].target)]
    fields = tuple(each for each in all_fields(target) if each != target.owned_by)
    found = children(work.session, work.served, entity.name, name, [record_id], fields, work.context, form=form)
    return tuple(found.get(record_id, ()))


def record_rights(work: Work, entity_name: str, record_id: str) -> frozenset[Verb]:
    """What the actor may do with this very record: at most one statement for each conditional right."""
    rights = set()
    for verb in Verb:
        filters = allowed_rows(work, verb, entity_name)
        if filters is None:
            continue
        if not filters or matching(work, entity_name, [record_id], filters):
            rights.add(verb)
    return frozenset(rights)


def rights_of(work: Work, entity_name: str) -> frozenset[Verb]:
    """What the actor may do with some records of the entity."""
    return frozenset(verb for verb in Verb if may(work.served, work.actor, verb, entity_name))


def _children_of(entity: Entity) -> tuple[str, ...]:
    return tuple(name for name, field in entity.fields.items() if field.type == "children")


def _shaped(entity: Entity, row: Record) -> Record:
    """The row as REST orders it: id, entity, version first."""
    rest = {key: value for key, value in row.items() if key not in ("id", "version")}
    return {"id": row["id"], "entity": entity.name, "version": row.get("version"), **rest}
