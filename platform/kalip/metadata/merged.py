"""A document with all its layers laid over each other, and which layer set what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kalip.base.errors import Diagnostic, Severity, Where
from kalip.metadata.documents import Document
from kalip.metadata.kinds import Kind
from kalip.model import Origin

Setter = tuple[Document, str]
"""A document and the pointer in it that set a property."""


@dataclass(frozen=True, slots=True)
class MergedDocument:
    """One thing's document after every layer. `layers` has the base first.

    `setters` holds, by pointer into `data`, what overlays and translations set, in layer order;
    everything else the base said.
    """

    address: str
    kind: Kind
    names: tuple[str, ...]
    data: Mapping[str, Any]
    layers: tuple[Document, ...]
    setters: Mapping[str, tuple[Setter, ...]] = field(default_factory=dict)

    @property
    def base(self) -> Document:
        """The document that the layers above extend."""
        return self.layers[0]

    def setter(self, pointer: str = "") -> Setter:
        """The document and pointer that set a property last; for what is not there, the nearest around it."""
        around = pointer
        while around:
            found = self.setters.get(around)
            if found:
                document, source = found[-1]
                return document, source + pointer[len(around) :]
            around = around.rpartition("/")[0]
        return self.base, pointer

    def history(self, pointer: str) -> tuple[Origin, ...]:
        """Every layer that set or removed a property or something inside it, the lowest first."""
        return tuple(_origin(*setter) for setter in self.setters_of(pointer))

    def setters_of(self, pointer: str) -> tuple[Setter, ...]:
        """The documents and pointers that set or removed a property or something inside it, the lowest first."""
        inside = f"{pointer}/"
        found = [
            setter
            for place, setters in self.setters.items()
            if place == pointer or place.startswith(inside)
            for setter in setters
        ]
        if pointer in self.base.lines:
            found.insert(0, (self.base, pointer))
        return tuple(found or [self.setter(pointer)])

    def origin(self, pointer: str = "") -> Origin:
        """The layer, file and line that set a property."""
        return _origin(*self.setter(pointer))

    def where(self, pointer: str = "") -> Where:
        """The place of a property as a diagnostic names it."""
        document, source = self.setter(pointer)
        return document.where(source)

    def diagnostic(
        self, code: str, message: str, hint: str = "", pointer: str = "", severity: Severity = "error"
    ) -> Diagnostic:
        """A diagnostic about a property, at the place that set it."""
        return Diagnostic(code, message, hint, self.where(pointer), severity)


def _origin(document: Document, pointer: str) -> Origin:
    return Origin(document.layer, document.path, document.line(pointer))
