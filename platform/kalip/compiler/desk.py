"""Where faults and uses are put down while a model is compiled. Knows places, not meaning."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from kalip.base.errors import Diagnostic, Severity, Where
from kalip.base.names import did_you_mean
from kalip.metadata import Stack
from kalip.metadata.source import escape
from kalip.model import Use

_MOST_LISTED = 12
_CALLED: Final[Mapping[str, str]] = {"choices": "choice list"}
_WORD = re.compile(r"[a-z][a-z0-9_]*")


class Located(Protocol):
    """A document, merged or of one pack."""

    @property
    def address(self) -> str:
        """The path without `.json`."""

    def where(self, pointer: str = "") -> Where:
        """The place of a property."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A property of a document: what a diagnostic points at."""

    document: Located
    pointer: str = ""

    def at(self, *keys: str | int) -> "Spot":
        """A property inside."""
        pointer = self.pointer
        for key in keys:
            pointer = f"{pointer}/{escape(key) if isinstance(key, str) else key}"
        return Spot(self.document, pointer)


class Desk:
    """Collects diagnostics and uses; keeps back what only follows from a fault told already."""

    def __init__(self, stack: Stack) -> None:
        self.diagnostics: list[Diagnostic] = []
        self.uses: dict[Use, None] = {}
        self._layers = {address: document.base.layer for address, document in stack.documents.items()}
        self._removers = {
            (_CALLED.get(each.kind, str(each.kind)), each.names[-1]): each.layers[-1].layer
            for each in stack.removed.values()
        }
        self._doubtful: set[str] = set()
        for mark in stack.broken:
            address, _, pointer = mark.partition("#")
            self.doubt(pointer.rpartition("/")[2] if pointer else _names_in(address))

    def doubt(self, *names: str) -> None:
        """Mark names whose faults are told already: what depends on them says nothing more."""
        self._doubtful.update(names)

    def is_doubtful(self, text: str) -> bool:
        """Whether a name or expression says one of the doubtful names."""
        return bool(self._doubtful) and not self._doubtful.isdisjoint(_WORD.findall(text))

    def report(self, code: str, spot: Spot, message: str, hint: str = "", severity: Severity = "error") -> None:
        """Put down a fault."""
        where = spot.document.where(spot.pointer)
        self.diagnostics.append(Diagnostic(code, message, hint, where, severity))

    def unknown(self, code: str, spot: Spot, what: str, name: str, known: "list[str] | tuple[str, ...]") -> None:
        """Put down that a name is not known, with the one that was probably meant. `what`: `stage of 'deal'`."""
        if self.is_doubtful(name):
            return
        listed = ", ".join(known[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
        hint = did_you_mean(name, known) or (f"there are {listed}" if known else "there are none")
        thing, _, owner = what.partition(" of ")
        remover = self._removers.get((thing, name.rpartition("/")[2]))
        hint = f"'{remover}' has removed it" if remover is not None else hint
        message = f"{owner} has no {thing} '{name[:60]}'" if owner else f"unknown {what} '{name[:60]}'"
        self.report(code, spot, message, hint)

    def old(self, spot: Spot, old: str, present: str) -> None:
        """Put down that an earlier name was used."""
        self.report("C113", spot, f"'{old}' is now called '{present}'", f"write '{present}'", "warning")

    def use(self, spot: Spot, used: str) -> None:
        """Put down an edge of the where-used graph."""
        address = spot.document.address
        where = spot.document.where(spot.pointer)
        user = f"{self._layers.get(address, '')}/{address.removeprefix('entities/')}".lstrip("/")
        self.uses[Use(user, used, where.file, where.line, spot.pointer)] = None


def _names_in(address: str) -> str:
    steps = address.split("/")
    return steps[1] if len(steps) > 1 else steps[0]
