"""Takes the faulty parts out of checked documents, so that the rest can be compiled and all faults be told at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.metadata.check import document_problems, merged_problems
from kalip.metadata.codes import BAD_VALUE, MISSING_KEY, UNKNOWN_FIELD_TYPE, WRONG_TYPE
from kalip.metadata.documents import Document, Pack
from kalip.metadata.merged import MergedDocument
from kalip.metadata.schemas import Types
from kalip.metadata.source import unescape, value_at
from kalip.metadata.stack import Stack, explained
from kalip.metadata.validation import Problem

MANIFEST = "pack.json"
_ROUNDS = 8

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack without its faulty parts, and the diagnostics about these."""

    pack: Pack
    diagnostics: tuple[Diagnostic, ...]


def checked(pack: Pack, types: Types) -> Checked:
    """Check a pack; what passes is kept, `Pack.broken` tells what was not."""
    known = tuple(types.items())
    diagnostics: list[Diagnostic] = []
    documents: dict[str, Document] = {}
    broken = set(pack.broken)
    for path, document in pack.documents.items():
        problems = document_problems(document, known)
        if not problems:
            documents[path] = document
            continue
        diagnostics += [document.diagnostic(each.code, each.message, each.hint, each.pointer) for each in problems]

        def problems_of(data: Data, document: Document = document) -> Sequence[Problem]:
            return document_problems(replace(document, data=data), known)

        data, lost = _repaired(document.data, problems, problems_of)
        broken |= {f"{document.address}#{pointer}" for pointer in lost}
        if data is not None:
            documents[path] = replace(document, data=data)
    identity = {"name": pack.name, "version": pack.version}
    manifest = documents.get(MANIFEST) or replace(pack.manifest, data=identity)
    documents[MANIFEST] = manifest
    kept = replace(pack, manifest=manifest, documents=documents, broken=frozenset(broken))
    return Checked(kept, tuple(diagnostics))


def sound(stacked: Stack, types: Types) -> Stack:
    """The stack with only what the schemas accept; what was taken out is among its diagnostics and `broken`."""
    known = tuple(types.items())
    diagnostics = list(stacked.diagnostics)
    broken = set(stacked.broken)
    documents: dict[str, MergedDocument] = {}
    for address, document in stacked.documents.items():
        problems = merged_problems(document.kind, document.data, known)
        if not problems:
            documents[address] = document
            continue
        diagnostics += [explained(document, problem) for problem in problems]

        def problems_of(data: Data, document: MergedDocument = document) -> Sequence[Problem]:
            return merged_problems(document.kind, data, known)

        data, lost = _repaired(document.data, problems, problems_of)
        broken |= {f"{address}#{pointer}" for pointer in lost}
        if data is not None:
            documents[address] = replace(document, data=data)
    return replace(stacked, documents=documents, diagnostics=tuple(diagnostics), broken=frozenset(broken))


def shaped(stacked: Stack, types: Types, layer: str) -> Stack:
    """The stack without what has the wrong JSON type, in documents that a layer says something of.

    Who reads it finds an object wherever one belongs. All other faults stay, and none is told here.
    """
    known = tuple(types.items())
    documents: dict[str, MergedDocument] = {}
    for address, document in stacked.documents.items():
        documents[address] = document
        if all(each.layer != layer for each in document.layers):
            continue

        def problems_of(data: Data, document: MergedDocument = document) -> Sequence[Problem]:
            return [each for each in merged_problems(document.kind, data, known) if _is_misshapen(data, each)]

        data, _ = _repaired(document.data, problems_of(document.data), problems_of)
        documents[address] = replace(document, data=data or {})
    return replace(stacked, documents=documents)


def _is_misshapen(data: Data, problem: Problem) -> bool:
    """Whether a value is an object or a list, or none, where the schema wants it otherwise."""
    if problem.code == WRONG_TYPE:
        return True
    # Where one of several types is wanted, the nearest one tells what it misses.
    return problem.code == BAD_VALUE and isinstance(value_at(data, problem.pointer), dict | list)


def _repaired(
    data: Data, problems: Sequence[Problem], problems_of: Callable[[Data], Sequence[Problem]]
) -> tuple[Data | None, list[str]]:
    """The data without its faulty parts (None when nothing is left), and the pointers taken out."""
    lost: list[str] = []
    for _ in range(_ROUNDS):
        for problem in problems:
            pointer = _faulty_part(problem)
            if pointer == "":
                return None, ["", *lost]
            lost.append(pointer)
            data = without(data, pointer)
        problems = problems_of(data)
        if not problems:
            return data, lost
    return None, ["", *lost]


def _faulty_part(problem: Problem) -> str:
    if problem.code == MISSING_KEY:
        return problem.pointer
    if problem.code == UNKNOWN_FIELD_TYPE:
        return problem.pointer.rpartition("/")[0]
    return problem.pointer


def without(data: Any, pointer: str) -> Any:
    """A copy of the value without the property at a pointer; a whole list goes when an item would."""
    step, _, rest = pointer[1:].partition("/")
    key = unescape(step)
    if not isinstance(data, dict) or key not in data:
        return data
    inner = data[key]
    if rest and isinstance(inner, dict):
        return {**data, key: without(inner, f"/{rest}")}
    return {name: value for name, value in data.items() if name != key}
