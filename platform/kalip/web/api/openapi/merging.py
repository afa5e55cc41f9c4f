"""The operations on duplicates and merges of one entity, and their schemas."""

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity, Verb
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    dry_run,
    list_of,
    object_of,
    operation_of,
    parameter,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref

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
    move = object_of({"entity": TEXT, "field": TEXT, "records": COUNT})
    choice = object_of({"values": {"type": "object"}, "take": TEXT, "conflict": FLAG, "open": FLAG})
    blocker = object_of({"message": TEXT, "entity": TEXT, "id": TEXT})
    return {
        "Duplicate": duplicate(),
        "Duplicates": object_of({"items": list_of(ref("Duplicate"))}),
        "Pairs": object_of({"pairs": COUNT}),
        "Ids": object_of({"ids": {**list_of(ID_SCHEMA), "minItems": 2, "maxItems": 50}}),
        "Merge": object_of(
            {
                "survivor": ID_SCHEMA,
                "others": {**list_of(ID_SCHEMA), "minItems": 1, "maxItems": 19},
                "take": {"type": "object", "additionalProperties": TEXT, "description": "Field to record id, or `*`."},
                "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            required=("survivor", "others"),
        ),
        "MergePlan": object_of(
            {
                "survivor": ID_SCHEMA,
                "others": list_of(ID_SCHEMA),
                "versions": {"type": "object", "additionalProperties": {"type": "integer"}},
                "fields": {"type": "object", "additionalProperties": choice},
                "moves": list_of(move),
                "refusals": list_of(ref("Violation")),
            }
        ),
        "Merged": object_of(
            {"id": ID_SCHEMA, "merged": list_of(ID_SCHEMA), "moved": COUNT, "record": {"type": "object"}}
        ),
        "MergeUndone": object_of({"id": ID_SCHEMA, "survivor": ID_SCHEMA, "restored": list_of(ID_SCHEMA)}),
        "MergeUndoPlan": object_of({"possible": FLAG, "blockers": list_of(blocker)}),
    }


def duplicate() -> Json:
    """A duplicate as it is told."""
    texts = dict.fromkeys(("entity", "title", "rule", "label"), TEXT)
    return object_of({**texts, "id": ID_SCHEMA, "strict": FLAG, "similarity": COUNT, "archived": FLAG})


def _duplicates(entity: Entity) -> Json:
    found = responses({"200": answer("The surest first.", ref("Duplicates"))}, READING)
    return operation_of(entity, "duplicates", f"Duplicates of a {entity.label}", found)


def _tell_apart(entity: Entity) -> Json:
    said = responses({"200": answer("How many pairs that are.", ref("Pairs"))}, WRITING)
    more = {"parameters": [parameter("idempotency_key")], "requestBody": body(ref("Ids"))}
    return operation_of(entity, "tell_apart", f"Say that {entity.plural} are not the same", said, **more)


def _tell_alike(entity: Entity) -> Json:
    said = responses({"200": answer("How many pairs that had been said of.", ref("Pairs"))}, WRITING)
    more = {"parameters": [query("ids", "Ids separated by commas.", TEXT, required=True), parameter("idempotency_key")]}
    return operation_of(entity, "tell_alike", f"Take back that {entity.plural} are not the same", said, **more)


def _merge(entity: Entity) -> Json:
    either = {"anyOf": [ref("Merged"), ref("MergePlan")]}
    done = responses({"200": answer("The merge, or the plan.", either)}, WRITING)
    more = {"parameters": [dry_run(), parameter("idempotency_key")], "requestBody": body(ref("Merge"))}
    return operation_of(entity, "merge", f"Merge {entity.plural}", done, **more)


def _undo(entity: Entity) -> Json:
    either = {"anyOf": [ref("MergeUndone"), ref("MergeUndoPlan")]}
    done = responses({"200": answer("What was undone, or what stands in the way.", either)}, WRITING)
    more = {"parameters": [dry_run("Only say what stands in the way."), parameter("idempotency_key")]}
    return operation_of(entity, "undo_merge", f"Undo a merge of {entity.plural}", done, **more)
