"""REST of changing the metadata: what documents of the site would do, and publishing them; for those who publish it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from flask import Blueprint, Response, g

from kalip.base.errors import CompileError, Diagnostic, RecordRejected, Violation
from kalip.designer import Publication, Review, publish_documents, require_designer, review_documents
from kalip.metadata.source import escape
from kalip.storage import Plan, Step
from kalip.web.api.answers import JSON
from kalip.web.api.arguments import Arguments
from kalip.web.api.bodies import METADATA_LIMIT, read_object, unknown_names
from kalip.web.locale import current_locale, translate
from kalip.web.session import actor, site
from kalip.web.wording import wording_text

blueprint = Blueprint("api_reshaping", __name__)
LONGEST_MESSAGE: Final = 500
_KNOWN: Final = frozenset({"documents", "base_revision", "message", "accept"})


@dataclass(frozen=True, slots=True)
class _Sent:
    documents: Mapping[str, Mapping[str, Any] | None]
    base: str | None
    message: str = ""
    accept: frozenset[str] = frozenset()


@blueprint.post("/metadata/plan")
def plan_documents() -> Response:
    """What publishing documents would change, in words and steps. Writes nothing."""
    Arguments()
    require_designer(site(), actor())
    sent = _read(read_object(METADATA_LIMIT))
    found = review_documents(site(), actor(), sent.documents, sent.base)
    if found.plan is None:
        raise found.refusal or CompileError("The metadata has errors.", found.diagnostics)
    return _answer(_review_json(found, found.plan))


@blueprint.post("/metadata/publish")
def publish_sent() -> Response:
    """Publish documents drawn from `base_revision`; lossy steps must be accepted by their ids."""
    Arguments()
    require_designer(site(), actor())
    sent = _read(read_object(METADATA_LIMIT), is_based=True)
    publication = Publication(actor(), sent.message, accepted=sent.accept)
    done = publish_documents(site(), publication, sent.documents, sent.base)
    if done is None:
        return _answer({"published": False, "revision": sent.base, "number": None, "steps": []})
    g.revision = done.revision.hash
    return _answer(
        {
            "published": True,
            "revision": done.revision.hash,
            "number": done.revision.number,
            "steps": [_step(each) for each in done.plan.steps],
        }
    )


def _read(body: Mapping[str, Any], *, is_based: bool = False) -> _Sent:
    """What both calls are sent: a plan can be published by sending the same again. `is_based` asks for the base."""
    faults = unknown_names(body, _KNOWN)
    documents, base = body.get("documents"), body.get("base_revision")
    message, accept = body.get("message", ""), body.get("accept", [])
    if not isinstance(documents, dict):
        faults.append(Violation("/documents", "wrong_type", "Expected an object of documents by path."))
        documents = {}
    for path, document in documents.items():
        if document is not None and not isinstance(document, dict):
            faults.append(Violation(f"/documents/{escape(path)}", "wrong_type", "Expected a document, or null."))
    if not isinstance(base, str | None) or (base is None and is_based):
        faults.append(Violation("/base_revision", "required", "Say which revision these documents were drawn from."))
    if not isinstance(message, str) or len(message) > LONGEST_MESSAGE or "\0" in message:
        text = "Expected a text of at most {limit} characters."
        faults.append(Violation("/message", "wrong_type", text, {"limit": LONGEST_MESSAGE}))
    if not isinstance(accept, list) or not all(isinstance(each, str) for each in accept):
        faults.append(Violation("/accept", "wrong_type", "Expected a list of ids of steps."))
    if faults:
        raise RecordRejected(faults)
    return _Sent(documents, base, message, frozenset(accept))


def _review_json(found: Review, plan: Plan) -> dict[str, object]:
    locale = current_locale()
    draft = found.drafted.draft
    changes = [
        {
            "document": each.address,
            "pointer": each.pointer,
            "kind": each.kind,
            "text": wording_text(locale, each.wording),
        }
        for each in found.changes
    ]
    return {
        "base_revision": draft.base.hash if draft.base is not None else None,
        "changes": changes,
        "steps": [_step(each) for each in plan.steps],
        "seconds": round(plan.seconds, 1),
        "diagnostics": [_diagnostic(each) for each in found.diagnostics],
    }


def _step(step: Step) -> dict[str, object]:
    template, params = step.describe_parts()
    return {
        "id": step.id,
        "kind": step.kind,
        "text": translate(current_locale(), template, **params),
        "rows": step.rows,
        "failures": step.failures,
        "goes_on": step.goes_on,
    }


def _diagnostic(each: Diagnostic) -> dict[str, object]:
    where = each.where
    return {
        "severity": each.severity,
        "code": each.code,
        "message": each.message,
        "hint": each.hint,
        "document": where.file if where else "",
        "line": where.line if where else 0,
        "pointer": where.pointer if where else "",
    }


def _answer(body: Mapping[str, object]) -> Response:
    return Response(orjson.dumps(dict(body)), content_type=JSON)
