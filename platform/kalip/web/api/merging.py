"""REST of duplicates and merges: look, merge with a dry run, undo, say that records are not the same."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from kalip.base.errors import BadRequest, NotFound, RecordRejected, Violation
from kalip.base.ids import is_id
from kalip.records import SavedRecord, Work, require_visible, visible_entity
from kalip.records.duplicates import duplicates_of, take_back_apart, tell_records_apart
from kalip.records.merging import (
    MergePlan,
    MergeRecords,
    merge_plan,
    merge_records,
    undo_blockers,
    undo_merge,
)
from kalip.records.rules import rules_of
from kalip.web.api.answers import Answer, read, tagged, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object, unknown_names
from kalip.web.api.records import answer_saved, checked_id, location
from kalip.web.errors import duplicate_json, violation_json
from kalip.web.locale import current_locale, translate

blueprint = Blueprint("api_merging", __name__)
DRY_RUN = "dry_run"
_KEYS = frozenset({"survivor", "others", "take", "versions"})
Json = dict[str, object]


@blueprint.get("/records/<entity>/<record_id>/duplicates")
def list_duplicates(entity: str, record_id: str) -> Response:
    """The duplicates of a record that the caller may see, the surest first."""
    Arguments()
    checked_id(entity, record_id)
    return read(partial(_duplicates, entity=entity, record_id=record_id))


@blueprint.post("/records/<entity>/told_apart")
def tell_apart(entity: str) -> Response:
    """Remember for everybody that records are not the same: `{"ids": […]}`."""
    Arguments()
    ids = _ids(read_object())
    return write(lambda work: Answer({"pairs": tell_records_apart(work, entity, ids)}), request.get_data())


@blueprint.delete("/records/<entity>/told_apart")
def tell_alike(entity: str) -> Response:
    """Take that back: `?ids=a,b`."""
    ids = Arguments("ids").names("ids") or ()
    return write(lambda work: Answer({"pairs": take_back_apart(work, entity, ids)}))


@blueprint.post("/records/<entity>/merge")
def merge(entity: str) -> Response:
    """Merge records into one of them; with `dry_run` what that would do."""
    dry_run = Arguments(DRY_RUN).flag(DRY_RUN)
    command = _command(entity, read_object())
    if dry_run:
        return read(partial(_plan, command=command))
    return write(partial(_merge, command=command), request.get_data())


@blueprint.post("/records/<entity>/merges/<merge_id>/undo")
def undo(entity: str, merge_id: str) -> Response:
    """Undo a merge; with `dry_run` what stands in the way."""
    dry_run = Arguments(DRY_RUN).flag(DRY_RUN)
    if not is_id(merge_id):
        raise NotFound("There is no merge with the id '{id}'.", params={"id": merge_id[:60]})
    if read_object(optional=True):
        raise BadRequest("Undoing takes no values.", hint="send no body", code="R108")
    if dry_run:
        return read(partial(_blockers, entity=entity, merge_id=merge_id))
    return write(partial(_undo, entity=entity, merge_id=merge_id))


def _duplicates(work: Work, entity: str, record_id: str) -> Answer:
    require_visible(work, entity, record_id)
    found = duplicates_of(work, entity, record_id)
    return Answer({"items": [duplicate_json(each, current_locale()) for each in found]})


def _plan(work: Work, command: MergeRecords) -> Answer:
    return Answer(plan_json(work, merge_plan(work, command)))


def _merge(work: Work, command: MergeRecords) -> Answer:
    done = merge_records(work, command)
    answer = answer_saved(work, SavedRecord(done.entity, done.survivor, done.version, False, ()))
    body = {"id": done.id, "merged": list(done.merged), "moved": done.moved, "record": answer.body}
    headers = tagged(done.version, Location=location(done.entity, done.survivor))
    return Answer(body, 200, headers)


def _blockers(work: Work, entity: str, merge_id: str) -> Answer:
    visible_entity(work, entity)
    found = undo_blockers(work, merge_id)
    locale = current_locale()
    items = [
        {"message": translate(locale, each.template, **each.params), "entity": each.entity, "id": each.record_id}
        for each in found
    ]
    return Answer({"possible": not items, "blockers": items})


def _undo(work: Work, entity: str, merge_id: str) -> Answer:
    visible_entity(work, entity)
    done = undo_merge(work, merge_id)
    return Answer({"id": done.id, "survivor": done.survivor, "restored": list(done.merged)})


def plan_json(work: Work, plan: MergePlan) -> Json:
    """A plan as REST tells it: values as of records, by field and record."""
    rules = rules_of(work.served, plan.entity.name)

    def said(name: str, value: object) -> object:
        if name in rules.links:
            return list(value) if isinstance(value, (tuple, list)) else []
        return None if value is None else rules.to_json(name, value)

    return {
        "survivor": plan.ids[0],
        "others": list(plan.ids[1:]),
        "versions": dict(plan.versions),
        "fields": {
            each.field.name: {
                "values": {key: said(each.field.name, value) for key, value in each.values.items()},
                "take": each.chosen,
                "conflict": each.conflict,
                "open": each.open,
            }
            for each in plan.choices
        },
        "moves": [
            {"entity": each.entity.name, "field": each.field.name, "records": each.count} for each in plan.moving
        ],
        "refusals": [violation_json(each, current_locale()) for each in plan.refusals],
    }


def _command(entity: str, body: Mapping[str, Any]) -> MergeRecords:
    faults = unknown_names(body, _KEYS)
    survivor, others = body.get("survivor"), body.get("others")
    take, versions = body.get("take", {}), body.get("versions", {})
    if not (isinstance(survivor, str) and is_id(survivor)):
        faults.append(_fault("/survivor", "not_an_id"))
    if not (isinstance(others, list) and others and all(isinstance(each, str) and is_id(each) for each in others)):
        faults.append(_fault("/others", "not_an_id"))
    if not (isinstance(take, dict) and all(isinstance(each, str) for each in take.values())):
        faults.append(_fault("/take", "wrong_type"))
    whole = isinstance(versions, dict) and all(type(each) is int for each in versions.values())
    if not whole:
        faults.append(_fault("/versions", "wrong_type"))
    if faults:
        raise RecordRejected(faults)
    return MergeRecords(entity, str(survivor), tuple(others or ()), take, versions)


def _ids(body: Mapping[str, Any]) -> tuple[str, ...]:
    faults = unknown_names(body, ("ids",))
    ids = body.get("ids")
    if not (isinstance(ids, list) and all(isinstance(each, str) and is_id(each) for each in ids)):
        faults.append(_fault("/ids", "not_an_id"))
    if faults:
        raise RecordRejected(faults)
    return tuple(ids or ())


_TEMPLATES = {
    "not_an_id": "Expected ids of records.",
    "wrong_type": "Expected an object.",
}


def _fault(pointer: str, code: str) -> Violation:
    return Violation(pointer, code, _TEMPLATES[code])
