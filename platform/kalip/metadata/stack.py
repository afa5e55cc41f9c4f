"""Stacks packs: dependency order, overlays and translations laid over each other, the origin of everything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kalip.base.canonical import canonical_text, content_hash
from kalip.base.errors import Diagnostic
from kalip.base.names import did_you_mean
from kalip.metadata import codes
from kalip.metadata.check import merged_problems
from kalip.metadata.dependencies import SITE, order_packs, required_by
from kalip.metadata.documents import Document, Pack
from kalip.metadata.kinds import OVERLAID, Kind
from kalip.metadata.merged import MergedDocument
from kalip.metadata.overlay import Merge
from kalip.metadata.schemas import Types
from kalip.metadata.source import value_at
from kalip.metadata.translations import Translation
from kalip.metadata.validation import Problem


@dataclass(frozen=True, slots=True)
class Stack:
    """Packs in order and their documents after all layers, by address (path without `.json`).

    `manifests` are the pack.json of each pack by pack name, translated. Seeds, demo data and tests
    belong to one pack and stay in `packs`. `removed` are those that a layer says are not there, with what it says
    else of them. `broken` is as in Pack, over all packs.
    """

    packs: tuple[Pack, ...]
    documents: Mapping[str, MergedDocument]
    manifests: Mapping[str, MergedDocument]
    diagnostics: tuple[Diagnostic, ...] = ()
    broken: frozenset[str] = frozenset()
    removed: Mapping[str, MergedDocument] = field(default_factory=dict)

    @property
    def revision(self) -> str:
        """The hash of everything that makes the model: manifests and merged documents."""
        manifests = {name: manifest.data for name, manifest in self.manifests.items()}
        documents = {address: self.documents[address].data for address in sorted(self.documents)}
        return content_hash(canonical_text([manifests, documents]))

    def of_kind(self, kind: Kind) -> Iterator[MergedDocument]:
        """The merged documents of a kind, in stack order."""
        return (document for document in self.documents.values() if document.kind is kind)

    def own(self, kind: Kind) -> Iterator[Document]:
        """The seeds, demo data or tests of all packs, in stack order."""
        return (document for pack in self.packs for document in pack.documents.values() if document.kind is kind)

    def is_broken(self, address: str, pointer: str = "") -> bool:
        """Whether something was left out because of a fault told already."""
        if not self.broken:
            return False
        around = pointer
        while around:
            if f"{address}#{around}" in self.broken:
                return True
            around = around.rpartition("/")[0]
        return f"{address}#" in self.broken


def stack(packs: Sequence[Pack]) -> Stack:
    """Lay packs over each other. What is wrong is in `Stack.diagnostics`, all of it."""
    return _Builder(packs).build()


def check_stack(stacked: Stack, types: Types) -> tuple[Diagnostic, ...]:
    """What the schemas find wrong in merged documents that no single layer shows."""
    known = tuple(types.items())
    return tuple(
        explained(document, problem)
        for document in stacked.documents.values()
        if document.setters
        for problem in merged_problems(document.kind, document.data, known)
    )


def explained(document: MergedDocument, problem: Problem) -> Diagnostic:
    """The diagnostic; an overlay's entry that lacks what it must have is most likely a mistyped name."""
    message, hint = problem.message, problem.hint
    if problem.code == codes.MISSING_KEY and problem.pointer in document.setters:
        parent, _, name = problem.pointer.rpartition("/")
        siblings = [key for key in value_at(document.data, parent) if key != name]
        message = f"no layer below has '{name}', and for a new one {message}"
        hint = did_you_mean(name, siblings) or hint
    return document.diagnostic(problem.code, message, hint, problem.pointer)


