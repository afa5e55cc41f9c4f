"""The operations on one entity's records that an actor may call, each under its concrete path."""

from kalip.model import FILE_KINDS, Entity, Field, Transition, Verb
from kalip.web.api.openapi.merging import accept_duplicates
from kalip.web.api.openapi.parts import (
    FLAG,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    bare,
    body,
    dry_run,
    operation_of,
    parameter,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref
from kalip.web.api.openapi.why import why_operation

_RECORD_ID = path("id")


def entity_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item."""
    base = f"/api/records/{entity.name}"
    paths: dict[str, Json] = {base: _collection(entity, rights)}
    paths[f"{base}/{{id}}"] = _single(entity, rights)
    if Verb.READ in rights:
        paths[f"{base}/why"] = {"get": why_operation(entity, "why", f"Why one may do something with {entity.plural}")}
        about = f"Why one may do something with a {entity.label}"
        paths[f"{base}/{{id}}/why"] = {"parameters": [_RECORD_ID], "get": why_operation(entity, "why_one", about)}
        paths[f"{base}/{{id}}/events"] = {"parameters": [_RECORD_ID], "get": _events(entity)}
        paths[f"{base}/{{id}}/comments"] = {"parameters": [_RECORD_ID], "post": _comment(entity)}
        paths[f"{base}/{{id}}/comments/{{comment}}"] = {
            "parameters": [_RECORD_ID, path("comment", {"type": "string", "pattern": "^[0-9]+$"})],
            "delete": _remove_comment(entity),
        }
    if Verb.RESTORE in rights:
        paths[f"{base}/{{id}}/restore"] = {"parameters": [_RECORD_ID], "post": _restore(entity)}
    if rights & {Verb.CREATE, Verb.UPDATE, Verb.ARCHIVE, Verb.RESTORE, Verb.PURGE}:
        paths[f"{base}/batch"] = {"post": _batch(entity)}
    if Verb.TRANSITION in rights:
        for name, moves in _transitions(entity).items():
            paths[f"{base}/{{id}}/transitions/{name}"] = {
                "parameters": [_RECORD_ID],
                "post": _transition(entity, name, moves[0]),
            }
    if Verb.UPDATE in rights:
        for field in entity.fields.values():
            if field.type in FILE_KINDS:
                paths[f"{base}/{{id}}/files/{field.name}"] = {
                    "parameters": [_RECORD_ID],
                    "post": _upload(entity, field),
                }
    return {address: item for address, item in paths.items() if item.keys() - {"parameters"}}


def _collection(entity: Entity, rights: frozenset[Verb]) -> Json:
    item: Json = {}
    if Verb.READ in rights:
        item["get"] = operation_of(
            entity,
            "list",
            f"List {entity.plural}",
            responses({"200": answer("A page.", ref(f"{entity.name}.page"))}, READING),
            parameters=_list_parameters(entity),
        )
    if Verb.CREATE in rights:
        made = answer("The new record.", _readable(entity, rights), "ETag", "Location")
        item["post"] = operation_of(
            entity,
            "create",
            f"Make a {entity.label}",
            responses({"201": made}, WRITING),
            parameters=[accept_duplicates(), parameter("idempotency_key")],
            requestBody=body(ref(f"{entity.name}.new")),
        )
    return item


def _single(entity: Entity, rights: frozenset[Verb]) -> Json:
    item: Json = {"parameters": [_RECORD_ID]}
    changing = [parameter("if_match"), parameter("idempotency_key")]
    if Verb.READ in rights:
        item["get"] = operation_of(
            entity,
            "get",
            f"Read a {entity.label}",
            responses(
                {"200": answer("The record.", ref(entity.name), "ETag"), "304": bare("Unchanged.", "ETag")}, READING
            ),
            parameters=[_fields_parameter(entity), parameter("if_none_match")],
        )
    if Verb.UPDATE in rights:
        item["patch"] = operation_of(
            entity,
            "update",
            f"Change a {entity.label}",
            responses({"200": answer("The record.", _readable(entity, rights), "ETag")}, WRITING),
            parameters=[accept_duplicates(), *changing],
            requestBody=body(ref(f"{entity.name}.changes")),
        )
    if Verb.PURGE in rights:
        purge = query("purge", "Delete an archived record for good.", {**FLAG, "default": False})
        gone = {
            "200": answer("What purging would do.", ref("PurgePlan"), "ETag"),
            "204": bare("Archived, when it can be restored; or gone for good."),
        }
        item["delete"] = operation_of(
            entity,
            "archive",
            f"Archive a {entity.label}, or delete it for good",
            responses(gone, WRITING),
            parameters=[purge, dry_run("Only say what purging would do."), *changing],
        )
    elif Verb.ARCHIVE in rights:
        item["delete"] = operation_of(
            entity,
            "archive",
            f"Archive a {entity.label}",
            responses({"204": bare("Archived; it can be restored.", "ETag")}, WRITING),
            parameters=changing,
        )
    return item


def _restore(entity: Entity) -> Json:
    return operation_of(
        entity,
        "restore",
        f"Restore a {entity.label}",
        responses({"200": answer("The record.", ref(entity.name), "ETag")}, WRITING),
        parameters=[parameter("if_match"), parameter("idempotency_key")],
    )


def _batch(entity: Entity) -> Json:
    return operation_of(
        entity,
        "batch",
        f"Change many {entity.plural}",
        responses({"200": answer("What became of each.", ref("BatchResult"))}, WRITING),
        parameters=[parameter("idempotency_key")],
        requestBody=body(ref("Batch")),
    )


def _transition(entity: Entity, name: str, move: Transition) -> Json:
    done = {"anyOf": [ref(entity.name), ref("TransitionPlan")]}
    return operation_of(
        entity,
        f"transition_{name}",
        f"{move.label}",
        responses({"200": answer("The record, or the plan.", done)}, WRITING),
        parameters=[dry_run(), parameter("if_match"), parameter("idempotency_key")],
        requestBody=body(ref(f"{entity.name}.changes"), required=False),
    )


def _events(entity: Entity) -> Json:
    limit = query("limit", "Most events.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
    return operation_of(
        entity,
        "events",
        f"History of a {entity.label}",
        responses({"200": answer("The latest first.", ref("EventPage"))}, READING),
        parameters=[limit, parameter("cursor")],
    )


def _comment(entity: Entity) -> Json:
    return operation_of(
        entity,
        "comment",
        f"Comment on a {entity.label}",
        responses({"201": answer("The comment, as the history tells it.", ref("Event"))}, WRITING),
        parameters=[parameter("idempotency_key")],
        requestBody=body(ref("Comment")),
    )


def _remove_comment(entity: Entity) -> Json:
    return operation_of(
        entity,
        "remove_comment",
        f"Take back a comment on a {entity.label}",
        responses({"204": bare("Taken back: its text is erased.")}, WRITING),
        parameters=[parameter("idempotency_key")],
    )


def _upload(entity: Entity, field: Field) -> Json:
    part = {"type": "string", "contentMediaType": "application/octet-stream"}
    form = {"type": "object", "required": ["file"], "properties": {"file": part}, "additionalProperties": False}
    return operation_of(
        entity,
        f"upload_{field.name}",
        f"Put a file into {field.label}",
        responses({"201": answer("The file.", ref("File"), "ETag", "Location")}, WRITING),
        parameters=[parameter("if_match"), parameter("idempotency_key")],
        requestBody={"required": True, "content": {"multipart/form-data": {"schema": form}}},
    )


def _list_parameters(entity: Entity) -> list[Json]:
    text = TEXT
    words = {"type": "string", "enum": ["exclude", "only", "include"], "default": "exclude"}
    views = {"type": "string", "enum": list(entity.lists)} if entity.lists else None
    return [
        query(
            "filter", "A condition in the expression language.", text, example="created_at > now() - duration('P7D')"
        ),
        query("sort", "Paths separated by commas; a minus before a path reverses it.", text, example="-created_at"),
        _fields_parameter(entity),
        parameter("limit"),
        parameter("cursor"),
        query("count", "Answer the number of all rows too.", {"type": "boolean", "default": False}),
        query("archived", "Whether archived records are left out, wanted alone, or listed too.", words),
        *([query("view", "A list view: its columns, sort and filter.", views)] if views else []),
    ]


def _fields_parameter(entity: Entity) -> Json:
    example = f"id,{entity.title}" if entity.title != "id" else "id,version"
    return query("fields", "Paths separated by commas; every field when left out.", TEXT, example=example)


def _transitions(entity: Entity) -> dict[str, list[Transition]]:
    found: dict[str, list[Transition]] = {}
    for pipeline in entity.pipelines.values():
        for name, move in pipeline.transitions.items():
            found.setdefault(name, []).append(move)
    return found


def _readable(entity: Entity, rights: frozenset[Verb]) -> Json:
    """The record, unless the caller may write it but not read it."""
    return ref(entity.name) if Verb.READ in rights else ref("Written")
