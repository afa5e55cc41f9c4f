"""The operations of an entity's conversions, and what they take and answer."""

from typing import Any

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Conversion, Entity, Verb
from kalip.web.api.openapi.parts import (
    READING,
    WRITING,
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

Json = dict[str, Any]
_RECORD_ID = path("id")
_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_COUNT: Json = {"type": "integer", "minimum": 0}
_ANY: Json = {"type": "object", "additionalProperties": True}
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
    result = object_of(
        {"target": _TEXT, "entity": _TEXT, "id": ID_SCHEMA, "made": {"type": "boolean"}, "version": _COUNT}
    )
    converted = object_of(
        {
            "id": ID_SCHEMA,
            "entity": _TEXT,
            "record": ID_SCHEMA,
            "conversion": _TEXT,
            "state": {"enum": ["open", "done", "undone"]},
            "results": list_of(result),
            "pending": list_of(_TEXT),
            "version": _COUNT,
            "correlation": _TEXT,
        }
    )
    row = object_of(
        {"index": _COUNT, "id": _TEXT, "status": _COUNT, "conversion": ref("Converted"), "error": ref("Problem")},
        required=("index", "id", "status"),
    )
    offer = object_of({"name": _TEXT, "label": _TEXT, "transition": _MAYBE})
    converted_list = list_of(ref("Converted"))
    return {
        "Conversion": _command({}),
        "ManyConversions": _command(
            {
                "ids": {"type": "array", "items": ID_SCHEMA, "maxItems": 1000},
                "filter": {**_TEXT, "description": "A condition in the expression language, in place of ids."},
                "atomic": {"type": "boolean", "default": False, "description": "All or nothing."},
            }
        ),
        "Converted": converted,
        "ConvertedMany": object_of({"items": list_of(row), "refused": _COUNT}),
        "ConversionCounts": object_of(
            dict.fromkeys(("selected", "allowed", "refused"), _COUNT)
            | dict.fromkeys(("targets", "reasons", "missing"), _ANY)
        ),
        "Conversions": object_of({"items": converted_list, "made_from": converted_list, "offered": list_of(offer)}),
        "ConversionPlan": _plan(),
        "SettleFields": object_of(
            {"carry": {"type": "object", "additionalProperties": list_of(_TEXT)}, "decline": list_of(_TEXT)},
            required=(),
        ),
        "FieldsSettled": object_of({"published": {"type": "boolean"}, "revision": _MAYBE}),
        "UndoPlan": object_of(
            {
                "conversion": ref("Converted"),
                "possible": {"type": "boolean"},
                "until": _MAYBE,
                "blockers": list_of(object_of({"message": _TEXT, "entity": _MAYBE, "id": _MAYBE})),
            }
        ),
    }


def _command(more: Json) -> Json:
    target = object_of(
        {
            "values": _ANY,
            "existing": {**ID_SCHEMA, "description": "A record to take in place of a new one."},
            "fill": {"enum": ["empty", "nothing"], "default": "empty"},
            "overwrite": {**list_of(_TEXT), "description": "Fields of the existing record to replace."},
            "pipeline": _TEXT,
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
        {"targets": targets, "values": _ANY, "steps": steps, "duplicates": _DUPLICATES, **more}, required=()
    )


def _plan() -> Json:
    problem = {"anyOf": [ref("Problem"), {"type": "null"}]}
    candidate = object_of({"entity": _TEXT, "id": ID_SCHEMA, "rule": _TEXT, "title": _TEXT})
    target = object_of(
        {
            "entity": _TEXT,
            "label": _TEXT,
            "step": _COUNT,
            "standing": {"enum": ["offered", "linked", "made", "closed"]},
            "chosen": {"type": "boolean"},
            "selected": {"type": "boolean"},
            "existing": _MAYBE,
            "pipelines": list_of(_TEXT),
            "pipeline": _MAYBE,
            "values": _ANY,
            "missing": list_of(_TEXT),
            "violations": list_of(ref("Violation")),
            "candidates": list_of(candidate),
            "differences": list_of(object_of({"field": _TEXT, "present": {}, "mapped": {}})),
            "denied": problem,
        }
    )
    return object_of(
        {
            "conversion": _TEXT,
            "label": _TEXT,
            "allowed": {"type": "boolean"},
            "error": problem,
            "violations": list_of(ref("Violation")),
            "targets": {"type": "object", "additionalProperties": target},
            "asked": list_of(_TEXT),
            "missing": list_of(_TEXT),
            "lost": list_of(object_of({"field": _TEXT, "value": {}})),
            "gaps": list_of(object_of({"target": _TEXT, "field": _TEXT, "clashing": {"type": "boolean"}})),
            "sets": _ANY,
            "steps": list_of(_COUNT),
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
