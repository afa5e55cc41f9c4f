"""Reads records: lists by pages, and one by its id. Rights are part of the question, not of the answer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kalip.access import ANY, may
from kalip.base.errors import NotFound
from kalip.model import NAMED, Entity, Verb
from kalip.records.commands import Form, ListRecords, Page, Record
from kalip.records.filters import allowed_rows, matching
from kalip.records.naming import Path, PathCache, visible_entity
from kalip.records.queries import ListPlan, all_fields, plan_list
from kalip.records.reads import MarkedFields
from kalip.records.related import Concealment, readable_path
from kalip.records.rules import CHILDREN
from kalip.records.saving.locking import is_unlocked_for, lock_of
from kalip.records.services import Work
from kalip.records.veils import HIDDEN
from kalip.runtime import Served
from kalip.storage import Filter, children, count_records, select_many, select_one, select_page


@dataclass(frozen=True, slots=True)
class Whole:
    """What a whole record is read by: the paths of its row, and its children fields."""

    fields: tuple[str, ...]
    lines: tuple[str, ...]


class WholeRecords:
    """How whole records are read, worked out once for each entity of a served model, as it is seen."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._known: dict[int, tuple[Entity, Whole]] = {}

    def of(self, entity: Entity) -> Whole:
        """The way to read the records of an entity as somebody sees it."""
        known = self._known.get(id(entity))
        if known is None:
            lines = tuple(each for each, field in entity.fields.items() if field.type == CHILDREN)
            # The entity is kept along, so that no other one can get its identity.
            known = self._known[id(entity)] = (entity, Whole(all_fields(entity), lines))
        return known[1]


def list_records(work: Work, command: ListRecords, form: Form = "json") -> Page:
    """Read a page of a list. In JSON form items are REST's records; in values form Python values by path."""
    plan = plan_list(work, command, extra=("id", "version"))
    page = select_page(work.session, work.served, plan.query, work.context, form=form)
    plan.concealment.apply(page.rows, form)
    total, capped = count_rows(work, plan, command)
    items = tuple(_shaped(plan.entity, row) for row in page.rows)
    hidden = work.sight(plan.entity.name).hidden if command.fields is None and form == "json" else ()
    return Page(items, page.next, total, capped, hidden)


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
    """Read one record, archived or not, with its lines. NotFound also for one the actor may not see.

    In JSON form a whole record names its hidden fields under `hidden`, when there are any.
    """
    entity = visible_entity(work, entity_name)
    hidden: Sequence[str] = ()
    if fields is None:
        whole = work.served.project(WholeRecords).of(entity)
        lines, sight = whole.lines, work.sight(entity.name)
        if sight.rights or work.served.project(MarkedFields).of(entity.name):
            find = work.served.project(PathCache).find
            row = read_row(work, entity, record_id, [find(entity, text) for text in whole.fields], form)
            hidden = sight.hidden if form == "json" else ()
        else:
            # Nothing leads to other records here, so nothing is to be concealed.
            row = fetch_row(work, entity, record_id, whole.fields, form)
    else:
        paths = [readable_path(work, entity, text) for text in fields]
        lines = tuple(path.text for path in paths if path.field.type == CHILDREN)
        row = read_row(work, entity, record_id, [path for path in paths if path.field.type != CHILDREN], form)
    for name in lines:
        row[name] = read_lines(work, entity, name, record_id, form)
    if hidden or HIDDEN in row:
        said = row.get(HIDDEN)
        row[HIDDEN] = [*hidden, *(said if isinstance(said, list) else ())]
    return _shaped(entity, row)


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
    target = work.seen.entities[str(entity.fields[name].target)]
    fields = tuple(each for each in all_fields(target) if each != target.owned_by)
    found = children(work.session, work.served, entity.name, name, [record_id], fields, work.context, form=form)
    rows = tuple(found.get(record_id, ()))
    if work.sight(target.name).rights or work.served.project(MarkedFields).of(target.name):
        find = work.served.project(PathCache).find
        Concealment(work, target, [find(target, each) for each in fields]).apply(rows, form)
    return rows


def record_rights(work: Work, entity_name: str, record_id: str, verbs: Iterable[Verb] = tuple(Verb)) -> frozenset[Verb]:
    """What the actor may do with this very record, of some verbs: one statement for those of the same condition."""
    answers: dict[tuple[Filter, ...], bool] = {(): True}
    rights = set()
    for verb in verbs:
        filters = allowed_rows(work, verb, entity_name, ANY if verb in NAMED else "")
        if filters is None:
            continue
        if filters not in answers:
            answers[filters] = bool(matching(work, entity_name, [record_id], filters))
        if answers[filters]:
            rights.add(verb)
    if Verb.UPDATE in rights and any(each.locks for each in work.entity(entity_name).conversions.values()):
        names = ("pipeline", "stage")
        rows = select_many(work.session, work.served, entity_name, [record_id], work.context, names, form="parts")
        return unlocked_rights(work, work.entity(entity_name), rights, rows.get(record_id, {}))
    return frozenset(rights)


def unlocked_rights(work: Work, entity: Entity, rights: Collection[Verb], row: Mapping[str, object]) -> frozenset[Verb]:
    """Rights on a record in a stage, without that to change it where its conversion has locked it."""
    lock = lock_of(entity, row.get("pipeline"), row.get("stage"))
    locked = lock is not None and not is_unlocked_for(work.actor, lock)
    return frozenset(verb for verb in rights if not locked or verb is not Verb.UPDATE)


def rights_of(work: Work, entity_name: str) -> frozenset[Verb]:
    """What the actor may do with some records of the entity."""
    return frozenset(verb for verb in Verb if may(work.served, work.actor, verb, entity_name))


def _shaped(entity: Entity, row: Record) -> Record:
    """The row as REST orders it: id, entity, version first."""
    return {"id": row["id"], "entity": entity.name, "version": row["version"], **row}
