"""The operations and schemas of the privacy desk, for those who look after personal data."""

from kalip.fields.ids import ID_SCHEMA
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    MAYBE,
    MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    dry_run,
    list_of,
    object_of,
    operation,
    parameter,
    path,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_COUNTS: Json = {"type": "object", "additionalProperties": COUNT}


def privacy_paths(*, officer: bool) -> dict[str, Json]:
    """Path to path item; nothing for people who may not."""
    if not officer:
        return {}
    either = {"anyOf": [ref("Erasure"), ref("ErasurePlan")]}
    return {
        "/api/privacy/search": {"post": _op("find_person", "Find a person", "PersonSearch", ref("Candidates"))},
        "/api/privacy/export": {
            "post": _op("export_person", "All kept of a person", "PersonExport", ref("PersonData"))
        },
        "/api/privacy/erase": {
            "post": _op("erase_person", "Erase a person as planned", "PersonErase", either)
            | {"parameters": [dry_run(), parameter("idempotency_key")]}
        },
        "/api/privacy/proofs/{id}": {
            "parameters": [path("id")],
            "get": _read("erasure_proof", "The proof of an erasure", "Erasure"),
        },
        "/api/privacy/register": {"get": _read("register", "The register of processing", "Register")},
    }


def privacy_schemas() -> dict[str, Json]:
    """What is sent and answered."""
    key = object_of({"entity": TEXT, "id": ID_SCHEMA})
    keys = {**list_of(key), "minItems": 1, "maxItems": 200}
    some = {**list_of(key), "maxItems": 200}
    texts = list_of(TEXT)
    candidate = object_of({"entity": TEXT, "id": ID_SCHEMA, "title": TEXT, "known_by": texts,
                           "archived": FLAG})  # fmt: skip
    step = object_of({"entity": TEXT, "id": ID_SCHEMA, "title": TEXT, "how": TEXT,
                      "action": {"enum": ["empty", "delete", "stay"]}, "fields": texts, "why": TEXT})  # fmt: skip
    entry = object_of({
        **dict.fromkeys(("entity", "entity_label", "field", "label", "kind", "purpose"), TEXT),
        **dict.fromkeys(("basis", "term", "after"), MAYBE),
        "special": FLAG, "told_to_others": FLAG, "roles": texts, "gaps": texts,
    })  # fmt: skip
    return {
        "PersonSearch": object_of({"text": {"type": "string", "minLength": 1}}),
        "Candidates": object_of({"items": list_of(candidate)}),
        "PersonExport": object_of(
            {"records": keys, "without": some, "recipient": TEXT, "purpose": {"type": "string", "minLength": 1}},
            ("records", "purpose"),
        ),
        "PersonData": {"type": "object"},
        "PersonErase": object_of(
            {"records": keys, "without": some, "also": some, "reason": TEXT, "plan": TEXT}, ("records",)
        ),
        "ErasurePlan": object_of({"plan": TEXT, "known_by": texts, "names": texts, "steps": list_of(step),
                                  "beside": _COUNTS, "mentions": list_of(candidate)}),
        "Erasure": object_of({
            "id": ID_SCHEMA, "at": MOMENT, "by": MAYBE, "reason": TEXT,
            "records": list_of(key), "counts": _COUNTS,
            "kept": list_of(object_of({"entity": TEXT, "id": ID_SCHEMA, "why": TEXT})), "digest": TEXT,
        }),
        "Register": object_of({"items": list_of(entry)}),
    }  # fmt: skip


def _op(name: str, summary: str, sent: str, answered: Json) -> Json:
    done = responses({"200": answer("Done.", answered), "201": answer("Done.", answered)}, WRITING)
    return operation(name, "privacy", summary, done, requestBody=body(ref(sent)))


def _read(name: str, summary: str, answered: str) -> Json:
    return operation(name, "privacy", summary, responses({"200": answer(summary, ref(answered))}, READING))
