"""JSON Schemas (2020-12) of an entity's records: as answered, as made, as changed, as lines, as pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from kalip.access import Actor, sight_of
from kalip.fields.ids import ID_SCHEMA, id_schema
from kalip.model import Entity, Field
from kalip.records.rules import CHILDREN, REFERENCES, rules_of
from kalip.runtime import Served

Schema = dict[str, Any]
_DOTTED = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"


def ref(name: str) -> Schema:
    """A reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def entity_schemas(served: Served, actor: Actor, entity: Entity) -> dict[str, Schema]:
    """The named schemas of one entity as the actor sees it. Names have a dot, which no entity's name has."""
    name = entity.name
    return {
        name: _record(served, entity),
        f"{name}.line": _line(served, entity),
        f"{name}.new": _new(served, actor, entity),
        f"{name}.changes": _object(
            _writable(served, actor, entity.name, new=False), description="Only the fields that shall change."
        ),
        f"{name}.page": _page(entity),
    }


def _record(served: Served, entity: Entity) -> Schema:
    properties: dict[str, Schema] = {
        "id": dict(ID_SCHEMA),
        "entity": {"const": entity.name},
        "version": {"type": "integer", "minimum": 1},
        **_answered(served, entity),
        "hidden": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Fields that the caller may not read; absent when there are none.",
        },
    }
    return {
        **_object(properties, ("id", "entity", "version")),
        "title": str(entity.label),
        "description": str(entity.description) or f"A record of {entity.name}.",
        # Paths asked for by `fields`, such as company.name.
        "patternProperties": {_DOTTED: {}},
    }


def _line(served: Served, entity: Entity) -> Schema:
    """A record as it stands among the lines of its parent."""
    version: Schema = {"type": "integer", "minimum": 1}
    properties: dict[str, Schema] = {"id": dict(ID_SCHEMA), "version": version, **_answered(served, entity)}
    return _object(properties, ("id",))


def _new(served: Served, actor: Actor, entity: Entity) -> Schema:
    properties = _writable(served, actor, entity.name, new=True)
    if entity.pipelines:
        properties["pipeline"] = {"type": "string", "enum": list(entity.pipelines)}
    required = [
        name
        for name, field in entity.fields.items()
        if name in properties and field.required and field.default is None and field.default_expression is None
    ]
    return _object(properties, required)


def _page(entity: Entity) -> Schema:
    properties: dict[str, Schema] = {
        "items": {"type": "array", "items": ref(entity.name)},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page; null on the last."},
        "count": {"type": "integer", "minimum": 0, "description": "Only with `count=true`."},
        "hidden": {"type": "array", "items": {"type": "string"}},
    }
    return _object(properties, ("items", "next"))


def _answered(served: Served, entity: Entity) -> dict[str, Schema]:
    declared = {name: _titled(field, _answer(served, field)) for name, field in entity.fields.items()}
    system = {
        name: _titled(field, served.types[field.type].json_schema(field))
        for name, field in entity.system.items()
        if name not in ("id", "version")
    }
    for name, known in (("pipeline", list(entity.pipelines)), ("stage", _stages(entity))):
        if name in system:
            system[name] = {**_titled(entity.system[name], {}), "type": ["string", "null"], "enum": [*known, None]}
    return {**system, **declared}


def _answer(served: Served, field: Field) -> Schema:
    if field.type == CHILDREN and field.target is not None:
        return {"type": "array", "items": ref(f"{field.target}.line")}
    return served.types[field.type].json_schema(field)


def _writable(served: Served, actor: Actor, entity: str, *, new: bool) -> dict[str, Schema]:
    rules, sight = rules_of(served, entity), sight_of(served, actor, entity)
    fields = (
        field for name, field in rules.attributes.items() if name in rules.writable and sight.ever_writes(name, new=new)
    )
    return {field.name: _titled(field, _accepted(served, actor, field)) for field in fields}


def _accepted(served: Served, actor: Actor, field: Field) -> Schema:
    if field.type == CHILDREN and field.target is not None:
        return _lines_accepted(served, actor, served.model.entities[field.target])
    if field.type == REFERENCES:
        return _links_accepted()
    return served.types[field.type].json_schema(field, write=True)


def _lines_accepted(served: Served, actor: Actor, target: Entity) -> Schema:
    line = {"type": "object", "properties": _line_values(served, actor, target), "additionalProperties": False}
    changed = {**line, "required": ["id"]}
    lines: Schema = {"type": "array", "items": line}
    words: Mapping[str, Schema] = {
        "add": lines,
        "update": {"type": "array", "items": changed},
        "remove": {"type": "array", "items": id_schema(write=True)},
    }
    return _said({"set": lines}, words, lines)


def _line_values(served: Served, actor: Actor, target: Entity) -> dict[str, Schema]:
    rules, sight = rules_of(served, target.name), sight_of(served, actor, target.name)
    values = {
        name: _accepted(served, actor, field)
        for name, field in rules.attributes.items()
        if name in rules.writable and name != target.owned_by and field.type != CHILDREN
        if sight.ever_writes(name) or sight.ever_writes(name, new=True)
    }
    return {"id": id_schema(write=True), "version": {"type": "integer", "minimum": 1}, **values}


def _links_accepted() -> Schema:
    ids: Schema = {"type": "array", "items": id_schema(write=True)}
    return _said({"set": ids}, {"add": ids, "remove": ids}, ids)


def _said(whole: Mapping[str, Schema], some: Mapping[str, Schema], plain: Schema) -> Schema:
    return {
        "description": "All of them as a list or by `set`, or some by the other words.",
        "anyOf": [plain, _object(whole, tuple(whole)), {**_object(some), "minProperties": 1}],
    }


def _stages(entity: Entity) -> list[str]:
    return list(dict.fromkeys(name for pipeline in entity.pipelines.values() for name in pipeline.stages))


def _titled(field: Field, schema: Schema) -> Schema:
    told = {"title": str(field.label)} if field.label else {}
    if field.help:
        told["description"] = str(field.help)
    if "$ref" in schema:
        return {**schema, **told}
    return {**told, **schema}


def _object(properties: Mapping[str, Schema], required: Iterable[str] = (), **more: Any) -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}
    if names := list(required):
        made["required"] = names
    return made
