"""The operations of an entity's conversions, and what they take and answer."""

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Conversion, Entity, Verb
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
    body,
    dry_run,
    list_of,
    object_of,
    operation_of,
    parameter,
    path,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_RECORD_ID = path("id")
_DUPLICATES: Json = {"enum": ["ask", "use", "make"], "description": "What to do where a record means the same."}


def conversion_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity that has conversions."""
    if not entity.conversions:
        return {}
    base = f"/api/records/{entity.name}"
    paths: dict[str, Json] = {}
    if Verb.READ in rights:
        done = responses({"200": answer("Conversions.", ref("Conversions"))}, READING)
        get = operation_of(entity, "conversions", "What became of a record", done)
        paths[f"{base}/{{id}}/conversions"] = {"parameters": [_RECORD_ID], "get": get}
    if Verb.CONVERT not in rights:
        return paths
    for name, conversion in entity.conversions.items():
        place = f"{base}/{{id}}/conversions/{name}"
        paths[place] = {"parameters": [_RECORD_ID], "post": _convert(entity, conversion)}
        paths[f"{place}/undo"] = {"parameters": [_RECORD_ID], "post": _undo(entity, conversion)}
        paths[f"{base}/conversions/{name}"] = {"post": _many(entity, conversion)}
        paths[f"{base}/conversions/{name}/fields"] = {"post": _settle(entity, conversion)}
    return paths


def conversion_schemas() -> dict[str, Json]:
    """The schemas that all conversions share."""
    result = object_of({"target": TEXT, "entity": TEXT, "id": ID_SCHEMA, "made": FLAG, "version": COUNT})
    converted = object_of(
        {
            "id": ID_SCHEMA,
            "entity": TEXT,
            "record": ID_SCHEMA,
            "conversion": TEXT,
            "state": {"enum": ["open", "done", "undone"]},
            "results": list_of(result),
            "pending": list_of(TEXT),
            "version": COUNT,
            "correlation": TEXT,
        }
    )
    row = object_of(
        {"index": COUNT, "id": TEXT, "status": COUNT, "conversion": ref("Converted"), "error": ref("Problem")},
        required=("index", "id", "status"),
    )
    offer = object_of({"name": TEXT, "label": TEXT, "transition": MAYBE})
    converted_list = list_of(ref("Converted"))
    return {
        "Conversion": _command({}),
        "ManyConversions": _command(
            {
                "ids": {"type": "array", "items": ID_SCHEMA, "maxItems": 1000},
                "filter": {**TEXT, "description": "A condition in the expression language, in place of ids."},
                "atomic": {"type": "boolean", "default": False, "description": "All or nothing."},
            }
        ),
        "Converted": converted,
        "ConvertedMany": object_of({"items": list_of(row), "refused": COUNT}),
        "ConversionCounts": object_of(
            dict.fromkeys(("selected", "allowed", "refused"), COUNT)
            | dict.fromkeys(("targets", "reasons", "missing"), OPEN)
        ),
        "Conversions": object_of({"items": converted_list, "made_from": converted_list, "offered": list_of(offer)}),
        "ConversionPlan": _plan(),
        "SettleFields": object_of(
            {"carry": {"type": "object", "additionalProperties": list_of(TEXT)}, "decline": list_of(TEXT)},
            required=(),
        ),
        "FieldsSettled": object_of({"published": FLAG, "revision": MAYBE}),
        "UndoPlan": object_of(
            {
                "conversion": ref("Converted"),
                "possible": FLAG,
                "until": MAYBE,
                "blockers": list_of(object_of({"message": TEXT, "entity": MAYBE, "id": MAYBE})),
            }
        ),
    }


def _command(more: Json) -> Json:
    target = object_of(
        {
            "values": OPEN,
            "existing": {**ID_SCHEMA, "description": "A record to take in place of a new one."},
            "fill": {"enum": ["empty", "nothing"], "default": "empty"},
            "overwrite": {**list_of(TEXT), "description": "Fields of the existing record to replace."},
            "pipeline": TEXT,
            "new": {"type": "boolean", "default": False},
            "duplicates": _DUPLICATES,
        },
        required=(),
    )
    targets = {
        "type": "object",
        "additionalProperties": target,
        "description": "Left out: the usual ones.",
    }
    steps = {"enum": ["all", "next"], "default": "all", "description": "`next` makes the first step that is left."}
    return object_of(
        {"targets": targets, "values": OPEN, "steps": steps, "duplicates": _DUPLICATES, **more}, required=()
    )


def _plan() -> Json:
    problem = {"anyOf": [ref("Problem"), {"type": "null"}]}
    candidate = object_of({"entity": TEXT, "id": ID_SCHEMA, "rule": TEXT, "title": TEXT})
    target = object_of(
        {
            "entity": TEXT,
            "label": TEXT,
            "step": COUNT,
            "standing": {"enum": ["offered", "linked", "made", "closed"]},
            "chosen": FLAG,
            "selected": FLAG,
            "existing": MAYBE,
            "pipelines": list_of(TEXT),
            "pipeline": MAYBE,
            "values": OPEN,
            "missing": list_of(TEXT),
            "violations": list_of(ref("Violation")),
            "candidates": list_of(candidate),
            "differences": list_of(object_of({"field": TEXT, "present": {}, "mapped": {}})),
            "denied": problem,
        }
    )
    return object_of(
        {
            "conversion": TEXT,
            "label": TEXT,
            "allowed": FLAG,
            "error": problem,
            "violations": list_of(ref("Violation")),
            "targets": {"type": "object", "additionalProperties": target},
            "asked": list_of(TEXT),
            "missing": list_of(TEXT),
            "lost": list_of(object_of({"field": TEXT, "value": {}})),
            "gaps": list_of(object_of({"target": TEXT, "field": TEXT, "clashing": FLAG})),
            "sets": OPEN,
            "steps": list_of(COUNT),
            "open": {"anyOf": [ref("Converted"), {"type": "null"}]},
            "done": list_of(ref("Converted")),
        }
    )


def _convert(entity: Entity, conversion: Conversion) -> Json:
    done = {"anyOf": [ref("Converted"), ref("ConversionPlan")]}
    return operation_of(
        entity,
        f"convert_{conversion.name}",
        f"{conversion.label}",
        responses({"200": answer("What was made, or the plan.", done)}, WRITING),
        parameters=[dry_run(), parameter("if_match"), parameter("idempotency_key")],
        requestBody=body(ref("Conversion"), required=False),
    )


def _undo(entity: Entity, conversion: Conversion) -> Json:
    done = {"anyOf": [ref("Converted"), ref("UndoPlan")]}
    return operation_of(
        entity,
        f"undo_{conversion.name}",
        f"Undo: {conversion.label}",
        responses({"200": answer("What was undone, or what stands in the way.", done)}, WRITING),
        parameters=[dry_run(), parameter("idempotency_key")],
    )


def _many(entity: Entity, conversion: Conversion) -> Json:
    done = {"anyOf": [ref("ConvertedMany"), ref("ConversionCounts")]}
    return operation_of(
        entity,
        f"convert_many_{conversion.name}",
        f"{conversion.label}: many {entity.plural}",
        responses({"200": answer("What became of each, or the counts.", done)}, WRITING),
        parameters=[dry_run(), parameter("idempotency_key")],
        requestBody=body(ref("ManyConversions")),
    )


def _settle(entity: Entity, conversion: Conversion) -> Json:
    return operation_of(
        entity,
        f"settle_fields_{conversion.name}",
        f"{conversion.label}: fields that targets lack",
        responses({"200": answer("What was published.", ref("FieldsSettled"))}, WRITING),
        requestBody=body(ref("SettleFields")),
    )
