"""The smallest overlay: what is laid over a value makes the wanted one, and says no more than it must."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.metadata import REMOVED, Document, Kind
from kalip.metadata.difference import MISSING
from kalip.metadata.layering import changed, is_same, ordered, overlaid, put
from kalip.metadata.overlay import Merge

LEAVES = st.one_of(st.integers(0, 2), st.sampled_from(["Lead", "x"]), st.lists(st.integers(0, 1), max_size=2))
NAMES = st.sampled_from(["en", "tr", "name", "email", "phone", "size"])
MAPS = st.dictionaries(
    NAMES, st.recursive(LEAVES, lambda each: st.dictionaries(NAMES, each, max_size=4), max_leaves=12), max_size=4
)
ENTRIES = st.dictionaries(NAMES, st.dictionaries(st.sampled_from(["width", "help"]), LEAVES, max_size=1), max_size=5)
DATA = st.dictionaries(st.sampled_from(["fields", "columns", "label"]), st.one_of(ENTRIES, MAPS, LEAVES), max_size=3)

BELOW = {"label": "Lead", "fields": {"name": {}, "email": {"width": 2}, "phone": {}, "city": {}}}


def laid(over: Any, below: Any = BELOW) -> Any:
    merge = Merge(Document("x", Kind.ENTITY, ("x",), {} if over is MISSING else over, ""), {})
    data = merge.lay(below)
    assert merge.diagnostics == []
    return data


def loose(value: Any) -> Any:
    """The value without the order of keys; English alone is a text as well."""
    if isinstance(value, dict) and set(value) == {"en"} and isinstance(value["en"], str):
        return value["en"]
    return sorted((key, loose(each)) for key, each in value.items()) if isinstance(value, dict) else value


@given(DATA, DATA)
def test_what_is_laid_over_makes_the_wanted(below: Any, wanted: Any) -> None:
    data = laid(overlaid(below, wanted, is_root=True), below)
    assert loose(data) == loose(wanted)
    again = overlaid(wanted, data, is_root=True)
    assert again is MISSING or again == {}


@given(ENTRIES, ENTRIES)
def test_entries_come_in_the_wanted_order(below: Any, wanted: Any) -> None:
    data = laid(overlaid({"fields": below}, {"fields": wanted}, is_root=True), {"fields": below})
    assert is_same(data["fields"], wanted)


@given(ENTRIES, ENTRIES, st.randoms())
def test_any_order_on_top_of_any_overlay(below: Any, wanted: Any, random: Any) -> None:
    over = overlaid({"fields": below}, {"fields": wanted}, is_root=True)
    order = list(wanted)
    random.shuffle(order)
    data = laid(ordered(over, {"fields": below}, ["fields"], order), {"fields": below})
    assert list(data["fields"]) == order
    assert loose(data["fields"]) == loose(wanted)


@pytest.mark.parametrize(
    ("over", "steps", "wanted", "made"),
    [
        (MISSING, ["fields", "email", "width"], 5, {"fields": {"email": {"width": 5}}}),
        ({"fields": {"email": {"width": 5}}}, ["fields", "email", "width"], 2, MISSING),
        ({"label": "Aday"}, ["label"], "Lead", MISSING),
        (MISSING, ["fields", "email"], REMOVED, {"fields": {"email": None}}),
        ({"fields": {"x": {"type": "text"}}}, ["fields", "x"], REMOVED, MISSING),
        ({"fields": {"email": {"width": 3, "after": "city"}}}, ["fields", "email", "width"], 2, "marks stay"),
        ({"fields": {"email": None}}, ["fields", "email", "width"], REMOVED, {"fields": {"email": None}}),
        ({"fields": {"email": None}}, ["fields", "email"], {"width": 2}, MISSING),
        ({"fields": {"x": {"type": "text", "after": "name"}}}, ["fields", "x"], REMOVED, MISSING),
        (MISSING, ["label", "tr"], "Aday", {"label": {"tr": "Aday"}}),
        ({"label": "Prospect"}, ["label", "tr"], "Aday", {"label": {"en": "Prospect", "tr": "Aday"}}),
        ({"fields": {"x": {"label": "X"}}}, ["fields", "x", "label", "tr"], "Y", "both languages"),
    ],
)
def test_one_property(over: Any, steps: list[str], wanted: Any, made: Any) -> None:
    said = {
        "marks stay": {"fields": {"email": {"after": "city"}}},
        "both languages": {"fields": {"x": {"label": {"en": "X", "tr": "Y"}}}},
    }
    expected = said[made] if isinstance(made, str) else made
    assert changed(over, BELOW, steps, wanted) == expected


def test_moved_entries_say_behind_what_they_stand() -> None:
    over = ordered(MISSING, BELOW, ["fields"], ["name", "phone", "city", "email"])
    assert over == {"fields": {"email": {"after": "city"}}}
    first = ordered(over, BELOW, ["fields"], ["city", "name", "email", "phone"])
    assert first == {"fields": {"city": {"before": "name"}}}
    assert ordered(first, BELOW, ["fields"], list(BELOW["fields"])) is MISSING


def test_a_value_in_a_list_is_put_with_the_whole_list() -> None:
    assert put({"checks": [{"if": "a"}]}, ["checks", "0", "if"], "b") == {"checks": [{"if": "b"}]}
    assert put([1, 2], ["1"], REMOVED) == [1]
    assert put([1], ["1"], 2) == [1, 2]
    with pytest.raises(IndexError):
        put([1], ["3"], 2)
