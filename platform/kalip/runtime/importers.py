"""What an importer of metadata is: a plugin's function from another system's files to a pack and a report."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from kalip.base.errors import Where
from kalip.base.text import LANGUAGES, Text
from kalip.metadata.source import lines_of

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Outcome(StrEnum):
    """What became of a thing of the other system."""

    MAPPED = "mapped"
    DEGRADED = "degraded"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of the report: `subject` in the words of the other system, `became` in those of the pack."""

    outcome: Outcome
    subject: str
    became: str = ""
    reason: str = ""
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A JSON file of the other system. `path` begins with the name of the folder that was given, `file` finds it."""

    path: str
    data: Any
    text: str = field(default="", repr=False)
    file: str = ""

    def where(self, pointer: str = "") -> Where:
        """A place in the file, by JSON pointer; the line is that of the nearest value around it."""
        lines, around = _lines(self.text), pointer
        while around and around not in lines:
            around = around.rpartition("/")[0]
        return Where(self.file or self.path, lines.get(around, 0), pointer)


@lru_cache(maxsize=32)
def _lines(text: str) -> Mapping[str, int]:
    return lines_of(text) if text else _NOTHING


@dataclass(frozen=True, slots=True)
class Source:
    """What is imported: JSON files, and other files that the importer wants, in order of their paths."""

    documents: tuple[SourceDocument, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    pack: str = "imported"
    prefix: str = ""
    languages: tuple[str, ...] = LANGUAGES


@dataclass(frozen=True, slots=True)
class Imported:
    """A pack's documents by path as plain JSON, texts as `Text` where there are several languages; and the report."""

    documents: Mapping[str, Mapping[str, Any]]
    lines: tuple[ReportLine, ...] = ()


@dataclass(frozen=True, slots=True)
class MetadataImporter:
    """Makes packs of another system's metadata.

    `wants` are patterns of file names (`*.json`); other files are not read. `read` touches no files itself. What it
    gives is checked and compiled afterwards; whatever Kalip refuses of it is taken out, and told.
    """

    name: str
    label: Text
    read: Callable[[Source], Imported]
    wants: tuple[str, ...] = ("*.json",)
