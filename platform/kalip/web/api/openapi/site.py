"""The operations that are no entity's (files, search, metadata, health), and the schemas that all share."""

from kalip.fields.ids import ID_SCHEMA
from kalip.records import LONGEST_COMMENT
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    JSON,
    MAYBE,
    MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    list_of,
    object_of,
    operation,
    parameter,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref
from kalip.web.api.openapi.why import why_schemas

_VERSION: Json = {"type": "integer", "minimum": 1}
_ANY_OBJECT: Json = {"type": "object"}


def site_paths(*, administrator: bool, publisher: bool) -> dict[str, Json]:
    """Path to path item, for an administrator and for who publishes metadata."""
    paths: dict[str, Json] = {
        "/api/files/{id}": {"parameters": [path("id")], "get": _download()},
        "/api/search": {"get": _search()},
        "/api/metadata": {"get": _get("metadata", "What there is, by name", _ANY_OBJECT)},
        "/api/metadata/{kind}/{name}": {
            "parameters": [path("kind", {"enum": ["entity", "choices", "role", "pack"]}), path("name", TEXT)],
            "get": _get("metadata_of", "One entity, choice list, role or pack", _ANY_OBJECT),
        },
        "/api/openapi.json": {"get": _get("openapi", "This document", _ANY_OBJECT)},
        "/health": {"get": _health()},
    }
    if administrator:
        paths["/api/metadata/revisions"] = {"get": _revisions()}
    if publisher:
        paths["/api/metadata/plan"] = {
            "post": _reshape("plan_metadata", "What publishing documents would do", "Planned")
        }
        paths["/api/metadata/publish"] = {"post": _reshape("publish_metadata", "Publish documents", "Published")}
    return paths


def site_schemas() -> dict[str, Json]:
    """The shared schemas but those of problems."""
    return {
        "Written": object_of({"id": ID_SCHEMA, "entity": TEXT, "version": _VERSION}),
        "Batch": _batch(),
        "PurgePlan": _purge_plan(),
        "BatchResult": object_of({"items": list_of(_batch_item())}),
        "TransitionPlan": _transition_plan(),
        "Event": _event(),
        "EventPage": object_of({"items": list_of(ref("Event")), "next": MAYBE}),
        "Comment": _comment(),
        **why_schemas(),
        "File": _file(),
        "SearchResult": object_of(
            {"items": list_of(object_of({"entity": TEXT, "id": ID_SCHEMA, "title": TEXT, "snippet": TEXT}))}
        ),
        **_reshaping(),
        "RevisionPage": object_of({"items": list_of(_revision()), "next": {"type": ["integer", "null"]}}),
    }


def _download() -> Json:
    file = {"description": "The bytes, or some of them.", "content": {"*/*": {"schema": {}}}}
    ranged = {"name": "Range", "in": "header", "schema": TEXT, "example": "bytes=0-99"}
    found = responses({"200": file, "206": file, "304": {"description": "Unchanged."}}, (*READING, "416"))
    return operation("file", "site", "Download a file", found, parameters=[ranged, parameter("if_none_match")])


