"""The document that the README shows is part of the shipped one, and the page stays short."""

import json
import re
from typing import Any

from tests.support.source import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def test_the_document_shown_is_the_shipped_one_shortened() -> None:
    shown = re.search(r"From `(metadata/[^`]+)`, shortened:\n\n```json\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    shipped = json.loads((ROOT / shown[1]).read_text("utf-8"))
    assert _lacking(json.loads(shown[2]), shipped) == []


def test_what_the_shipped_one_lacks_is_seen() -> None:
    assert _lacking({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 1, "c": 4}}) == ["/a/c", "/d"]


def test_it_is_one_screen() -> None:
    assert len(README.splitlines()) <= 90


def _lacking(part: dict[str, Any], whole: dict[str, Any], at: str = "") -> list[str]:
    found: list[str] = []
    for key, value in part.items():
        there = whole.get(key)
        if isinstance(value, dict) and isinstance(there, dict):
            found += _lacking(value, there, f"{at}/{key}")
        elif value != there:
            found.append(f"{at}/{key}")
    return found
