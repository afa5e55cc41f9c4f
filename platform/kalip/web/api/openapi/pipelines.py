"""The operations of an entity's pipelines beside single moves, and what they take and answer."""

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity, Verb
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    MAYBE,
    OPEN,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    bare,
    body,
    list_of,
    object_of,
    operation_of,
    parameter,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref
from kalip.workflow import has_queues

_RECORD_ID = path("id")


def pipeline_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity that has pipelines or queues."""
    base = f"/api/records/{entity.name}"
    one = f"{base}/{{id}}"
    parts: list[dict[str, Json]] = []
    staged = bool(entity.pipelines)
    if staged and Verb.READ in rights:
        parts.append(_reading(entity, base, one))
    if staged and Verb.TRANSITION in rights:
        parts.append(_moving(entity, base, one))
    if staged and Verb.READ in rights and rights & {Verb.TRANSITION, Verb.UPDATE}:
        parts.append(_stepping(entity, one))
    if Verb.READ in rights and has_queues(entity):
        taken = responses({"200": answer("The record.", ref(entity.name), "ETag")}, WRITING)
        take = operation_of(entity, "take", "Take a record from its queue", taken, parameters=[_key()])
        parts.append({f"{one}/take": {"parameters": [_RECORD_ID], "post": take}})
    paths: dict[str, Json] = {}
    for part in parts:
        for address, item in part.items():
            paths[address] = {**paths.get(address, {}), **item}
    return paths


def pipeline_schemas() -> dict[str, Json]:
    """The schemas that all pipelines share."""
    step = {
        "name": TEXT,
        "label": TEXT,
        "required": FLAG,
        "state": {"enum": ["open", "done", "skipped"]},
        "follows": list_of(TEXT),
        "waiting": FLAG,
        "added": FLAG,
        "note": MAYBE,
        "changed_by": MAYBE,
        "changed_at": MAYBE,
    }
    move = {
        "transition": TEXT,
        "to": TEXT,
        "label": TEXT,
        "allowed": FLAG,
        "reason": MAYBE,
        "asked": list_of(TEXT),
        "missing": list_of(TEXT),
    }
    stay = {
        "pipeline": TEXT,
        "stage": TEXT,
        "since": TEXT,
        "until": MAYBE,
        "seconds": COUNT,
        "actor": MAYBE,
    }
    time = {"stage": TEXT, "ended": COUNT, "mean_seconds": {"type": ["integer", "null"]}, "going": COUNT}
    row = object_of(
        {"index": COUNT, "id": TEXT, "status": COUNT, "version": COUNT, "error": ref("Problem")},
        required=("index", "id", "status"),
    )
    offer = object_of({"pipeline": TEXT, "label": TEXT, "stage": TEXT})
    return {
        "Step": object_of(step),
        "Steps": object_of(
            {"items": list_of(ref("Step")), "done": COUNT, "blocking": list_of(TEXT), "open_ended": FLAG}
        ),
        "Standing": object_of(
            {
                **dict.fromkeys(("pipeline", "stage", "stage_since", "stage_due"), MAYBE),
                "moves": list_of(object_of(move)),
                "steps": ref("Steps"),
                "pipelines": list_of(offer),
                "suited": MAYBE,
                "takeable": FLAG,
            }
        ),
        "Stays": object_of({"items": list_of(object_of(stay))}),
        "StageTimes": object_of({"items": list_of(object_of(time))}),
        "ManyMoves": object_of({"items": list_of(row), "refused": COUNT}),
    }


def _reading(entity: Entity, base: str, one: str) -> dict[str, Json]:
    def get(verb: str, summary: str, schema: str) -> Json:
        return operation_of(entity, verb, summary, responses({"200": answer(f"{summary}.", ref(schema))}, READING))

    name = path("pipeline", {"enum": list(entity.pipelines)})
    return {
        f"{one}/pipeline": {"parameters": [_RECORD_ID], "get": get("standing", "Where a record stands", "Standing")},
        f"{one}/steps": {"parameters": [_RECORD_ID], "get": get("steps", "The steps of a record's stage", "Steps")},
        f"{one}/stages": {"parameters": [_RECORD_ID], "get": get("stages", "The stages of a record", "Stays")},
        f"{base}/pipelines/{{pipeline}}/times": {
            "parameters": [name],
            "get": get("times", "How long records are in stages", "StageTimes"),
        },
    }


def _moving(entity: Entity, base: str, one: str) -> dict[str, Json]:
    changed = responses({"200": answer("The record, or what the change would do.", OPEN)}, WRITING)
    many = responses({"200": answer("What became of each record.", ref("ManyMoves"))}, WRITING)
    into: Json = {"pipeline": {"enum": list(entity.pipelines)}, "stage": TEXT, "values": OPEN}
    chosen: Json = {
        "ids": {"type": "array", "items": ID_SCHEMA, "maxItems": 1000},
        "filter": {**TEXT, "description": "A condition in the expression language, in place of ids."},
        "values": OPEN,
    }
    change = operation_of(
        entity,
        "change_pipeline",
        "Take a record over into another pipeline",
        changed,
        parameters=[query("dry_run", "Only say what it would do.", FLAG), parameter("if_match"), _key()],
        requestBody=body(object_of(into, required=("pipeline",))),
    )
    change_many = operation_of(
        entity,
        "change_pipelines",
        "Take many records over into a pipeline",
        many,
        requestBody=body(object_of({**chosen, "stage": TEXT}, required=())),
    )
    names = dict.fromkeys(name for each in entity.pipelines.values() for name in each.transitions)
    paths: dict[str, Json] = {
        f"{one}/pipeline": {"parameters": [_RECORD_ID], "post": change},
        f"{base}/pipelines/{{pipeline}}": {
            "parameters": [path("pipeline", {"enum": list(entity.pipelines)})],
            "post": change_many,
        },
    }
    for name in names:
        summary = f"Move many by {name}"
        move = operation_of(entity, f"{name}.many", summary, many, requestBody=body(object_of(chosen, required=())))
        paths[f"{base}/transitions/{name}"] = {"post": move}
    return paths


def _stepping(entity: Entity, one: str) -> dict[str, Json]:
    if not any(stage.has_steps for each in entity.pipelines.values() for stage in each.stages.values()):
        return {}
    step = answer("The step.", ref("Step"))
    add = operation_of(
        entity,
        "add_step",
        "Add a step by hand",
        responses({"201": step}, WRITING),
        parameters=[_key()],
        requestBody=body(object_of({"title": TEXT, "required": FLAG}, required=("title",))),
    )
    change = operation_of(
        entity,
        "change_step",
        "Tick a step off, skip it or open it again",
        responses({"200": step}, WRITING),
        parameters=[_key()],
        requestBody=body(
            object_of({"state": {"enum": ["open", "done", "skipped"]}, "note": TEXT}, required=("state",))
        ),
    )
    remove = operation_of(
        entity,
        "remove_step",
        "Take an added step back",
        responses({"204": bare("Gone.")}, WRITING),
        parameters=[_key()],
    )
    return {
        f"{one}/steps": {"parameters": [_RECORD_ID], "post": add},
        f"{one}/steps/{{step}}": {"parameters": [_RECORD_ID, path("step", TEXT)], "patch": change, "delete": remove},
    }


def _key() -> Json:
    return parameter("idempotency_key")
