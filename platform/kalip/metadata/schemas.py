"""The JSON Schema of each kind, with the options of the field types at hand built in.

From one schema per kind three are made: of whole documents, of overlays (nothing is required), and of
translations (only the texts). The files in `schemas/` are the source of all.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Protocol

from kalip.base.text import Text
from kalip.metadata.kinds import Kind

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TYPE_INDEX = "x-types"
_COMMON = "common.json#/$defs/"
_TEXT = "#/$defs/text"
_DEMANDS = ("required", "minProperties")

Schema = dict[str, Any]


class HasOptions(Protocol):
    """What this floor needs of a field type: its options are JSON Schema properties."""

    @property
    def label(self) -> Text:
        """The type's name for people."""

    @property
    def options(self) -> Mapping[str, Any]:
        """Metadata key to its JSON Schema."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Metadata keys that a field of the type must have."""


Types = Mapping[str, HasOptions]


@cache
def source_schema(kind: Kind) -> Schema:
    """The schema of a kind as its file says it, definitions shared by all kinds put in."""
    schema = _load(f"{kind}.json")
    shared = _load("common.json")["$defs"]
    schema["$defs"] = {**schema.get("$defs", {}), **shared}
    return _with_local_references(schema)


def document_schema(kind: Kind, types: Types) -> Schema:
    """The schema of whole documents."""
    return _whole(kind, tuple(types.items()))


def overlay_schema(kind: Kind, types: Types) -> Schema:
    """The schema of overlays without their nulls and places: nothing is required."""
    return _overlay(kind, tuple(types.items()))


def translation_schema(kind: Kind, types: Types) -> Schema:
    """The schema of a kind's part in a language document: texts at the places of texts."""
    return _translation(kind, tuple(types.items()))


def part_of(schema: Schema, key: str) -> Any:
    """What a schema of objects says of the value under a key: by its name, by a pattern, or of any other key."""
    named = schema.get("properties", {}).get(key)
    if named is not None:
        return named
    patterns = schema.get("patternProperties", {})
    return next(
        (part for pattern, part in patterns.items() if re.search(pattern, key)), schema.get("additionalProperties")
    )


def options_schema(properties: Mapping[str, Any], required: Iterable[str] = ()) -> Schema:
    """The schema of an object with the keys that a plugin describes; they may refer to the common definitions."""
    return {
        "type": "object",
        "properties": {name: _with_local_references(dict(each)) for name, each in properties.items()},
        "required": list(required),
        "additionalProperties": False,
        "$defs": _load("common.json")["$defs"],
    }


@lru_cache(maxsize=256)
def _whole(kind: Kind, types: tuple[tuple[str, HasOptions], ...]) -> Schema:
    schema = source_schema(kind)
    if kind is not Kind.ENTITY:
        return schema
    common = schema["$defs"]["field"]
    field = {
        **common,
        "additionalProperties": True,
        "properties": {
            **common["properties"],
            "type": {**common["properties"]["type"], "enum": [name for name, _ in types]},
        },
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {"$ref": f"#/$defs/field_{name}"},
            }
            for name, _ in types
        ]
        + [
            {
                "if": {"properties": {"type": {"enum": [name for name, _ in types]}}, "required": ["type"]},
                "else": {"$ref": "#/$defs/field_of_unknown_type"},
            }
        ],
        TYPE_INDEX: {name: index for index, (name, _) in enumerate(types)},
    }
    by_type = {f"field_{name}": _field_of_type(common, type_) for name, type_ in types}
    unknown = {**common, "required": [], "properties": {**_of_any_type(common, types), "type": {}}}
    definitions = {**schema["$defs"], "field": field, **by_type, "field_of_unknown_type": unknown}
    return {**schema, "$defs": definitions}


def _field_of_type(common: Schema, type_: HasOptions) -> Schema:
    return {
        "title": type_.label.get(),
        "description": f"A field of the type {type_.label.get()}.",
        "type": "object",
        "additionalProperties": False,
        "required": list(type_.needs),
        "properties": _with_options(common["properties"], type_),
    }


def _with_options(common: Schema, type_: HasOptions) -> Schema:
    """The keys of a field: what it is, the type's own options, then what all fields have."""
    options = {key: _with_local_references(option) for key, option in type_.options.items()}
    first = {key: common[key] for key in ("type", "label")}
    return {**first, **options, **{key: common[key] for key in common if key not in first}}


@lru_cache(maxsize=256)
def _overlay(kind: Kind, types: tuple[tuple[str, HasOptions], ...]) -> Schema:
    schema = source_schema(kind)
    if kind is Kind.ENTITY:
        field = schema["$defs"]["field"]
        schema = {**schema, "$defs": {**schema["$defs"], "field": {**field, "properties": _of_any_type(field, types)}}}
    relaxed: Schema = _transform(schema, _without_demands)
    return relaxed


def _of_any_type(field: Schema, types: tuple[tuple[str, HasOptions], ...]) -> Schema:
    properties = dict(field["properties"])
    variants: dict[str, list[Any]] = {}
    for _, type_ in types:
        for key, option in type_.options.items():
            if option not in variants.setdefault(key, []):
                variants[key].append(option)
    for key, options in variants.items():
        # Which of several is meant shows when the overlay is laid over its base.
        properties[key] = _with_local_references(options[0]) if len(options) == 1 else {}
    properties["type"] = {**properties["type"], "enum": [name for name, _ in types]}
    return properties


def _without_demands(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in _DEMANDS}


@lru_cache(maxsize=256)
def _translation(kind: Kind, types: tuple[tuple[str, HasOptions], ...]) -> Schema:
    schema = _overlay(kind, types)
    texts = _texts(schema, schema["$defs"], ())
    return {"$schema": DIALECT, **(texts or {"type": "object", "additionalProperties": False})}


def _texts(schema: Any, definitions: Schema, trail: tuple[str, ...]) -> Schema | None:
    """The part of a schema that holds texts, or None."""
    if not isinstance(schema, dict):
        return None
    reference = schema.get("$ref")
    if reference == _TEXT:
        return {"type": "string", "maxLength": definitions["text"]["maxLength"]}
    if reference is not None:
        name = reference.removeprefix("#/$defs/")
        return None if name in trail else _texts(definitions[name], definitions, (*trail, name))
    kept = {
        key: part for key, each in schema.get("properties", {}).items() if (part := _texts(each, definitions, trail))
    }
    entries = _texts(schema.get("additionalProperties"), definitions, trail)
    if not kept and entries is None:
        return None
    return {"type": "object", "properties": kept, "additionalProperties": entries or False}


def _load(name: str) -> Schema:
    schema: Schema = json.loads((files("kalip.metadata") / "schemas" / name).read_text("utf-8"))
    return schema


def _with_local_references(schema: Schema) -> Schema:
    def localize(part: Schema) -> Schema:
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith(_COMMON):
            return {**part, "$ref": "#/$defs/" + reference.removeprefix(_COMMON)}
        return part

    result: Schema = _transform(schema, localize)
    return result


def _transform(value: Any, change: Callable[[Schema], Schema], *, is_schema: bool = True) -> Any:
    """Apply a change to every subschema; a property that is called like a keyword is left alone."""
    if isinstance(value, list):
        return [_transform(each, change, is_schema=is_schema) for each in value]
    if not isinstance(value, dict):
        return value
    if not is_schema:
        return {key: _transform(each, change) for key, each in value.items()}
    return {
        key: _transform(each, change, is_schema=key not in ("properties", "$defs"))
        if key not in ("enum", "const", "default", "required", TYPE_INDEX)
        else each
        for key, each in change(value).items()
    }
