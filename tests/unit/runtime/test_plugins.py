"""The public door."""

import re

import kalip.runtime.plugins as door
from tests.support.source import ROOT


def test_the_door_is_sorted_and_opens_to_what_it_says() -> None:
    assert all(hasattr(door, name) for name in door.__all__)
    assert len(set(door.__all__)) == len(door.__all__)


def test_everything_behind_the_door_is_described() -> None:
    text = (ROOT / "docs" / "reference" / "hooks.md").read_text()
    described = set(re.findall(r"`(\w+)`", text))
    assert [name for name in door.__all__ if name not in described] == []
