"""The schemas of all kinds."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kalip.fields import builtin_types
from kalip.metadata import Kind, document_schema, overlay_schema, source_schema, translation_schema

TYPES = builtin_types()


@pytest.mark.parametrize("kind", Kind)
def test_each_schema_is_valid_and_describes_everything(kind: Kind) -> None:
    for schema in (source_schema(kind), document_schema(kind, TYPES), overlay_schema(kind, TYPES)):
        Draft202012Validator.check_schema(schema)
    assert list(_undescribed(source_schema(kind))) == []


@pytest.mark.parametrize("kind", Kind)
def test_every_object_is_closed(kind: Kind) -> None:
    assert list(_open(source_schema(kind))) == []


@pytest.mark.parametrize("type_", TYPES)
def test_each_type_describes_its_options(type_: str) -> None:
    for name, option in TYPES[type_].options.items():
        assert option.get("title"), name
        assert option.get("description"), name


def test_a_field_is_checked_by_its_type() -> None:
    schema = document_schema(Kind.ENTITY, TYPES)
    accepts = Draft202012Validator(schema).is_valid
    assert accepts({"fields": {"a": {"type": "money", "currency": "TRY"}}})
    assert not accepts({"fields": {"a": {"type": "text", "currency": "TRY"}}})
    assert not accepts({"fields": {"a": {"type": "reference"}}})
    assert not accepts({"fields": {"a": {"type": "tekst"}}})
    assert not accepts({"fields": {"a": {}}})


def test_an_overlay_may_leave_out_what_a_document_needs() -> None:
    accepts = Draft202012Validator(overlay_schema(Kind.ENTITY, TYPES)).is_valid
    assert accepts({"extends": "crm/lead", "fields": {"a": {"required": True}}})
    assert not accepts({"extends": "crm/lead", "fields": {"a": {"requird": True}}})


def test_translations_hold_only_texts() -> None:
    accepts = Draft202012Validator(translation_schema(Kind.ENTITY, TYPES)).is_valid
    assert accepts({"label": "x", "fields": {"a": {"label": "x", "help": "y"}}, "checks": {"c": {"message": "m"}}})
    assert not accepts({"fields": {"a": {"type": "text"}}})
    assert not accepts({"fields": {"a": {"label": {"tr": "x"}}}})
    assert not Draft202012Validator(translation_schema(Kind.ACCESS, TYPES)).is_valid({"permissions": {}})


def _undescribed(schema: Any) -> Iterator[str]:
    """Places of values without title or description; a reference has those of its definition."""
    for path, part in _every(schema, ""):
        if "$ref" not in part and not (part.get("title") and part.get("description")) and not path.endswith("/then"):
            yield path


def _open(schema: Any) -> Iterator[str]:
    """Places of objects that take any key without saying so."""
    for path, part in _every(schema, ""):
        if "object" in part.get("type", ()) and "additionalProperties" not in part and "if" not in part:
            yield path


def _every(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, schema
    for key in ("properties", "$defs"):
        for name, part in schema.get(key, {}).items():
            yield from _every(part, f"{path}/{key}/{name}")
    for key in ("additionalProperties", "items", "then"):
        if isinstance(schema.get(key), dict):
            yield from _every(schema[key], f"{path}/{key}")
