"""Takes the faulty parts out of a checked pack, so that the rest can be compiled and all faults be told at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.metadata.check import document_problems
from kalip.metadata.codes import MISSING_KEY, UNKNOWN_FIELD_TYPE
from kalip.metadata.documents import Document, Pack
from kalip.metadata.schemas import HasOptions, Types
from kalip.metadata.source import unescape
from kalip.metadata.validation import Problem

_ROUNDS = 8


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
        healthy, lost = _repaired(document, problems, known)
        broken |= {f"{document.address}#{pointer}" for pointer in lost}
        if healthy is not None:
            documents[path] = healthy
    kept = replace(pack, documents=documents, broken=frozenset(broken))
    return Checked(kept, tuple(diagnostics))


def _repaired(
    document: Document, problems: Sequence[Problem], types: tuple[tuple[str, HasOptions], ...]
) -> tuple[Document | None, list[str]]:
    """The document without its faulty parts (None when nothing is left), and the pointers taken out."""
    lost: list[str] = []
    for _ in range(_ROUNDS):
        for problem in problems:
            pointer = _faulty_part(problem)
            if pointer == "":
                return None, ["", *lost]
            lost.append(pointer)
            document = replace(document, data=without(document.data, pointer))
        problems = document_problems(document, types)
        if not problems:
            return document, lost
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
