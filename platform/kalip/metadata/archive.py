"""Zip archives of packs: unpacks distrustfully, builds so that the same pack is the same bytes."""

import io
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from kalip.base.errors import Diagnostic, Where
from kalip.metadata import codes
from kalip.metadata.bounds import Bounds, Limit, too_big
from kalip.metadata.documents import Pack

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
_ENCRYPTED = 0x1


def is_archive(path: Path) -> bool:
    """Whether the file looks like a zip archive."""
    return path.suffix == ".zip" or zipfile.is_zipfile(path)


def build_zip(pack: Pack) -> bytes:
    """The pack as a zip archive: sorted entries, no dates, no machine's traits.

    Not compressed: the same text gives other bytes with another version of zlib.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in pack.contents.items():
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system = _UNIX
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, content)
    return target.getvalue()


def unpack(path: Path) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """Read an archive's files by path, and what was refused. A single folder around everything is taken off."""
    files: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    try:
        with zipfile.ZipFile(path) as archive:
            _read_entries(archive, str(path), files, diagnostics.append)
    except _DAMAGES as error:
        diagnostics.append(_damaged(str(path), error))
    return _without_wrapper(files), diagnostics


def _read_entries(
    archive: zipfile.ZipFile, name: str, files: dict[str, bytes], report: Callable[[Diagnostic], None]
) -> None:
    bounds = Bounds(name)
    for entry in archive.infolist():
        if entry.is_dir():
            continue
        fault = _refused(entry, name, files) or bounds.refuse(entry.filename, entry.file_size)
        if fault is not None:
            report(fault)
            if bounds.is_exhausted:
                return
            continue
        try:
            with archive.open(entry) as stream:
                content = stream.read(entry.file_size + 1)
        except _DAMAGES as error:
            report(_damaged(f"{name}/{entry.filename}", error))
            continue
        # The header may lie about the size.
        if len(content) > entry.file_size:
            report(too_big(f"{name}/{entry.filename}", len(content), entry.file_size))
        else:
            files[entry.filename] = content


def _refused(entry: zipfile.ZipInfo, name: str, files: dict[str, bytes]) -> Diagnostic | None:
    path = entry.filename
    where = Where(f"{name}/{path[: Limit.PATH]}")
    steps = path.split("/")
    if "\\" in path or "\0" in path or ":" in steps[0] or not all(steps) or {".", ".."} & set(steps):
        message = f"the path {path[: Limit.PATH]!r} is absolute or leaves the pack"
        return Diagnostic(codes.BAD_ENTRY, message, "build the archive with `kalip pack build`", where)
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Diagnostic(codes.BAD_ENTRY, "a pack may not hold links", "put the file itself there", where)
    if path in files:
        return Diagnostic(codes.BAD_ENTRY, "the archive holds this path twice", "keep one of them", where)
    if entry.flag_bits & _ENCRYPTED:
        return Diagnostic(codes.BAD_ARCHIVE, "the entry is encrypted", "build the archive without a password", where)
    return None


def _damaged(name: str, error: Exception) -> Diagnostic:
    hint = "build or download the archive again"
    return Diagnostic(codes.BAD_ARCHIVE, f"the archive can't be read: {error}", hint, Where(name))


def _without_wrapper(files: dict[str, bytes]) -> dict[str, bytes]:
    visible = [path for path in files if not path.startswith((".", "__MACOSX"))]
    wrappers = {path.split("/")[0] for path in visible}
    if "pack.json" in files or len(wrappers) != 1:
        return files
    prefix = f"{wrappers.pop()}/"
    if f"{prefix}pack.json" not in files:
        return files
    return {path.removeprefix(prefix): content for path, content in files.items() if path.startswith(prefix)}
