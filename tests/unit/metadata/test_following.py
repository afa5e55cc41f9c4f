"""Overlays that go along with entries that get other names."""

from typing import Any

import pytest

from kalip.metadata import followed, renamings

BEFORE = {"fields": {"mail": {"type": "text"}, "name": {"type": "text"}}}
AFTER = {"fields": {"home": {"type": "text", "was": ["mail"]}, "mail": {"type": "text"}, "name": {"type": "text"}}}


def test_it_works() -> None:
    """U7"""
    assert followed({"fields": {"mail": {"label": "X"}}}, BEFORE, AFTER) == {"fields": {"home": {"label": "X"}}}
    assert renamings(BEFORE["fields"], AFTER["fields"]) == {"mail": "home"}


@pytest.mark.parametrize(
    ("over", "result"),
    [
        ({"fields": {"mail": None}}, {"fields": {"home": None}}),
        ({"fields": {"x": {"after": "mail"}}}, {"fields": {"x": {"after": "home"}}}),
        ({"label": "X", "fields": {"name": {"label": "N"}}}, {"label": "X", "fields": {"name": {"label": "N"}}}),
        ({"fields": {"b": {}, "mail": {}, "a": {}}}, {"fields": {"b": {}, "home": {}, "a": {}}}),
        ({"fields": {"mail": {}, "home": {"label": "H"}}}, {"fields": {"mail": {}, "home": {"label": "H"}}}),
    ],
)
def test_what_goes_along(over: dict[str, Any], result: dict[str, Any]) -> None:
    made = followed(over, BEFORE, AFTER)
    assert made == result
    assert list(made.get("fields", ())) == list(result.get("fields", ()))


def test_entries_inside_of_renamed_ones() -> None:
    before = {"tabs": {"main": {"sections": {"a": {"label": "A"}}}}}
    after = {"tabs": {"first": {"was": ["main"], "sections": {"b": {"label": "A", "was": ["a"]}}}}}
    over = {"tabs": {"main": {"sections": {"a": {"label": "Mine"}}}}}
    assert followed(over, before, after) == {"tabs": {"first": {"sections": {"b": {"label": "Mine"}}}}}


def test_a_name_that_was_given_up_before_already_is_not_renamed_again() -> None:
    before = {"fields": {"home": {"was": ["mail"]}}}
    after = {"fields": {"home": {"was": ["mail"]}, "mail": {}}}
    assert renamings(before["fields"], after["fields"]) == {}
    # The overlay by the old name is of the field that had it.
    assert followed({"fields": {"mail": {"label": "X"}}}, before, after) == {"fields": {"home": {"label": "X"}}}
