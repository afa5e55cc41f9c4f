"""The canonical form."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.fields import builtin_types
from kalip.metadata import Kind, check, examine_documents, format_document, place_of, read_pack

TYPES = builtin_types()
ROOT = Path(__file__).parents[3]
PACKS = (ROOT / "tests" / "packs" / "tiny", ROOT / "metadata" / "crm", ROOT / "metadata" / "helpdesk")
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
FIELDS = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "integer", "date"])},
    optional={
        "label": TEXTS | st.fixed_dictionaries({}, optional={"tr": TEXTS, "en": TEXTS}),
        "required": st.booleans(),
        "readonly": st.booleans(),
        "help": TEXTS,
        "was": st.lists(st.sampled_from(["a1", "b1"]), max_size=2),
    },
)
ENTITIES = st.fixed_dictionaries(
    {"fields": st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), FIELDS, min_size=1, max_size=4)},
    optional={"label": TEXTS, "icon": st.just("table"), "title": st.sampled_from(["a", "b"])},
)


def formatted(data: Any, kind: Kind = Kind.ENTITY) -> Any:
    return json.loads(format_document(data, kind, TYPES))


def test_keys_have_the_order_of_the_schema_and_maps_their_own() -> None:
    data = {"fields": {"z": {"max_length": 5, "required": True, "type": "text"}, "a": {"type": "date"}}, "label": "L"}
    text = format_document(data, Kind.ENTITY, TYPES)
    assert list(json.loads(text)) == ["label", "fields"]
    assert list(json.loads(text)["fields"]) == ["z", "a"]
    assert list(json.loads(text)["fields"]["z"]) == ["type", "max_length", "required"]
    assert text.endswith("}\n")
    assert '\n  "fields": {\n    "z"' in text


def test_defaults_are_left_out() -> None:
    field = {"type": "text", "required": False, "unique": True}
    assert formatted({"icon": "table", "fields": {"a": field}}) == {"fields": {"a": {"type": "text", "unique": True}}}
    assert formatted({"stages": {"a": {"outcome": "open"}}}, Kind.PIPELINE) == {"stages": {"a": {}}}


def test_a_default_in_an_overlay_says_something() -> None:
    data = {"extends": "crm/lead", "fields": {"a": {"required": False}}}
    assert formatted(data) == data


def test_a_one_is_not_true() -> None:
    assert formatted({"fields": {"a": {"type": "text", "required": 0}}})["fields"]["a"]["required"] == 0


@given(ENTITIES)
def test_formatting_is_done_once_and_reads_back(data: dict[str, Any]) -> None:
    text = format_document(data, Kind.ENTITY, TYPES)
    assert format_document(json.loads(text), Kind.ENTITY, TYPES) == text
    files = {"pack.json": b'{"name": "p", "version": "1.0.0"}', "entities/e/entity.json": text.encode()}
    reading = examine_documents(files)
    assert reading.diagnostics == ()
    assert reading.pack is not None
    assert check(reading.pack, TYPES) == ()
    assert reading.pack.contents == dict(sorted(files.items()))
    kept = {key for field in data["fields"].values() for key in field}
    assert {key for field in json.loads(text)["fields"].values() for key in field} <= kept


@pytest.mark.parametrize("folder", PACKS, ids=lambda path: path.name)
def test_shipped_packs_are_canonical(folder: Path) -> None:
    wrong = []
    for path, document in read_pack(folder).documents.items():
        place = place_of(path)
        if place is not None and format_document(document.data, place.kind, TYPES) != document.text:
            wrong.append(path)
    assert wrong == []


def test_keys_of_a_pattern_are_formatted_as_the_pattern_says() -> None:
    said = {"transition:win": {"deny": False, "where": "true", "scope": "own"}}
    text = format_document({"permissions": {"rep": said}}, Kind.ACCESS, TYPES)
    assert '"transition:win": {\n        "scope": "own",\n        "where": "true"\n      }' in text