class _Builder:
    def __init__(self, packs: Sequence[Pack]) -> None:
        order = order_packs(packs)
        self.packs = order.packs
        self.by_name = {pack.name: pack for pack in order.packs}
        self.diagnostics = list(order.diagnostics)
        self.documents: dict[str, MergedDocument] = {}
        self.manifests: dict[str, MergedDocument] = {}
        self.removed: dict[str, MergedDocument] = {}
        self.old_entities: dict[str, str] = {}
        self.broken = frozenset(mark for pack in order.packs for mark in pack.broken)

    def build(self) -> Stack:
        for pack in self.packs:
            manifest = pack.manifest
            self.manifests[pack.name] = MergedDocument("pack", Kind.PACK, (), manifest.data, (manifest,))
            overlaid = [document for document in pack.documents.values() if document.kind in OVERLAID]
            # Entities first: what they were called before decides where the rest belongs.
            for document in sorted(overlaid, key=lambda each: each.kind is not Kind.ENTITY):
                self._add(pack, document)
            for document in pack.documents.values():
                if document.kind is Kind.LANGUAGE:
                    self._translate(pack, document)
        return Stack(self.packs, self.documents, self.manifests, tuple(self.diagnostics), self.broken, self.removed)

    def _add(self, pack: Pack, document: Document) -> None:
        address = self._present_address(document)
        below = self.documents.get(address)
        if below is None and self._is_removed(document, address):
            return
        if "extends" in document.data:
            if below is None:
                self._report_dangling(document, address)
            elif self._may_extend(pack, document, below):
                self.documents[address] = self._laid(document, below)
        elif below is not None:
            message = f"{below.base.file} defines this too"
            hint = f'write "extends": "{extends_of(below)}", or choose another name'
            self.diagnostics.append(document.diagnostic(codes.DEFINED_TWICE, message, hint))
        else:
            names = (address.split("/")[1], *document.names[1:])
            self.documents[address] = MergedDocument(address, document.kind, names, document.data, (document,))
        merged = self.documents.get(address)
        if document.data.get("removed") is True and merged is not None and merged.layers[-1] is document:
            self._take_out(merged)
        if document.kind is Kind.ENTITY and merged is not None:
            for old in merged.data.get("was", ()):
                self.old_entities[old] = merged.names[0]

    def _take_out(self, removed: MergedDocument) -> None:
        """Lay a document aside; an entity with all that lies in its folder."""
        folder = removed.address.removesuffix("entity") if removed.kind is Kind.ENTITY else None
        for address in tuple(self.documents):
            if address == removed.address or (folder is not None and address.startswith(folder)):
                self.removed[address] = self.documents.pop(address)

    def _is_removed(self, document: Document, address: str) -> bool:
        """Whether a document waits with what its own layer removed, or lies on what a layer below did."""
        entity = "/".join((*address.split("/")[:2], "entity"))
        remover = self._remover(address) or self._remover(entity)
        if remover is None:
            return False
        if document.layer == remover.layer:
            below = self.removed.get(address)
            if below is None:
                self.removed[address] = MergedDocument(
                    address, document.kind, document.names, document.data, (document,)
                )
            elif "extends" in document.data:
                merge = Merge(document, below.setters)
                data = merge.lay(below.data)
                layers = (*below.layers, document)
                self.removed[address] = replace(below, data=data, layers=layers, setters=merge.setters)
            return True
        if "extends" not in document.data and not self._remover(entity):
            return False
        message = f"'{remover.layer}' has removed what this lies on"
        hint = f"remove the file, or take back `removed` in {remover.file}"
        self.diagnostics.append(document.diagnostic(codes.DANGLING_OVERLAY, message, hint, "/extends"))
        return True

    def _remover(self, address: str) -> Document | None:
        """The layer's document that says that this one is not there."""
        removed = self.removed.get(address)
        layers = removed.layers if removed is not None else ()
        return next((each for each in reversed(layers) if each.data.get("removed") is True), None)

    def _present_address(self, document: Document) -> str:
        steps = document.address.split("/")
        is_new = document.kind is Kind.ENTITY and "extends" not in document.data
        if steps[0] != "entities" or is_new or f"entities/{steps[1]}/entity" in self.documents:
            return document.address
        present = self.old_entities.get(steps[1])
        if present is None:
            return document.address
        message = f"the entity '{steps[1]}' is now called '{present}'"
        hint = f"move the file to entities/{present}/"
        self.diagnostics.append(document.diagnostic(codes.OLD_NAME, message, hint, severity="warning"))
        return "/".join(("entities", present, *steps[2:]))

    def _may_extend(self, pack: Pack, document: Document, below: MergedDocument) -> bool:
        base = below.base.layer
        named = str(document.data["extends"]).split("/")
        if named[0] not in {layer.layer for layer in below.layers}:
            message = f"'{document.data['extends']}' is not what this overlay lies on"
            hint = f'write "extends": "{extends_of(below)}"'
            self.diagnostics.append(document.diagnostic(codes.DANGLING_OVERLAY, message, hint, "/extends"))
            return False
        if pack.name != SITE and base not in required_by(pack, self.by_name):
            message = f"'{pack.name}' extends a document of '{base}' without requiring it"
            hint = f"add '{base}' to requires in pack.json"
            self.diagnostics.append(document.diagnostic(codes.DANGLING_OVERLAY, message, hint, "/extends"))
            return False
        wanted = [self.old_entities.get(name, name) for name in named[1:]]
        if wanted not in ([*below.names], [below.names[0]]):
            message = f"this file overlays '{extends_of(below)}', not '{document.data['extends']}'"
            hint = "the path of the file and `extends` must name the same document"
            self.diagnostics.append(document.diagnostic(codes.DANGLING_OVERLAY, message, hint, "/extends"))
            return False
        return True

    def _laid(self, document: Document, below: MergedDocument) -> MergedDocument:
        merge = Merge(document, below.setters)
        data = merge.lay(below.data)
        self.diagnostics += merge.diagnostics
        return replace(below, data=data, layers=(*below.layers, document), setters=merge.setters)

    def _report_dangling(self, document: Document, address: str) -> None:
        if self._is_lost(address):
            return
        hint = did_you_mean(address.split("/")[1], [known.split("/")[1] for known in self.documents])
        hint = hint or "remove `extends`, or add the pack that has it to requires"
        message = f"there is no '{document.data['extends']}' to extend"
        self.diagnostics.append(document.diagnostic(codes.DANGLING_OVERLAY, message, hint, "/extends"))

    def _is_lost(self, address: str) -> bool:
        return f"{address}#" in self.broken

    def _translate(self, pack: Pack, language: Document) -> None:
        for address, texts in language.data.items():
            if address == "pack":
                self.manifests[pack.name] = self._translated(self.manifests[pack.name], language, address, texts)
            elif address in self.documents:
                self.documents[address] = self._translated(self.documents[address], language, address, texts)
            elif address not in self.removed and not self._is_lost(address):
                hint = did_you_mean(address, self.documents) or "name a document without .json: 'entities/lead/entity'"
                message = f"there is no '{address}' to translate"
                pointer = f"/{address.replace('/', '~1')}"
                self.diagnostics.append(language.diagnostic(codes.BAD_TRANSLATION, message, hint, pointer))

    def _translated(
        self, below: MergedDocument, language: Document, address: str, texts: Mapping[str, Any]
    ) -> MergedDocument:
        translation = Translation(language, address, below.setters)
        data = translation.put(below.data, texts)
        self.diagnostics += translation.diagnostics
        return replace(below, data=data, setters=translation.setters)


def extends_of(merged: MergedDocument) -> str:
    """What an overlay on a document says that it extends."""
    return "/".join((merged.base.layer, *merged.names))
