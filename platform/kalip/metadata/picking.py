"""Takes some documents out of a pack with what they need, and lays them into another state of it. Knows no meaning."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from packaging.version import InvalidVersion, Version

from kalip.metadata.documents import Document, Pack
from kalip.metadata.formatting import format_document
from kalip.metadata.kinds import SIGNATURE, Kind
from kalip.metadata.reader import read_documents
from kalip.metadata.schemas import Types
from kalip.model import Use

_MANIFEST = "pack.json"
_MAPS = ("requires", "navigation")


class Mode(StrEnum):
    """What of a kind is taken: all of it, what others need, or nothing."""

    ALL = "all"
    REFERENCED = "referenced"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Picks:
    """What to take: kinds by mode, and documents by address (`roles/clerk`, or `entities/lead` for all of it).

    A kind without a mode is taken as far as others need it.
    """

    modes: Mapping[Kind, Mode]
    only: Collection[str] = ()

    def takes(self, document: Document) -> bool:
        """Whether a document is asked for by itself."""
        if self.modes.get(document.kind) is Mode.ALL:
            return True
        return any(document.address == each or document.address.startswith(f"{each}/") for each in self.only)


@dataclass(frozen=True, slots=True)
class Missing:
    """A document that one that was taken needs, but that stays behind as its kind is not to be taken."""

    needed: str
    by: str


def pick(pack: Pack, picks: Picks, uses: Iterable[Use], types: Types) -> tuple[Pack, tuple[Missing, ...]]:
    """The pack with only what was picked and what that needs, and what it lacks. Files that are no documents stay.

    `uses` is the where-used graph of the whole stack that the pack lies in.
    """
    needs = _needs(pack, uses)
    taken = {path for path, each in pack.documents.items() if picks.takes(each)}
    missing: set[tuple[str, str]] = set()
    pending = sorted(taken)
    while pending:
        path = pending.pop()
        for needed in needs.get(path, ()):
            if picks.modes.get(pack.documents[needed].kind) is Mode.NONE and needed not in taken:
                missing.add((pack.documents[needed].address, pack.documents[path].address))
            elif needed not in taken:
                taken.add(needed)
                pending.append(needed)
    taken.discard(_MANIFEST)
    files = {path: pack.documents[path].text.encode() for path in sorted(taken)}
    for path in taken:
        document = pack.documents[path]
        if document.kind is Kind.LANGUAGE:
            files[path] = format_document(_texts_of(document, pack, taken), Kind.LANGUAGE, types).encode()
    files[_MANIFEST] = format_document(_manifest(pack, taken), Kind.PACK, types).encode()
    return read_documents(files, pack.name), tuple(Missing(*each) for each in sorted(missing))


def merge(present: Pack, new: Pack, types: Types) -> Pack:
    """The present pack with the documents and files of a new state of it added or put in place; nothing goes."""
    manifest = dict(present.manifest.data)
    for key in _MAPS:
        added = new.manifest.data.get(key)
        if isinstance(added, Mapping):
            manifest[key] = {**manifest.get(key, {}), **added}
    manifest["version"] = _newer(present.version, new.version)
    files = {**present.contents, **new.contents}
    for path, document in new.documents.items():
        below = present.documents.get(path)
        if document.kind is Kind.LANGUAGE and below is not None:
            files[path] = format_document({**below.data, **document.data}, Kind.LANGUAGE, types).encode()
    is_same = manifest == dict(present.manifest.data)
    files[_MANIFEST] = (present.manifest.text if is_same else format_document(manifest, Kind.PACK, types)).encode()
    files.pop(SIGNATURE, None)
    return read_documents(files, present.name)


def _needs(pack: Pack, uses: Iterable[Use]) -> dict[str, set[str]]:
    """By document of the pack, the others of it that it can't do without."""
    needs: dict[str, set[str]] = {path: set(_around(pack, path, each)) for path, each in pack.documents.items()}
    files = {document.file: path for path, document in pack.documents.items()}
    for use in uses:
        path, needed = files.get(use.file), _definer(pack, use.used)
        if path is not None and needed is not None and needed != path:
            needs[path].add(needed)
    return needs


def _around(pack: Pack, path: str, document: Document) -> Iterator[str]:
    """The entity that a document is of, where this pack has it, and the seeds that a seed refers to."""
    entity = f"entities/{document.names[0]}/entity.json" if document.names else ""
    if path.startswith("entities/") and path != entity and _is_base(pack, entity):
        yield entity
    if document.kind is Kind.SEED:
        yield from (each for each in _seeds(document.data) if each in pack.documents and each != path)


def _seeds(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        reference = value.get("seed")
        if isinstance(reference, str) and "/" in reference:
            yield f"seed/{reference.partition('/')[0]}.json"
        for each in value.values():
            yield from _seeds(each)
    elif isinstance(value, list):
        for each in value:
            yield from _seeds(each)


def _definer(pack: Pack, used: str) -> str | None:
    """The document of the pack that brings what is used; None when another pack does."""
    kind, _, name = used.partition(":")
    first, _, rest = name.partition(".")
    path, part, entry = {
        "entity": (f"entities/{first}/entity.json", "", ""),
        "field": (f"entities/{first}/entity.json", "fields", rest),
        "choices": (f"choices/{first}.json", "", ""),
        "choice": (f"choices/{first}.json", "choices", rest),
        "role": (f"roles/{first}.json", "", ""),
        "pipeline": (f"entities/{first}/pipelines/{rest}.json", "", ""),
        "stage": (f"entities/{first}/pipelines/{rest.partition('.')[0]}.json", "stages", rest.partition(".")[2]),
    }.get(kind, ("", "", ""))
    if _is_base(pack, path):
        return path
    document = pack.documents.get(path)
    entries = document.data.get(part) if document is not None and part else None
    return path if isinstance(entries, Mapping) and entry in entries else None


def _is_base(pack: Pack, path: str) -> bool:
    return path in pack.documents and "extends" not in pack.documents[path].data


def _texts_of(document: Document, pack: Pack, taken: Collection[str]) -> dict[str, Any]:
    """A translation without the texts of documents that stay behind."""
    behind = {each.address for path, each in pack.documents.items() if path not in taken and "extends" not in each.data}
    return {address: texts for address, texts in document.data.items() if address not in behind}


def _manifest(pack: Pack, taken: Collection[str]) -> dict[str, Any]:
    """The manifest, whose menu leaves out entities of the pack that stay behind."""
    manifest = dict(pack.manifest.data)
    navigation = manifest.get("navigation")
    if isinstance(navigation, Mapping):
        behind = {path for path in pack.documents if path not in taken and _is_base(pack, path)}
        manifest["navigation"] = {
            name: each for name, each in navigation.items() if f"entities/{name}/entity.json" not in behind
        }
    return manifest


def _newer(one: str, other: str) -> str:
    try:
        return other if Version(other) > Version(one) else one
    except InvalidVersion:
        return other