def _search() -> Json:
    limit = query("limit", "Most hits.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 20})
    return operation(
        "search",
        "site",
        "Records that hold all the words",
        responses({"200": answer("The best first.", ref("SearchResult"))}, READING),
        parameters=[
            query("q", "Words; the last may be a beginning.", {"type": "string", "maxLength": 200}, required=True),
            query("entities", "Names separated by commas; all when left out.", TEXT),
            limit,
        ],
    )


def _get(name: str, summary: str, schema: Json) -> Json:
    return operation(name, "site", summary, responses({"200": answer("The answer.", schema)}, READING))


def _revisions() -> Json:
    limit = query("limit", "Most revisions.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
    before = query("before", "`next` of the page before.", {"type": "integer", "minimum": 0, "maximum": 2**31 - 1})
    return {
        **_get("revisions", "What was published when", ref("RevisionPage")),
        "parameters": [limit, before],
    }


def _reshape(name: str, summary: str, answered: str) -> Json:
    sent = "Publish" if answered == "Published" else "Plan"
    example = {"documents": {"entities/lead/entity.json": {"extends": "crm/lead", "label": "Prospect"}}}
    taken = body(ref(sent), example=example if sent == "Plan" else None)
    done = responses({"200": answer("The answer.", ref(answered))}, WRITING)
    return operation(name, "site", summary, done, requestBody=taken)


def _reshaping() -> dict[str, Json]:
    """What is sent to and answered by plan and publish: documents of the site's pack."""
    documents = {"type": "object", "additionalProperties": {"type": ["object", "null"]}}
    rest = {"message": {"type": "string", "maxLength": 500, "default": ""}, "accept": list_of(TEXT)}
    step = object_of(
        {
            "id": TEXT,
            "kind": {"enum": ["safe", "slow", "lossy"]},
            "text": TEXT,
            "rows": COUNT,
            "failures": COUNT,
            "goes_on": FLAG,
        }
    )
    change = object_of({"document": TEXT, "pointer": TEXT, "kind": TEXT, "text": TEXT})
    names = ("severity", "code", "message", "hint", "document", "pointer")
    diagnostic = object_of({**dict.fromkeys(names, TEXT), "line": COUNT})
    maybe = MAYBE
    return {
        "Plan": object_of({"documents": documents, "base_revision": maybe, **rest}, required=("documents",)),
        "Publish": object_of(
            {"documents": documents, "base_revision": TEXT, **rest}, required=("documents", "base_revision")
        ),
        "Planned": object_of(
            {
                "base_revision": maybe,
                "changes": list_of(change),
                "steps": list_of(step),
                "diagnostics": list_of(diagnostic),
                "seconds": {"type": "number", "minimum": 0, "description": "About how long writers wait meanwhile."},
            }
        ),
        "Published": object_of(
            {
                "published": FLAG,
                "revision": maybe,
                "number": {"type": ["integer", "null"]},
                "steps": list_of(step),
            }
        ),
    }


def _health() -> Json:
    checks = {"type": "object", "additionalProperties": TEXT}
    figures = {"type": "object", "additionalProperties": {"type": ["integer", "boolean"]}}
    schema = object_of(
        {"status": TEXT, "checks": checks, "revision": TEXT, "warning": TEXT, "jobs": figures},
        required=("status", "checks"),
    )
    ready = {"description": "Ready.", "content": {JSON: {"schema": schema}}}
    either = {"200": ready, "503": {**ready, "description": "Not ready."}}
    return operation("health", "site", "Whether work may be sent here", either, security=[])


def _batch() -> Json:
    operation = object_of(
        {
            "op": {"enum": ["create", "update", "archive", "restore", "purge"]},
            "id": ID_SCHEMA,
            "version": _VERSION,
            "values": _ANY_OBJECT,
            "accept_duplicates": {"type": "boolean", "default": False},
        },
        required=("op",),
    )
    return object_of(
        {
            "atomic": {"type": "boolean", "default": True, "description": "All or nothing; else each for itself."},
            "operations": {"type": "array", "items": operation, "maxItems": 1000},
        },
        required=("operations",),
    )


def _batch_item() -> Json:
    return object_of(
        {"index": COUNT, "id": MAYBE, "status": COUNT, "version": _VERSION, "error": ref("Problem")},
        required=("index", "status"),
    )


def _purge_plan() -> Json:
    counts = {"type": "object", "additionalProperties": COUNT}
    return object_of(
        {
            "id": ID_SCHEMA,
            "entity": TEXT,
            "version": _VERSION,
            "title": TEXT,
            "along": {**counts, "description": "Other records that go, by entity."},
            "emptied": list_of(object_of({"entity": TEXT, "field": TEXT, "count": COUNT})),
            "beside": {**counts, "description": "What lies beside the records that go, by noun."},
            "violations": list_of(ref("Violation")),
        }
    )


def _transition_plan() -> Json:
    return object_of(
        {
            "transition": TEXT,
            "from": TEXT,
            "to": TEXT,
            "allowed": FLAG,
            "asked": list_of(TEXT),
            "missing": list_of(TEXT),
            "sets": _ANY_OBJECT,
            "confirm": MAYBE,
            "violations": list_of(ref("Violation")),
            "error": {"anyOf": [ref("Problem"), {"type": "null"}]},
        }
    )


def _event() -> Json:
    change = object_of({"field": TEXT, "old": {}, "new": {}})
    always = {
        "id": TEXT,
        "kind": TEXT,
        "at": MOMENT,
        "actor": MAYBE,
        "actor_name": TEXT,
        "on_behalf": MAYBE,
        "correlation": MAYBE,
        "changes": list_of(change),
    }
    said = {
        "text": {**MAYBE, "description": "Comments only; null once it was taken back."},
        "removed_by": {**MAYBE, "description": "Comments only: who took it back."},
        "facts": {**_ANY_OBJECT, "description": "What happened beside the fields: a conversion, a task, a message."},
    }
    return object_of({**always, **said}, required=tuple(always))


def _comment() -> Json:
    text = {"type": "string", "minLength": 1, "maxLength": LONGEST_COMMENT}
    return object_of({"text": text})


def _file() -> Json:
    texts = dict.fromkeys(("name", "media_type", "sha256", "entity", "record", "field"), TEXT)
    return object_of({"id": ID_SCHEMA, **texts, "size": COUNT, "created_at": MOMENT, "version": _VERSION})


def _revision() -> Json:
    return object_of(
        {
            "number": _VERSION,
            "revision": TEXT,
            "base": MAYBE,
            "actor": MAYBE,
            "message": TEXT,
            "created_at": MOMENT,
            "packs": {"type": "object", "additionalProperties": TEXT},
        }
    )
