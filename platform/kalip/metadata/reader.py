"""Reads packs: the only module of this floor that touches files. Knows bounds and text, no meaning."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from kalip.base.errors import Diagnostic, MetadataError, Where
from kalip.metadata import codes
from kalip.metadata.archive import is_archive, unpack
from kalip.metadata.bounds import Bounds, Limit, too_big
from kalip.metadata.documents import Document, Pack
from kalip.metadata.kinds import is_plain_file, path_hint, place_of
from kalip.metadata.source import Fault, parse

_BOM = b"\xef\xbb\xbf"
_NOTHING: Mapping[str, bytes] = MappingProxyType({})
_IGNORED = ("__MACOSX", "Thumbs.db", "desktop.ini", "__pycache__")


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read, and what is wrong. `pack` holds every healthy document; None without a usable pack.json."""

    pack: Pack | None
    diagnostics: tuple[Diagnostic, ...]


def read_pack(path: Path, base: Mapping[str, bytes] = _NOTHING) -> Pack:
    """Read a folder or zip archive. Raises MetadataError with all diagnostics.

    `base` are files that the pack has too, where the folder has none of their paths.
    """
    return _whole(examine_pack(path, base), str(path))


def read_documents(files: Mapping[str, bytes], folder: str = "") -> Pack:
    """Read a pack from its files' bytes by path. Raises MetadataError with all diagnostics."""
    return _whole(examine_documents(files, folder), folder or "the pack")


def examine_pack(path: Path, base: Mapping[str, bytes] = _NOTHING) -> Reading:
    """Read a folder or zip archive as far as it goes, with all diagnostics; `base` as in `read_pack`."""
    if path.is_dir():
        files, faults = _read_folder(path)
    elif path.is_file() and is_archive(path):
        files, faults = unpack(path)
    else:
        known = "there is no such folder or file" if not path.exists() else "it is neither a folder nor a zip archive"
        hint = "name a pack's folder, or the archive that `kalip pack build` made"
        return Reading(None, (Diagnostic(codes.NO_PACK, f"no pack here: {known}", hint, Where(str(path))),))
    reading = examine_documents({**base, **files}, str(path))
    return Reading(reading.pack, (*faults, *reading.diagnostics))


def examine_documents(files: Mapping[str, bytes], folder: str = "") -> Reading:
    """Read a pack's files as far as they go, with all diagnostics."""
    diagnostics: list[Diagnostic] = []
    read: dict[str, Document] = {}
    others: dict[str, bytes] = {}
    for path in sorted(files):
        if _is_ignored(path):
            continue
        document = _read_document(path, files[path], folder, diagnostics)
        if document is not None:
            read[path] = document
        elif is_plain_file(path):
            others[path] = files[path]
    manifest = read.get("pack.json")
    if manifest is None:
        if "pack.json" not in files:
            hint = 'write {"name": "…", "version": "1.0.0"} there'
            diagnostics.append(
                Diagnostic(codes.NO_MANIFEST, "the pack has no pack.json", hint, Where(folder or "pack.json"))
            )
        return Reading(None, tuple(diagnostics))
    identity = _identity(manifest, diagnostics)
    if identity is None:
        return Reading(None, tuple(diagnostics))
    name, version = identity
    documents = {path: _with_layer(document, name) for path, document in read.items()}
    lost = frozenset(f"{path.removesuffix('.json')}#" for path in files if place_of(path) and path not in read)
    return Reading(Pack(name, version, documents["pack.json"], documents, others, lost), tuple(diagnostics))


def _whole(reading: Reading, name: str) -> Pack:
    if reading.pack is None or reading.diagnostics:
        raise MetadataError(f"{name} can't be read.", reading.diagnostics)
    return reading.pack


def _read_folder(root: Path) -> tuple[dict[str, bytes], list[Diagnostic]]:
    files: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    bounds = Bounds(str(root))
    for entry, path in _walk(root):
        if entry.is_symlink():
            hint = "put the file itself there"
            where = Where(f"{root}/{path}")
            diagnostics.append(Diagnostic(codes.BAD_ENTRY, "a pack may not hold links", hint, where))
            continue
        fault = bounds.refuse(path, entry.stat().st_size)
        if fault is not None:
            diagnostics.append(fault)
            if bounds.is_exhausted:
                break
            continue
        files[path] = Path(entry.path).read_bytes()
    return files, diagnostics


def _walk(root: Path) -> Iterator[tuple["os.DirEntry[str]", str]]:
    """Every file below root with its path by `/`, sorted, links not followed."""
    pending = [(root, "")]
    while pending:
        folder, prefix = pending.pop()
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        for entry in found:
            path = f"{prefix}{entry.name}"
            if _is_ignored(path):
                continue
            if entry.is_dir(follow_symlinks=False):
                pending.append((Path(entry.path), f"{path}/"))
            else:
                yield entry, path


def _is_ignored(path: str) -> bool:
    return any(step.startswith(".") or step in _IGNORED for step in path.split("/"))


def _read_document(path: str, content: bytes, folder: str, diagnostics: list[Diagnostic]) -> Document | None:
    """The document at a path; None with diagnostics added, or for a plain file."""
    file = f"{folder}/{path}" if folder else path
    place = place_of(path)
    if place is None:
        if not is_plain_file(path):
            message = f"'{path}' is no file that a pack knows"
            diagnostics.append(Diagnostic(codes.UNKNOWN_FILE, message, path_hint(path), Where(file)))
        return None
    if len(content) > Limit.DOCUMENT:
        diagnostics.append(too_big(file, len(content), Limit.DOCUMENT))
        return None
    text, fault = _decode(content, file)
    if fault is not None:
        diagnostics.append(fault)
        return None
    value, faults = parse(text)
    diagnostics.extend(_located(each, file) for each in faults)
    if faults:
        return None
    if not isinstance(value, dict):
        message = f"a document is an object, this is {type(value).__name__}"
        diagnostics.append(Diagnostic(codes.WRONG_TYPE, message, "put it in braces", Where(file, 1)))
        return None
    return Document(path, place.kind, place.names, value, text, "", folder)


def _decode(content: bytes, file: str) -> tuple[str, Diagnostic | None]:
    if content.startswith(_BOM):
        message = "the file starts with a byte-order mark"
        return "", Diagnostic(codes.NOT_UTF8, message, "save it as UTF-8 without BOM", Where(file, 1))
    try:
        return content.decode(), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the file is not UTF-8: byte 0x{content[error.start]:02x} at offset {error.start}"
        return "", Diagnostic(codes.NOT_UTF8, message, "save it as UTF-8", Where(file, line))


def _located(fault: Fault, file: str) -> Diagnostic:
    message = f"{fault.message} (column {fault.column})"
    return Diagnostic(fault.code, message, fault.hint, Where(file, fault.line, fault.pointer))


def _identity(manifest: Document, diagnostics: list[Diagnostic]) -> tuple[str, str] | None:
    name, version = manifest.data.get("name"), manifest.data.get("version")
    if isinstance(name, str) and name and isinstance(version, str) and version:
        return name, version
    hint = 'write {"name": "…", "version": "1.0.0"} there'
    diagnostics.append(manifest.diagnostic(codes.NO_MANIFEST, "pack.json needs a name and a version, both text", hint))
    return None


def _with_layer(document: Document, layer: str) -> Document:
    return replace(document, layer=layer, folder=document.folder or layer)
