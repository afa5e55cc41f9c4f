"""The canonical form of a document: keys in the schema's order, defaults left out, two spaces, final newline."""

from collections.abc import Mapping
from typing import Any

from kalip.base.canonical import pretty_text
from kalip.metadata.kinds import Kind, place_of
from kalip.metadata.schemas import TYPE_INDEX, Schema, Types, document_schema, part_of

_MISSING = object()


def format_document(data: Mapping[str, Any], kind: Kind, types: Types) -> str:
    """The document's canonical text. Maps keep their order; in overlays a default says something and stays."""
    schema = document_schema(kind, types)
    return pretty_text(_Formatter(schema["$defs"], keeps_defaults="extends" in data).format(data, schema))


def format_at(path: str, data: Mapping[str, Any], types: Types) -> str:
    """The canonical text of the document at a path of a pack. ValueError when no document lies there."""
    place = place_of(path)
    if place is None:
        raise ValueError(f"{path} is no document of a pack")
    return format_document(data, place.kind, types)


class _Formatter:
    def __init__(self, definitions: Schema, *, keeps_defaults: bool) -> None:
        self.definitions = definitions
        self.keeps_defaults = keeps_defaults

    def format(self, value: Any, schema: Any) -> Any:
        if isinstance(value, list):
            return [self.format(each, self._resolved(schema, value).get("items")) for each in value]
        if not isinstance(value, dict):
            return value
        schema = self._resolved(schema, value)
        properties: Mapping[str, Any] = schema.get("properties", {})
        ordered = [key for key in properties if key in value]
        ordered += [key for key in value if key not in properties]
        return {
            key: self.format(value[key], part_of(schema, key))
            for key in ordered
            if self.keeps_defaults or not self._is_default(value[key], properties.get(key))
        }

    def _is_default(self, value: Any, schema: Any) -> bool:
        default = self._resolved(schema, value).get("default", _MISSING)
        return type(value) is type(default) and bool(value == default)

    def _resolved(self, schema: Any, value: Any) -> Schema:
        """The schema that describes the value: references followed, a field's type chosen."""
        if not isinstance(schema, dict):
            return {}
        reference = schema.get("$ref")
        if reference is not None:
            beside = {key: part for key, part in schema.items() if key != "$ref"}
            return {**self._resolved(self.definitions[reference.removeprefix("#/$defs/")], value), **beside}
        type_ = value.get("type") if isinstance(value, dict) else None
        if isinstance(type_, str) and type_ in schema.get(TYPE_INDEX, ()):
            return self._resolved({"$ref": f"#/$defs/field_{type_}"}, value)
        if "then" in schema:
            return self._resolved(schema["then"], value)
        return schema
