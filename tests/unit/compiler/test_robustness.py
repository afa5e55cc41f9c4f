"""Whatever a pack says, the compiler answers with diagnostics and never breaks."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kalip.compiler import compile_packs
from kalip.fields import builtin_types
from kalip.metadata import examine_documents, read_pack
from kalip.metadata.source import lines_of, unescape

TYPES = builtin_types()
FILES = read_pack(Path(__file__).parents[2] / "packs" / "tiny").contents
DOCUMENTS = sorted(path for path in FILES if path.endswith(".json"))
POINTERS = {path: sorted(pointer for pointer in lines_of(FILES[path].decode()) if pointer) for path in DOCUMENTS}
PLACES = st.sampled_from([(path, pointer) for path in DOCUMENTS for pointer in POINTERS[path]])
NAMES = st.sampled_from(
    ("order", "customer", "order_line", "name", "lines", "total", "stage", "draft", "sent", "flow", "clerk", "number")
)
TYPE_NAMES = st.sampled_from(tuple(TYPES))
FORMULAS = st.sampled_from(
    (
        "true",
        "total > 5",
        "lines",
        "customer.name",
        "size(lines)",
        "stage == 'x'",
        "old.total",
        "1 +",
        "null",
        "actor.id",
    )
)
LEAVES = NAMES | TYPE_NAMES | FORMULAS | st.none() | st.booleans() | st.integers(-5, 300) | st.just("")
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            NAMES | st.sampled_from(("type", "fields", "to", "of", "via", "expression", "set")), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=4))
def test_changed_values(changes: list[tuple[tuple[str, str], Any]]) -> None:
    files = _changed(changes, put=_set)
    _compile(files)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PLACES, st.none()), min_size=1, max_size=6))
def test_removed_values(changes: list[tuple[tuple[str, str], Any]]) -> None:
    _compile(_changed(changes, put=_remove))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=6))
def test_removed_documents(paths: list[str]) -> None:
    _compile({path: content for path, content in FILES.items() if path not in paths})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PLACES, VALUES), min_size=1, max_size=4))
def test_overlays_of_anything(changes: list[tuple[tuple[str, str], Any]]) -> None:
    site: dict[str, Any] = {}
    for (path, pointer), value in changes:
        steps = [unescape(step) for step in pointer.split("/")[1:]]
        names = [name.removesuffix(".json") for name in path.split("/")[1::2]] or ["tiny"]
        overlay = site.setdefault(path, {"extends": "/".join(("tiny", names[0]))})
        for step in steps[:-1]:
            inner = overlay.setdefault(step, {})
            overlay = inner if isinstance(inner, dict) else overlay
        overlay[steps[-1]] = value
    site["pack.json"] = {"name": "site", "version": "1.0.0"}
    files = {path: json.dumps(data).encode() for path, data in site.items()}
    _compile(FILES, files)


def _compile(*packs: dict[str, bytes]) -> None:
    readings = [examine_documents(files) for files in packs]
    read = [reading.pack for reading in readings if reading.pack is not None]
    compilation = compile_packs(read, TYPES)
    assert (compilation.model is None) == bool(compilation.errors)
    for diagnostic in compilation.diagnostics:
        assert diagnostic.where is not None
        assert diagnostic.where.line > 0
        assert diagnostic.message


def _changed(changes: list[tuple[tuple[str, str], Any]], put: Any) -> dict[str, bytes]:
    documents = {path: json.loads(FILES[path]) for path in DOCUMENTS}
    for (path, pointer), value in changes:
        put(documents[path], [unescape(step) for step in pointer.split("/")[1:]], copy.deepcopy(value))
    return {path: json.dumps(data, indent=2).encode() for path, data in documents.items()}


def _set(value: Any, steps: list[str], new: Any) -> None:
    for step in steps[:-1]:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value[steps[-1]] = new


def _remove(value: Any, steps: list[str], _: Any) -> None:
    for step in steps[:-1]:
        value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, dict):
        value.pop(steps[-1], None)
