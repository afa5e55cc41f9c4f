"""REST of records, from list and create to purge. Every call is one use case of the records floor."""

from dataclasses import replace
from functools import partial
from typing import get_args

from flask import Blueprint, Response, request

from kalip.base.errors import BadRequest, NotFound
from kalip.base.ids import is_id
from kalip.model import Entity
from kalip.records import (
    ListRecords,
    Record,
    SavedRecord,
    SaveRecord,
    Work,
    archive_record,
    get_record,
    list_records,
    plan_purge,
    purge_record,
    restore_record,
    save_record,
    visible_entity,
)
from kalip.records.commands import Archived
from kalip.records.merging import resolve
from kalip.records.organisation.assigning import given_to_absent
from kalip.records.queries import HIGHEST_LIMIT, all_fields
from kalip.runtime import Served
from kalip.web.api.answers import Answer, read, tagged, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object
from kalip.web.api.conditions import expected_version, is_known
from kalip.web.errors import violation_json
from kalip.web.locale import current_locale

blueprint = Blueprint("api_records", __name__)
LIST_ARGUMENTS = ("filter", "sort", "fields", "limit", "cursor", "count", "archived", "view")
ACCEPT_DUPLICATES = "accept_duplicates"
PURGE, DRY_RUN = "purge", "dry_run"
DEFAULT_LIMIT = 50
_ARCHIVED: tuple[Archived, ...] = get_args(Archived)


@blueprint.get("/records/<entity>")
def list_of(entity: str) -> Response:
    """A page of an entity's records."""
    arguments = Arguments(*LIST_ARGUMENTS)
    command = ListRecords(
        entity,
        fields=arguments.names("fields"),
        filter=arguments.text("filter"),
        sort=arguments.names("sort") or (),
        limit=arguments.integer("limit", DEFAULT_LIMIT, 1, HIGHEST_LIMIT),
        cursor=arguments.text("cursor"),
        count=arguments.flag("count"),
        count_cap=None,
        view=arguments.text("view"),
        archived=arguments.word("archived", _ARCHIVED, "exclude"),
    )
    return read(partial(_list, command=command))


@blueprint.post("/records/<entity>")
def create(entity: str) -> Response:
    """A new record."""
    accepted = Arguments(ACCEPT_DUPLICATES).flag(ACCEPT_DUPLICATES)
    values = read_object()
    command = SaveRecord(entity, values, accept_duplicates=accepted)
    return write(partial(_create, command=command), request.get_data())


@blueprint.get("/records/<entity>/<record_id>")
def get(entity: str, record_id: str) -> Response:
    """One record, archived or not; for one that was merged the record that it went into, which the headers say."""
    arguments = Arguments("fields")
    fields = arguments.names("fields")
    checked_id(entity, record_id)
    return read(lambda work: _get(work, entity, record_id, fields))


@blueprint.patch("/records/<entity>/<record_id>")
def change(entity: str, record_id: str) -> Response:
    """Change the fields that the body names."""
    accepted = Arguments(ACCEPT_DUPLICATES).flag(ACCEPT_DUPLICATES)
    checked_id(entity, record_id)
    values = read_object()
    command = SaveRecord(entity, values, record_id, accept_duplicates=accepted)
    return write(partial(_change, command=command), request.get_data())


@blueprint.delete("/records/<entity>/<record_id>")
def archive(entity: str, record_id: str) -> Response:
    """Archive a record; `restore` brings it back. With `purge` an archived one goes for good, or is only planned."""
    arguments = Arguments(PURGE, DRY_RUN)
    purging, planning = arguments.flag(PURGE), arguments.flag(DRY_RUN)
    checked_id(entity, record_id)
    if planning and not purging:
        raise BadRequest("Only purging has a plan.", hint="add purge=true")
    if planning:
        return read(partial(_plan_purge, entity=entity, record_id=record_id))
    return write(partial(_purge if purging else _archive, entity=entity, record_id=record_id))


@blueprint.post("/records/<entity>/<record_id>/restore")
def restore(entity: str, record_id: str) -> Response:
    """Bring an archived record back."""
    Arguments()
    checked_id(entity, record_id)
    if read_object(optional=True):
        raise BadRequest("Restoring takes no values.", hint="send no body", code="R108")
    return write(partial(_restore, entity=entity, record_id=record_id))


