"""Runs importers of metadata on documents that a test writes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from kalip.base.bundle import bundle_path
from kalip.base.canonical import pretty_text
from kalip.compiler import compile_packs
from kalip.runtime import Extensions, load_extensions
from kalip.runtime.finishing import Finished, finish_import
from kalip.runtime.importers import ReportLine, Source, SourceDocument


@cache
def extensions() -> Extensions:
    """What the shipped plugins bring."""
    return load_extensions(bundle_path("plugins"))


def imported(
    system: str, documents: Mapping[str, Any], files: Mapping[str, bytes] | None = None, **source: Any
) -> Finished:
    """The pack that an importer makes of documents by path. It compiles without a diagnostic, or the test fails."""
    read = tuple(SourceDocument(path, data, pretty_text(data), path) for path, data in documents.items())
    found = extensions()
    finished = finish_import(found.importers[system].read(Source(read, files or {}, **{"pack": "p", **source})), found)
    compiled = compile_packs([finished.pack], found.types, functions=found.functions, actions=found.actions)
    assert compiled.diagnostics == ()
    return finished


def fields_of(finished: Finished, entity: str) -> dict[str, Any]:
    """The fields of an entity of the pack."""
    return dict(document(finished, f"entities/{entity}/entity")["fields"])


def document(finished: Finished, address: str) -> Mapping[str, Any]:
    """A document of the pack."""
    return finished.pack.documents[f"{address}.json"].data


def told(finished: Finished, subject: str) -> ReportLine:
    """The one line about a thing of the other system."""
    lines = [each for each in finished.lines if each.subject == subject]
    assert len(lines) == 1, lines
    return lines[0]
