"""The merge rules, one by one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.canonical import pretty_text
from kalip.metadata import Document, Kind
from kalip.metadata.overlay import Merge, present_name

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.integers(0, 3) | st.sampled_from(["x", "y"]) | st.lists(st.integers(0, 2), max_size=2)
MAPS = st.recursive(SCALARS, lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=12)
DOCUMENTS = st.dictionaries(NAMES, MAPS, max_size=4)


def merged(base: dict[str, Any], over: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    merge = Merge(document(over), {})
    result = merge.lay(base)
    return result, [(each.code, each.where.pointer if each.where else "") for each in merge.diagnostics]


def document(data: dict[str, Any]) -> Document:
    return Document("entities/a/entity.json", Kind.ENTITY, ("a",), data, pretty_text(data), "site", "site")


@pytest.mark.parametrize(
    ("base", "over", "result"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": 1}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": 1}, {"a": 1}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": None}}, {"a": {"y": 2}}),
        ({"a": 1}, {"extends": "crm/a", "a": 2}, {"a": 2}),
        ({"l": "Lead"}, {"l": {"tr": "Aday"}}, {"l": {"en": "Lead", "tr": "Aday"}}),
        ({"l": {"en": "Lead", "tr": "Aday"}}, {"l": "Prospect"}, {"l": "Prospect"}),
    ],
)
def test_merging(base: dict[str, Any], over: dict[str, Any], result: dict[str, Any]) -> None:
    assert merged(base, over) == (result, [])


@pytest.mark.parametrize(
    ("over", "order"),
    [
        ({"z": {"after": "a"}}, ["a", "z", "b", "c"]),
        ({"z": {"before": "a"}}, ["z", "a", "b", "c"]),
        ({"z": {}}, ["a", "b", "c", "z"]),
        ({"y": {"after": "a"}, "z": {"after": "y"}}, ["a", "y", "z", "b", "c"]),
        ({"c": {"before": "a"}}, ["c", "a", "b"]),
        ({"a": {"after": "c"}}, ["b", "c", "a"]),
    ],
)
def test_places(over: dict[str, Any], order: list[str]) -> None:
    result, faults = merged({"f": {"a": {}, "b": {}, "c": {}}}, {"f": over})
    assert (list(result["f"]), faults) == (order, [])
    assert all(entry == {} for entry in result["f"].values())


@pytest.mark.parametrize(
    ("over", "fault"),
    [
        ({"f": {"z": None}}, ("M135", "/f/z")),
        ({"f": {"z": {"after": "q"}}}, ("M138", "/f/z/after")),
        ({"f": {"z": {"after": "z"}}}, ("M138", "/f/z/after")),
        ({"f": {"z": {"after": "a", "before": "b"}}}, ("M138", "/f/z/after")),
        ({"after": "f"}, ("M138", "/after")),
    ],
)
def test_faults(over: dict[str, Any], fault: tuple[str, str]) -> None:
    assert merged({"f": {"a": {}, "b": {}}}, over)[1] == [fault]


def test_an_earlier_name_means_the_present_one() -> None:
    base = {"fields": {"email": {"was": ["mail"], "required": False}, "name": {}}}
    result, faults = merged(base, {"fields": {"mail": {"required": True}, "vip": {"after": "mail"}}})
    assert result == {"fields": {"email": {"was": ["mail"], "required": True}, "vip": {}, "name": {}}}
    assert faults == [("M139", "/fields/mail")]
    assert present_name(base["fields"], "nothing") == "nothing"


@given(DOCUMENTS, DOCUMENTS)
def test_the_overlay_wins_and_nothing_else_changes(base: dict[str, Any], over: dict[str, Any]) -> None:
    before = repr(base)
    result, faults = merged(base, over)
    assert faults == []
    assert repr(base) == before
    assert result == _expected(base, over)
    assert list(result)[: len(base)] == list(base)


@given(DOCUMENTS, DOCUMENTS)
def test_laying_the_same_overlay_again_changes_nothing(base: dict[str, Any], over: dict[str, Any]) -> None:
    once, _ = merged(base, over)
    assert merged(once, over)[0] == once


@given(DOCUMENTS, DOCUMENTS)
def test_everything_set_knows_who_set_it(base: dict[str, Any], over: dict[str, Any]) -> None:
    merge = Merge(document(over), {})
    merge.lay(base)
    for pointer, value in _leaves(over, ""):
        assert pointer in merge.setters, value


def _expected(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        return {key: _expected(base.get(key), over[key]) if key in over else base[key] for key in {**base, **over}}
    return over


def _leaves(value: dict[str, Any], at: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, each in value.items():
        found += _leaves(each, f"{at}/{key}") if isinstance(each, dict) else [(f"{at}/{key}", each)]
    return found
