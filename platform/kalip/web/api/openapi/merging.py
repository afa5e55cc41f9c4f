"""The operations on duplicates and merges of one entity, and their schemas."""

from typing import Any

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity, Verb
from kalip.web.api.openapi.parts import READING, WRITING, answer, body, parameter, path, query, responses
from kalip.web.api.openapi.schemas import ref

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_FLAG: Json = {"type": "boolean"}
_ACCEPT: Json = query(
    "accept_duplicates", "Save it although it may be the same as another record.", {"type": "boolean", "default": False}
)


def accept_duplicates() -> Json:
    """The parameter of calls that save."""
    return _ACCEPT


def merging_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item."""
    if Verb.READ not in rights or entity.owned_by is not None:
        return {}
    base = f"/api/records/{entity.name}"
    paths: dict[str, Json] = {
        f"{base}/{{id}}/duplicates": {"parameters": [path("id")], "get": _duplicates(entity)},
    }
    if Verb.UPDATE in rights:
        paths[f"{base}/told_apart"] = {"post": _tell_apart(entity), "delete": _tell_alike(entity)}
    if {Verb.UPDATE, Verb.ARCHIVE} <= rights:
        paths[f"{base}/merge"] = {"post": _merge(entity)}
    if {Verb.UPDATE, Verb.RESTORE} <= rights:
        paths[f"{base}/merges/{{merge}}/undo"] = {"parameters": [path("merge")], "post": _undo(entity)}
    return paths


def merging_schemas() -> dict[str, Json]:
    """What is sent and answered."""
    move = _object({"entity": _TEXT, "field": _TEXT, "records": _COUNT})
    choice = _object({"values": {"type": "object"}, "take": _TEXT, "conflict": _FLAG, "open": _FLAG})
    blocker = _object({"message": _TEXT, "entity": _TEXT, "id": _TEXT})
    return {
        "Duplicate": duplicate(),
        "Duplicates": _object({"items": _list(ref("Duplicate"))}),
        "Pairs": _object({"pairs": _COUNT}),
        "Ids": _object({"ids": {**_list(ID_SCHEMA), "minItems": 2, "maxItems": 50}}),
        "Merge": _object(
            {
                "survivor": ID_SCHEMA,
                "others": {**_list(ID_SCHEMA), "minItems": 1, "maxItems": 19},
                "take": {"type": "object", "additionalProperties": _TEXT, "description": "Field to record id, or `*`."},
                "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            "survivor",
            "others",
        ),
        "MergePlan": _object(
            {
                "survivor": ID_SCHEMA,
                "others": _list(ID_SCHEMA),
                "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
                "fields": {"type": "object", "additionalProperties": choice},
                "moves": _list(move),
                "refusals": _list(ref("Violation")),
            }
        ),
        "Merged": _object({"id": ID_SCHEMA, "merged": _list(ID_SCHEMA), "moved": _COUNT, "record": {"type": "object"}}),
        "MergeUndone": _object({"id": ID_SCHEMA, "survivor": ID_SCHEMA, "restored": _list(ID_SCHEMA)}),
        "MergeUndoPlan": _object({"possible": _FLAG, "blockers": _list(blocker)}),
    }


def duplicate() -> Json:
    """A duplicate as it is told."""
    texts = dict.fromkeys(("entity", "title", "rule", "label"), _TEXT)
    return _object({**texts, "id": ID_SCHEMA, "strict": _FLAG, "similarity": _COUNT, "archived": _FLAG})


def _duplicates(entity: Entity) -> Json:
    found = responses({"200": answer("The surest first.", ref("Duplicates"))}, READING)
    return _operation(entity, "duplicates", f"Duplicates of a {entity.label}", found)


def _tell_apart(entity: Entity) -> Json:
    said = responses({"200": answer("How many pairs that are.", ref("Pairs"))}, WRITING)
    more = {"parameters": [parameter("idempotency_key")], "requestBody": body(ref("Ids"))}
    return _operation(entity, "tell_apart", f"Say that {entity.plural} are not the same", said, **more)


def _tell_alike(entity: Entity) -> Json:
    said = responses({"200": answer("How many pairs that had been said of.", ref("Pairs"))}, WRITING)
    more = {
        "parameters": [query("ids", "Ids separated by commas.", _TEXT, required=True), parameter("idempotency_key")]
    }
    return _operation(entity, "tell_alike", f"Take back that {entity.plural} are not the same", said, **more)


def _merge(entity: Entity) -> Json:
    either = {"anyOf": [ref("Merged"), ref("MergePlan")]}
    done = responses({"200": answer("The merge, or the plan.", either)}, WRITING)
    dry_run = query("dry_run", "Only say what it would do.", {"type": "boolean", "default": False})
    more = {"parameters": [dry_run, parameter("idempotency_key")], "requestBody": body(ref("Merge"))}
    return _operation(entity, "merge", f"Merge {entity.plural}", done, **more)


def _undo(entity: Entity) -> Json:
    either = {"anyOf": [ref("MergeUndone"), ref("MergeUndoPlan")]}
    done = responses({"200": answer("What was undone, or what stands in the way.", either)}, WRITING)
    dry_run = query("dry_run", "Only say what stands in the way.", {"type": "boolean", "default": False})
    more = {"parameters": [dry_run, parameter("idempotency_key")]}
    return _operation(entity, "undo_merge", f"Undo a merge of {entity.plural}", done, **more)


def _operation(entity: Entity, verb: str, summary: str, answers: Json, **more: Any) -> Json:
    return {
        "operationId": f"{entity.name}.{verb}",
        "tags": [entity.name],
        "summary": summary,
        **more,
        "responses": answers,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(properties: Json, *required: str) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required or properties),
        "additionalProperties": False,
    }
