"""The blob store: bytes under their SHA-256 in a folder, two levels deep. A blob is there whole or not at all.

Writing goes temporary file → fsync → rename → fsync of the folder, so a blob that was answered survives a power cut.
Writers share a lock on a file of the store, which who removes blobs has alone: a blob isn't written again between the
look at its age and its end, by any process of any node.
"""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Final, Literal

from kalip.base.errors import NotFound, StorageError

_CHUNK: Final = 1 << 20
_HEX: Final = frozenset("0123456789abcdef")
_LENGTH: Final = 64
_INCOMING: Final = "incoming"
_UNNAMED: Final = "unnamed"
_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Blob:
    """What was written: its hash and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """How large a blob is, and when it was written last (seconds since 1970)."""

    size: int
    at: float


@dataclass(frozen=True, slots=True)
class BlobFault:
    """A blob that is not what its name says, or is not there."""

    sha256: str
    fault: Literal["altered", "missing"]


class Blobs:
    """A store in a folder, which is made when it is first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, stream: IO[bytes], max_size: int | None = None) -> Blob:
        """Keep the bytes of a stream. StorageError (S150) when there are more than `max_size`; nothing is kept then."""
        incoming = self.root / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=incoming)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                blob = _copy(stream, file, max_size)
                file.flush()
                os.fsync(file.fileno())
            self._settle(temporary, blob)
        finally:
            temporary.unlink(missing_ok=True)
        return blob

    def open(self, sha256: str) -> BufferedReader:
        """Open a blob for reading; NotFound when it is not in the store."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound("there is no file with the content {hash}", params={"hash": sha256}) from None

    def path(self, sha256: str) -> Path:
        """Where a blob is or would be. NotFound for a text that is no hash."""
        if len(sha256) != _LENGTH or not _HEX.issuperset(sha256):
            raise NotFound("there is no file with the content {hash}", params={"hash": sha256[:_LENGTH]})
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def exists(self, sha256: str) -> bool:
        """Whether a blob is in the store."""
        return self.path(sha256).is_file()

    def all(self) -> Iterator[str]:
        """The hashes of all blobs in the store, in order."""
        for folder in sorted(self.root.glob("??")):
            for path in sorted(folder.glob("??/*")):
                if len(path.name) == _LENGTH:
                    yield path.name

    def verify(self, wanted: Collection[str] = ()) -> Iterator[BlobFault]:
        """Read every blob and tell those whose content is not what their name says, and those wanted but missing."""
        present = set()
        for sha256 in self.all():
            present.add(sha256)
            with self.open(sha256) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    yield BlobFault(sha256, "altered")
        for sha256 in sorted(set(wanted) - present):
            yield BlobFault(sha256, "missing")

    def stored(self, sha256: str) -> Stored | None:
        """The size of a blob and when it was written last; None when it is not in the store."""
        return _stored(self.path(sha256))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have nobody finish writing a blob during the block. Open a session before, never inside: see `collecting`."""
        self.root.mkdir(parents=True, exist_ok=True)
        with self._locked(fcntl.LOCK_EX):
            yield

    def remove(self, sha256: str) -> None:
        """Delete a blob that nothing names, if it is there; only inside of `alone`."""
        self.path(sha256).unlink(missing_ok=True)
        self.unmark(sha256)

    def mark(self, sha256: str) -> None:
        """Note that nothing names a blob since now."""
        folder = self.root / _UNNAMED
        folder.mkdir(exist_ok=True)
        (folder / sha256).touch()

    def marked(self, sha256: str) -> float | None:
        """Since when it is noted that nothing names a blob (seconds since 1970)."""
        found = _stored(self.root / _UNNAMED / sha256)
        return None if found is None else found.at

    def marks(self) -> set[str]:
        """The hashes that are noted so."""
        return {path.name for path in (self.root / _UNNAMED).glob("*")}

    def unmark(self, sha256: str) -> None:
        """Take the note back."""
        (self.root / _UNNAMED / sha256).unlink(missing_ok=True)

    def clear_incoming(self, older_than: float) -> int:
        """Delete what broken writes left before a moment (seconds since 1970); how many."""
        old = [each for each in (self.root / _INCOMING).glob("*") if (found := _stored(each)) and found.at < older_than]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.root / _LOCK).open("ab") as file:
            fcntl.flock(file, how)
            yield

    def _settle(self, temporary: Path, blob: Blob) -> None:
        target = self.path(blob.sha256)
        with self._locked(fcntl.LOCK_SH):
            if target.is_file() and target.stat().st_size == blob.size:
                # Written again: as young as its newest use, so that it isn't collected.
                os.utime(target)
                return
            for folder in (target.parent.parent, target.parent):
                if not folder.is_dir():
                    folder.mkdir(exist_ok=True)
                    _sync_folder(folder.parent)
            temporary.replace(target)
            _sync_folder(target.parent)


def _stored(path: Path) -> Stored | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return Stored(found.st_size, found.st_mtime)


def _copy(stream: IO[bytes], file: IO[bytes], max_size: int | None) -> Blob:
    digest = hashlib.sha256()
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if max_size is not None and size > max_size:
            raise StorageError("the file is larger than {size} bytes", params={"size": max_size}, code="S150")
        digest.update(chunk)
        file.write(chunk)
    return Blob(digest.hexdigest(), size)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
