"""REST of the privacy desk, for officers: find a person, hand out and erase what is kept, the register of processing.

What is asked stands in bodies, never in addresses: those are logged.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from kalip.base.errors import RecordRejected, Violation
from kalip.base.ids import is_id
from kalip.fields.moments import moment_text
from kalip.records import Work, run
from kalip.records.privacy import (
    THE_PERSON,
    EraseSubject,
    ErasurePlan,
    Given,
    candidates,
    erase,
    find_person,
    find_proof,
    hand_out,
    plan_erasure,
    register_of,
    settle_erasures,
)
from kalip.storage.privacy import Erasure, Key
from kalip.web.api.answers import Answer, plain_answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import read_object, unknown_names
from kalip.web.locale import current_locale
from kalip.web.session import actor, services

blueprint = Blueprint("api_privacy", __name__)
Json = dict[str, Any]
MOST_RECORDS = 200


@blueprint.post("/privacy/search")
def search() -> Response:
    """Records of persons that an e-mail address, a number or a name may mean."""
    Arguments()
    body = _only(read_object(), "text")
    text = body.get("text")
    if not isinstance(text, str) or not text.strip():
        raise RecordRejected([Violation("/text", "required", "This can't be empty.")])
    return read(lambda work: Answer({"items": [_candidate(each) for each in candidates(work, text)]}))


@blueprint.post("/privacy/export")
def export() -> Response:
    """All that is kept of a person, noted in the journal of disclosures."""
    Arguments()
    body = _only(read_object(), "records", "without", "recipient", "purpose")
    roots, without = _keys(body, "records"), _keys(body, "without", optional=True)
    given = Given(_text(body, "recipient") or THE_PERSON, _text(body, "purpose"))

    def use(work: Work) -> Answer:
        return Answer(hand_out(work, find_person(work, roots, without), given))

    # Not kept under an Idempotency-Key: an answer that holds a person must not lie about.
    return plain_answer(run(services(), actor(), use).body)


@blueprint.post("/privacy/erase")
def erasing() -> Response:
    """Erase a person as planned; with `dry_run` the plan, whose token the other call must name."""
    dry_run = Arguments("dry_run").flag("dry_run")
    body = _only(read_object(), "records", "without", "also", "reason", "plan")
    command = EraseSubject(
        _keys(body, "records"),
        _text(body, "reason"),
        _keys(body, "without", optional=True),
        _keys(body, "also", optional=True),
        _text(body, "plan"),
    )
    if dry_run:
        return read(lambda work: Answer(plan_json(plan_erasure(work, replace(command, plan="")))))
    answer = write(lambda work: Answer(proof_json(erase(work, command)), 201))
    settle_erasures(services())
    return answer


@blueprint.get("/privacy/proofs/<erasure_id>")
def proof(erasure_id: str) -> Response:
    """The proof of an erasure."""
    Arguments()
    return read(lambda work: Answer(proof_json(find_proof(work, erasure_id if is_id(erasure_id) else ""))))


@blueprint.get("/privacy/register")
def register() -> Response:
    """The register of processing."""
    Arguments()
    locale = current_locale()
    return read(lambda work: Answer({"items": [each.told(locale) for each in register_of(work)]}))


def plan_json(plan: ErasurePlan) -> Json:
    """A plan as it is told."""
    return {
        "plan": plan.token,
        "known_by": list(plan.person.addresses),
        "names": list(plan.person.names),
        "steps": [
            {
                "entity": each.found.entity,
                "id": each.found.id,
                "title": each.found.title,
                "how": each.found.how,
                "action": each.action,
                "fields": list(each.fields),
                "why": each.why,
            }
            for each in plan.steps
        ],
        "beside": dict(plan.beside),
        "mentions": [_candidate(each) for each in plan.person.mentions],
    }


def proof_json(erasure: Erasure) -> Json:
    """A proof as it is told: ids, counts and digests."""
    return {
        "id": erasure.id,
        "at": moment_text(erasure.at),
        "by": erasure.by,
        "reason": erasure.reason,
        "records": [{"entity": entity, "id": record_id} for entity, record_id in erasure.records],
        "counts": dict(erasure.counts),
        "kept": [{"entity": entity, "id": record_id, "why": why} for entity, record_id, why in erasure.kept],
        "digest": erasure.digest,
    }


def _candidate(found: Any) -> Json:
    return {"entity": found.entity, "id": found.id, "title": found.title, "known_by": list(found.values),
            "archived": found.archived}  # fmt: skip


def _only(body: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    if faults := unknown_names(body, names):
        raise RecordRejected(faults)
    return body


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise RecordRejected([Violation(f"/{name}", "wrong_type", "Expected a text.")])
    return value


def _keys(body: Mapping[str, Any], name: str, *, optional: bool = False) -> tuple[Key, ...]:
    """Records named as `{"entity": …, "id": …}`."""
    value = body.get(name, [] if optional else None)
    if not isinstance(value, list) or (not value and not optional) or len(value) > MOST_RECORDS:
        raise RecordRejected([Violation(f"/{name}", "wrong_type", "Expected a list of records.")])
    found = []
    for each in value:
        if not (isinstance(each, dict) and each.keys() == {"entity", "id"} and is_id(each["id"])):
            raise RecordRejected([Violation(f"/{name}", "wrong_type", "Expected a list of records.")])
        found.append((str(each["entity"]), str(each["id"])))
    return tuple(found)
