"""The generated reference is current and complete."""

import json
import re
from pathlib import Path

import pytest

from kalip import compiler, metadata
from kalip.fields import builtin_types
from kalip.metadata import Kind, place_of
from tests.support.reference import REFERENCE, outdated
from tests.support.source import ROOT


def test_the_generated_pages_are_current() -> None:
    assert [path.relative_to(ROOT).as_posix() for path in outdated()] == []


def test_each_kind_has_its_heading() -> None:
    assert _headings("metadata.md", "## ")[: len(Kind)] == [str(kind) for kind in Kind]


def test_each_field_type_has_its_heading() -> None:
    assert _headings("field-types.md", "## ") == list(builtin_types())


def test_each_code_has_its_line() -> None:
    rows = re.findall(r"^\| ([MC]\d{3}) \|", (REFERENCE / "diagnostics.md").read_text(), re.MULTILINE)
    assert rows == [*metadata.CODES, *compiler.CODES]


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_json_in_the_docs_is_json(page: Path) -> None:
    for block in re.findall(r"```json\n(.*?)```", page.read_text(), re.DOTALL):
        json.loads(block)


def test_paths_of_kinds_are_those_of_documents() -> None:
    page = (REFERENCE / "metadata.md").read_text()
    for kind in Kind:
        path = re.search(rf"\[{kind}\]\(#{kind}\) \| `([^`]+)`", page)
        assert path is not None
        example = re.sub(r"\[.*?\]", "", path[1]).replace("<locale>", "tr")
        place = place_of(re.sub(r"<\w+>", "x", example))
        assert place is not None
        assert place.kind is kind


def _headings(page: str, level: str) -> list[str]:
    lines = (REFERENCE / page).read_text().splitlines()
    return [line.removeprefix(level) for line in lines if line.startswith(level)]
