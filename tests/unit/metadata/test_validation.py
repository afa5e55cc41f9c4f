"""Both validators agree, and faults are told in people's words."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kalip.fields import builtin_types
from kalip.metadata import Kind, document_schema, value_faults
from kalip.metadata.validation import Validator

TYPES = builtin_types()
SCHEMAS = {kind: document_schema(kind, TYPES) for kind in (Kind.ENTITY, Kind.PIPELINE, Kind.ACCESS, Kind.FORM)}
VALIDATORS = {kind: Validator(schema) for kind, schema in SCHEMAS.items()}
KEYS = ("fields", "type", "label", "required", "was", "stages", "transitions", "from", "permissions", "all", "scope")
MORE_KEYS = ("where", "tabs", "sections", "columns", "a", "b", "A", "extends", "set", "action", "currency", "to")
WORDS = st.sampled_from((*KEYS, *MORE_KEYS, "text", "money", "reference", "own", "crm/lead"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 300) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=25,
)


def problems(kind: Kind, value: Any) -> list[tuple[str, str]]:
    return [(each.code, each.pointer) for each in VALIDATORS[kind].problems(value)]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SCHEMAS)), st.dictionaries(WORDS, VALUES, max_size=4))
def test_the_quick_validator_agrees_with_the_thorough_one(kind: Kind, value: dict[str, Any]) -> None:
    assert (VALIDATORS[kind].problems(value) == ()) == Draft202012Validator(SCHEMAS[kind]).is_valid(value)


@pytest.mark.parametrize(
    ("field", "code", "pointer", "message", "hint"),
    [
        ({"type": "tekst"}, "M124", "/type", "unknown field type 'tekst'", "did you mean 'text'?"),
        ({"type": "text", "requird": True}, "M120", "/requird", "unknown key 'requird'", "did you mean 'required'?"),
        ({}, "M121", "", "the key 'type' is missing", "the field type"),
        ({"type": "reference"}, "M121", "", "the key 'to' is missing", ""),
        ({"type": "text", "required": "yes"}, "M122", "/required", "must be true or false, not text", ""),
        ({"type": "text", "label": 5}, "M122", "/label", "must be text or an object, not a number", ""),
        ({"type": "text", "max_length": 0}, "M123", "/max_length", "must be 1 or more", ""),
        ({"type": "decimal", "min": []}, "M122", "/min", "not a list", ""),
        ({"type": "text", "visible_when": ""}, "M123", "/visible_when", "must not be empty", ""),
        ({"type": "text", "was": ["A"]}, "M123", "/was/0", "can't be 'A'", "lower-case"),
        ({"type": 5}, "M122", "/type", "must be text", ""),
        ([], "M122", "", "must be an object, not a list", ""),
    ],
)
def test_faults_of_a_field(field: Any, code: str, pointer: str, message: str, hint: str) -> None:
    found = VALIDATORS[Kind.ENTITY].problems({"fields": {"a": field}})
    match = [each for each in found if (each.code, each.pointer) == (code, f"/fields/a{pointer}")]
    assert match, found
    assert message in match[0].message
    assert hint in match[0].hint


def test_a_key_of_an_unknown_type_is_still_looked_at() -> None:
    found = problems(Kind.ENTITY, {"fields": {"a": {"type": "tekst", "requird": 1, "max_length": 5}}})
    assert found == [("M124", "/fields/a/type"), ("M120", "/fields/a/requird")]


def test_names() -> None:
    found = VALIDATORS[Kind.ENTITY].problems({"fields": {"Close Date": {"type": "date"}}})
    assert [(each.code, each.pointer) for each in found] == [("M125", "/fields/Close Date")]
    assert "'close_date' would do" in found[0].hint


def test_colours_and_scopes_are_suggested() -> None:
    found = VALIDATORS[Kind.PIPELINE].problems({"stages": {"a": {"colour": "gren"}}})
    assert "did you mean 'green'?" in found[0].hint
    found = VALIDATORS[Kind.ACCESS].problems({"permissions": {"rep": {"read": "owns"}}})
    assert "did you mean 'own'?" in found[0].hint


def test_a_value_too_big_for_the_quick_validator_is_still_validated() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 5}}}
    assert [each.pointer for each in value_faults(schema, {"a": 10**30})] == ["/a"]


def test_thousands_of_faulty_fields_are_told_in_time() -> None:
    found = VALIDATORS[Kind.ENTITY].problems({"fields": {f"f{number}": {"type": "txt"} for number in range(3000)}})
    assert len(found) == 3000


def test_only_keys_that_fit_no_pattern_are_unknown() -> None:
    said = {"permissions": {"rep": {"transition:win": "own", "transition:Win": "own", "write": "own"}}}
    place = "/permissions/rep/"
    assert problems(Kind.ACCESS, said) == [("M120", f"{place}transition:Win"), ("M120", f"{place}write")]
