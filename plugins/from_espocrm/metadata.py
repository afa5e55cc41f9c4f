"""Puts EspoCRM's files together as it does: the core, then modules, then what a site has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from kalip.runtime.plugins import PackDraft, Source, SourceDocument

KINDS: Final = ("entityDefs", "scopes", "clientDefs", "logicDefs", "entityAcl", "layouts", "i18n")
_APPEND: Final = "__APPEND__"
_DEEPEST: Final = 40


@dataclass(eq=False, slots=True)
class Metadata:
    """What there is by kind and entity. `documents` are where each entity's definition was found last."""

    entity_defs: dict[str, dict[str, Any]] = field(default_factory=dict)
    scopes: dict[str, dict[str, Any]] = field(default_factory=dict)
    client_defs: dict[str, dict[str, Any]] = field(default_factory=dict)
    logic_defs: dict[str, dict[str, Any]] = field(default_factory=dict)
    entity_acl: dict[str, dict[str, Any]] = field(default_factory=dict)
    layouts: dict[tuple[str, str], Any] = field(default_factory=dict)
    i18n: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    documents: dict[str, list[SourceDocument]] = field(default_factory=dict)


def gather(source: Source, draft: PackDraft) -> Metadata:
    """All files of the kinds that mean something; a single file without a folder is an entity's definition."""
    found = Metadata()
    for document in sorted(source.documents, key=_rank):
        steps = document.path.split("/")
        kind = next((step for step in reversed(steps[:-1]) if step in KINDS), None)
        name = steps[-1].rpartition(".")[0]
        if kind is None:
            if len(source.documents) > 1 or not isinstance(document.data, dict) or "fields" not in document.data:
                continue
            kind = "entityDefs"
        below = steps[len(steps) - 1 - steps[::-1].index(kind) + 1 :] if kind in steps else steps[-1:]
        if not isinstance(document.data, dict) and not (kind == "layouts" and isinstance(document.data, list)):
            draft.dropped(document.path, "it is no object", document.where())
            continue
        _put(found, kind, below, name, document)
    return found


def objects(value: object) -> dict[str, dict[str, Any]]:
    """The entries of a map that are objects."""
    return {key: each for key, each in value.items() if isinstance(each, dict)} if isinstance(value, dict) else {}


def strings(value: object) -> list[str]:
    """The texts of a list; numbers count as texts."""
    if not isinstance(value, list):
        return []
    return [str(each) for each in value if isinstance(each, str | int | float) and not isinstance(each, bool)]


def text(value: object) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""


def _put(found: Metadata, kind: str, below: list[str], name: str, document: SourceDocument) -> None:
    if kind == "layouts":
        if len(below) > 1:
            found.layouts[below[-2], name] = document.data
        return
    if kind == "i18n":
        if len(below) > 1:
            said = found.i18n.setdefault(below[0], {})
            said[name] = _merged(said.get(name, {}), document.data)
        return
    target = {
        "entityDefs": found.entity_defs,
        "scopes": found.scopes,
        "clientDefs": found.client_defs,
        "logicDefs": found.logic_defs,
        "entityAcl": found.entity_acl,
    }[kind]
    target[name] = _merged(target.get(name, {}), document.data)
    if kind == "entityDefs":
        found.documents.setdefault(name, []).insert(0, document)


def _merged(below: Any, above: Any, depth: int = 0) -> Any:
    """Maps merge, lists replace unless they begin with the mark that appends."""
    if isinstance(below, dict) and isinstance(above, dict) and depth < _DEEPEST:
        return {**below, **{key: _merged(below.get(key), each, depth + 1) for key, each in above.items()}}
    if isinstance(above, list) and above[:1] == [_APPEND]:
        return [*(below if isinstance(below, list) else ()), *above[1:]]
    return above


def _rank(document: SourceDocument) -> tuple[int, str]:
    """The core is lowest, a site's own changes are on top."""
    steps = document.path.split("/")
    if "custom" in steps or "Custom" in steps:
        return (2 if "Modules" not in steps else 1, document.path)
    return (1 if "Modules" in steps else 0, document.path)


def where_of(documents: Mapping[str, list[SourceDocument]], entity: str, pointer: str) -> Any:
    """Where something of an entity stands: in the topmost file that has it."""
    places = [document.where(pointer) for document in documents.get(entity, ())]
    return next((place for place in places if place.line), places[0] if places else None)
