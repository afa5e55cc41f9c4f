"""Where a half-written JSON text breaks off."""

import pytest

from kalip.web.designer.completing import Spot, spot_of


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("{", Spot("", "", is_value=False, taken=frozenset())),
        ('{"fields": {"size": {"la', Spot("/fields/size", "la", is_value=False, taken=frozenset())),
        ('{"label": "x", "pl', Spot("", "pl", is_value=False, taken=frozenset({"label"}))),
        ('{"fields": {"size": {"type": "in', Spot("/fields/size/type", "in", is_value=True, taken=frozenset({"type"}))),
        ('{"a": {"b": 1}, "c', Spot("", "c", is_value=False, taken=frozenset({"a"}))),
    ],
    ids=["empty", "key", "taken", "value", "closed"],
)
def test_it_works(text: str, spot: Spot) -> None:
    assert spot_of(text) == spot
