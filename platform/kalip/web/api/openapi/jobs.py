"""The operations of jobs, and of the imports and exports that are jobs."""

from typing import get_args

from kalip.model import Entity, Verb
from kalip.storage.jobs import JobState
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    JSON,
    MAYBE,
    MAYBE_MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    list_of,
    object_of,
    operation,
    operation_of,
    parameter,
    path,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_STATES = get_args(JobState)


def job_paths() -> dict[str, Json]:
    """Path to path item."""
    one = {"parameters": [path("id")]}
    file = {"description": "The bytes.", "content": {"*/*": {"schema": {}}}}
    return {
        "/api/jobs/{id}": {**one, "get": _operation("job", "How far a job is", "200", READING)},
        "/api/jobs/{id}/stop": {**one, "post": _operation("stop_job", "Stop a job", "200", WRITING)},
        "/api/jobs/{id}/undo": {**one, "post": _operation("undo_job", "Take back what a job changed", "202", WRITING)},
        "/api/jobs/{id}/file": {
            **one,
            "get": operation(
                "job_file",
                "jobs",
                "The file that an export made",
                responses({"200": file, "304": {"description": "Unchanged."}}, READING),
            ),
        },
    }


def transfer_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity whose records may be imported or exported."""
    base, paths = f"/api/records/{entity.name}", {}
    begun = responses({"202": answer("The job.", ref("Job"), "Location")}, WRITING)
    if {Verb.IMPORT, Verb.CREATE} <= rights:
        sent = {
            "type": "object",
            "properties": {
                "file": {"type": "string", "contentMediaType": "application/octet-stream"},
                "plan": {"type": "string", "contentMediaType": JSON, "contentSchema": ref("ImportPlan")},
            },
            "required": ["file"],
        }
        paths[f"{base}/imports"] = {
            "post": operation_of(
                entity,
                "import",
                "Import a file of rows",
                begun,
                parameters=[parameter("idempotency_key")],
                requestBody={"required": True, "content": {"multipart/form-data": {"schema": sent}}},
            )
        }
    if Verb.EXPORT in rights:
        paths[f"{base}/exports"] = {
            "post": operation_of(
                entity,
                "export",
                "Export a list to a file",
                begun,
                parameters=[parameter("idempotency_key")],
                requestBody=body(ref("ExportPlan"), required=False),
            )
        }
    return paths


def job_schemas() -> dict[str, Json]:
    """The schemas of jobs and of what they are asked."""
    texts: Json = {"type": "object", "additionalProperties": TEXT}
    job = {
        "id": TEXT,
        "kind": TEXT,
        "action": MAYBE,
        "entity": MAYBE,
        "state": {"enum": list(_STATES)},
        "stopping": FLAG,
        "done": COUNT,
        "total": COUNT,
        "created_at": MAYBE_MOMENT,
        "finished_at": MAYBE_MOMENT,
        "result": {"type": ["object", "null"], "additionalProperties": True},
        "file": {**MAYBE, "description": "Where the file is that an export made."},
        "can_undo": FLAG,
    }
    imported = {
        "mapping": {**texts, "description": "Column to field; columns are found by their names when it is left out."},
        "match": {**TEXT, "description": "The field that tells that a record is there: it is changed then."},
        "references": {**texts, "description": "Reference to the target's field that cells hold; its title otherwise."},
        "locale": {**TEXT, "description": "How numbers and dates are written."},
        "dry_run": FLAG,
        "accept_duplicates": FLAG,
    }
    exported = {
        **dict.fromkeys(("fields", "sort", "ids"), list_of(TEXT)),
        **dict.fromkeys(("filter", "view"), TEXT),
        "archived": {"enum": ["exclude", "include", "only"]},
        "format": {"enum": ["csv", "xlsx"], "default": "csv"},
        "exact": {**FLAG, "description": "Write what an import reads back, not what people see."},
    }
    return {
        "Job": object_of(job),
        "ImportPlan": object_of(imported, ()),
        "ExportPlan": object_of(exported, ()),
    }


def _operation(name: str, summary: str, status: str, problems: tuple[str, ...]) -> Json:
    return operation(name, "jobs", summary, responses({status: answer("The job.", ref("Job"))}, problems))
