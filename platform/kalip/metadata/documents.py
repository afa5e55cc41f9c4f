"""What a pack is in memory: its documents with their places, and its other files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kalip.base.errors import Diagnostic, Severity, Where
from kalip.metadata.kinds import Kind
from kalip.metadata.source import lines_of


@dataclass(frozen=True)
class Document:
    """One JSON file of a pack. `text` is the file as it was read, `data` its value (never changed).

    `path` is inside the pack; `folder` is what people see before it. `names` are the names in the path.
    """

    path: str
    kind: Kind
    names: tuple[str, ...]
    data: Mapping[str, Any]
    text: str
    layer: str = ""
    folder: str = ""

    @property
    def address(self) -> str:
        """The path without `.json`: the same for every layer's document of one thing."""
        return self.path.removesuffix(".json")

    @property
    def file(self) -> str:
        """The path as people see it."""
        return f"{self.folder}/{self.path}" if self.folder else self.path

    @cached_property
    def lines(self) -> Mapping[str, int]:
        """The line where the value at each JSON pointer (its key, if it has one) starts, from 1."""
        return lines_of(self.text)

    def line(self, pointer: str) -> int:
        """The line of the value at a pointer, or of the nearest one around it."""
        lines = self.lines
        while pointer not in lines and pointer:
            pointer = pointer.rpartition("/")[0]
        return lines.get(pointer, 1)

    def where(self, pointer: str = "") -> Where:
        """The place of a value, as a diagnostic names it."""
        return Where(self.file, self.line(pointer), pointer)

    def diagnostic(
        self, code: str, message: str, hint: str = "", pointer: str = "", severity: Severity = "error"
    ) -> Diagnostic:
        """A diagnostic about the value at a pointer."""
        return Diagnostic(code, message, hint, self.where(pointer), severity)


@dataclass(frozen=True)
class Pack:
    """An installable set of metadata. `documents` are keyed by path and include pack.json.

    `broken` says what was left out because of faults, as `address#pointer`, so that the faults that
    would only follow from these aren't told too.
    """

    name: str
    version: str
    manifest: Document
    documents: Mapping[str, Document]
    files: Mapping[str, bytes] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    @property
    def contents(self) -> dict[str, bytes]:
        """Every file by path, sorted, as bytes."""
        texts = {path: document.text.encode() for path, document in self.documents.items()}
        return dict(sorted((texts | dict(self.files)).items()))
