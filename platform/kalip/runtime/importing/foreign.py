"""Reads another system's files for an importer: bounded, strict about places, lenient about what harms nobody."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kalip.base.errors import Diagnostic, Where
from kalip.base.text import LANGUAGES
from kalip.metadata import codes
from kalip.metadata.source import parse
from kalip.runtime.importers import Source, SourceDocument

MOST_BYTES_OF_A_FILE: Final = 4_000_000
MOST_BYTES: Final = 128_000_000
MOST_FILES: Final = 20_000
MOST_ENTRIES: Final = 500_000
_DEEPEST: Final = 40
_SKIPPED = frozenset({"node_modules", "__pycache__", "__MACOSX", "vendor"})
_BOM = b"\xef\xbb\xbf"
_TOLERATED = frozenset({codes.DUPLICATE_KEY, codes.BAD_NUMBER, codes.BAD_TEXT})


@dataclass(frozen=True, slots=True)
class ForeignFiles:
    """What could be read, and what is wrong with the rest."""

    documents: tuple[SourceDocument, ...]
    files: Mapping[str, bytes]
    diagnostics: tuple[Diagnostic, ...]

    def source(self, pack: str, prefix: str = "", languages: tuple[str, ...] = LANGUAGES) -> Source:
        """The files for an importer."""
        return Source(self.documents, self.files, pack, prefix, languages)


def read_foreign(path: Path, wants: tuple[str, ...]) -> ForeignFiles:
    """Read a file, or a folder's files whose names fit a pattern. Links are not followed; bounds are diagnostics."""
    reading = _Reading(wants)
    resolved = path.resolve()  # "." and ".." have names too
    if path.is_file():
        reading.take(path, f"{resolved.parent.name}/{resolved.name}")
    elif path.is_dir():
        for file, relative in reading.walk(path):
            if not reading.take(file, f"{resolved.name}/{relative}"):
                break
    else:
        message = "there is no such folder or file"
        reading.report(codes.NO_PACK, message, "name a folder of the other system, or one file", str(path))
    return ForeignFiles(tuple(reading.documents), MappingProxyType(reading.files), tuple(reading.diagnostics))


class _Reading:
    def __init__(self, wants: tuple[str, ...]) -> None:
        self.wants = wants
        self.documents: list[SourceDocument] = []
        self.files: dict[str, bytes] = {}
        self.diagnostics: list[Diagnostic] = []
        self.size = 0
        self.count = 0

    def report(self, code: str, message: str, hint: str, file: str) -> None:
        self.diagnostics.append(Diagnostic(code, message, hint, Where(file)))

    def walk(self, root: Path) -> Iterator[tuple[Path, str]]:
        """Wanted files below root in order of their paths."""
        pending: list[tuple[Path, str, int]] = [(root, "", 0)]
        entries_seen = 0
        while pending:
            folder, prefix, depth = pending.pop()
            inner: list[tuple[Path, str, int]] = []
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.report(codes.BAD_ENTRY, f"the folder can't be read: {error.strerror}", "", str(folder))
                continue
            entries_seen += len(found)
            if entries_seen > MOST_ENTRIES:
                message = f"the folder holds more than {MOST_ENTRIES:,} files"
                self.report(codes.TOO_MANY, message, "name the folder of one application", str(root))
                return
            for entry in found:
                if entry.name.startswith(".") or entry.name in _SKIPPED or entry.is_symlink():
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth < _DEEPEST:
                        inner.append((Path(entry.path), f"{prefix}{entry.name}/", depth + 1))
                elif entry.is_file(follow_symlinks=False) and self._is_wanted(entry.name):
                    yield Path(entry.path), f"{prefix}{entry.name}"
            pending += reversed(inner)

    def take(self, file: Path, path: str) -> bool:
        """Read one file; false when no more may be read."""
        try:
            size = file.stat().st_size
            if size > MOST_BYTES_OF_A_FILE:
                message = f"the file has {size:,} bytes, the limit is {MOST_BYTES_OF_A_FILE:,}"
                self.report(codes.TOO_BIG, message, "it is left out", str(file))
                return True
            self.size += size
            self.count += 1
            if self.size > MOST_BYTES or self.count > MOST_FILES:
                message = f"there are more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes to import"
                self.report(codes.TOO_MANY, message, "name the folder of one application", str(file))
                return False
            content = file.read_bytes()
        except OSError as error:
            self.report(codes.BAD_ENTRY, f"the file can't be read: {error.strerror}", "", str(file))
            return True
        if file.suffix.lower() == ".json" or not self._is_wanted(file.name):
            self._decode(content, path, str(file))
        else:
            self.files[path] = content
        return True

    def _is_wanted(self, name: str) -> bool:
        return any(fnmatchcase(name.lower(), pattern) for pattern in self.wants)

    def _decode(self, content: bytes, path: str, file: str) -> None:
        try:
            text = content.removeprefix(_BOM).decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            message = f"the file is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}"
            self.diagnostics.append(Diagnostic(codes.NOT_UTF8, message, "save it as UTF-8", Where(file, line)))
            return
        value, faults = parse(text)
        tolerable = all(fault.code in _TOLERATED for fault in faults)
        for fault in faults:
            message = f"{fault.message} (column {fault.column})"
            where = Where(file, fault.line, fault.pointer)
            severity = "warning" if tolerable else "error"
            self.diagnostics.append(Diagnostic(fault.code, message, fault.hint, where, severity))  # type: ignore[arg-type]  # one of the two
        if not tolerable:
            return
        if faults:
            try:
                value = json.loads(text)
            except (ValueError, RecursionError):  # "Infinity" and the like
                return
        self.documents.append(SourceDocument(path, value, text, file))