def checked_id(entity: str, record_id: str) -> None:
    """NotFound unless the text has the shape of an id: no record can have it."""
    if not is_id(record_id):
        raise NotFound("There is no {entity} with the id '{id}'.", params={"entity": entity[:60], "id": record_id[:60]})


def answer_saved(work: Work, saved: SavedRecord, status: int = 200, **headers: str) -> Answer:
    """The record after a save; only what it is called where the actor may write it but not read it.

    The header Kalip-Away names those whom it was given to just now and who are away.
    """
    try:
        record = get_record(work, saved.entity, saved.id)
    except NotFound:
        record = {"id": saved.id, "entity": saved.entity, "version": saved.version}
    away = ", ".join(each.user for each in given_to_absent(work, saved, record))
    more = {"Kalip-Away": away} if away else {}
    return Answer(record, status, tagged(saved.version, **headers, **more))


def location(entity: str, record_id: str) -> str:
    """The address of a record."""
    return f"/api/records/{entity}/{record_id}"


def _list(work: Work, command: ListRecords) -> Answer:
    if command.fields is None and command.view is None:
        entity = visible_entity(work, command.entity)
        command = replace(command, fields=work.served.project(_AllFields).of(entity))
        page = replace(list_records(work, command), hidden=work.sight(entity.name).hidden)
    else:
        page = list_records(work, command)
    body: Record = {"items": page.items, "next": page.next}
    if command.count:
        body["count"] = page.count
    if page.hidden:
        body["hidden"] = page.hidden
    return Answer(body)


def _create(work: Work, command: SaveRecord) -> Answer:
    saved = save_record(work, command)
    return answer_saved(work, saved, 201, Location=location(saved.entity, saved.id))


def _get(work: Work, entity: str, record_id: str, fields: tuple[str, ...] | None) -> Answer:
    record = get_record(work, entity, record_id, fields)
    more: dict[str, str] = {}
    if _is_archived(work, record, record_id) and (root := resolve(work, record_id)) != record_id:
        record = get_record(work, entity, root, fields)
        more = {"Content-Location": location(str(record["entity"]), root), "Kalip-Merged-Into": root}
    headers = tagged(record["version"], **more)
    if is_known(record["version"]):
        return Answer(None, 304, headers)
    return Answer(record, 200, headers)


def _is_archived(work: Work, record: Record, record_id: str) -> bool:
    if "archived_at" in record:
        return record["archived_at"] is not None
    return get_record(work, str(record["entity"]), record_id, ("archived_at",))["archived_at"] is not None


def _change(work: Work, command: SaveRecord) -> Answer:
    version = expected_version(work, command.entity, str(command.id))
    return answer_saved(work, save_record(work, replace(command, version=version)))


def _archive(work: Work, entity: str, record_id: str) -> Answer:
    version = expected_version(work, entity, record_id)
    saved = archive_record(work, entity, record_id, version)
    return Answer(None, 204, tagged(saved.version))


def _purge(work: Work, entity: str, record_id: str) -> Answer:
    purge_record(work, entity, record_id, expected_version(work, entity, record_id))
    return Answer(None, 204)


def _plan_purge(work: Work, entity: str, record_id: str) -> Answer:
    plan = plan_purge(work, entity, record_id)
    body: Record = {
        "id": plan.id,
        "entity": plan.entity.name,
        "version": plan.version,
        "title": plan.title,
        "along": plan.along,
        "emptied": [{"entity": of, "field": name, "count": count} for (of, name), count in plan.emptied.items()],
        "beside": plan.beside,
        "violations": [violation_json(each, current_locale()) for each in plan.obstacles],
    }
    return Answer(body, headers=tagged(plan.version))


def _restore(work: Work, entity: str, record_id: str) -> Answer:
    version = expected_version(work, entity, record_id)
    return answer_saved(work, restore_record(work, entity, record_id, version))


class _AllFields:
    """The paths of whole records, made once for each entity of a served model as it is seen."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._made: dict[int, tuple[Entity, tuple[str, ...]]] = {}

    def of(self, entity: Entity) -> tuple[str, ...]:
        """All fields of an entity but its lines."""
        made = self._made.get(id(entity))
        if made is None:
            # The entity is kept along, so that no other one can get its identity.
            made = self._made[id(entity)] = (entity, all_fields(entity))
        return made[1]
