"""How big a pack may be. Knows sizes, not contents."""

from enum import IntEnum

from kalip.base.errors import Diagnostic, Where
from kalip.metadata import codes


class Limit(IntEnum):
    """Bounds in bytes, except ENTRIES (files in a pack) and PATH (characters)."""

    DOCUMENT = 1_000_000
    FILE = 16_000_000
    PACK = 64_000_000
    ENTRIES = 10_000
    PATH = 200


class Bounds:
    """Counts the files of one pack while it is read."""

    def __init__(self, pack: str) -> None:
        self.pack = pack
        self.entries = 0
        self.size = 0

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing more may be read."""
        return self.entries > Limit.ENTRIES or self.size > Limit.PACK

    def refuse(self, path: str, size: int) -> Diagnostic | None:
        """Count a file; a diagnostic says why it may not be read."""
        self.entries += 1
        limit = Limit.DOCUMENT if path.endswith(".json") else Limit.FILE
        if size > limit:
            return too_big(f"{self.pack}/{path}", size, limit)
        self.size += size
        if self.is_exhausted:
            message = f"the pack holds more than {Limit.ENTRIES:,} files or {Limit.PACK:,} bytes"
            return Diagnostic(codes.TOO_MANY, message, "split it into several packs", Where(self.pack))
        if len(path) > Limit.PATH:
            message = f"the path is longer than {Limit.PATH} characters"
            return Diagnostic(codes.BAD_ENTRY, message, "shorten it", Where(f"{self.pack}/{path[: Limit.PATH]}…"))
        return None


def too_big(file: str, size: int, limit: int) -> Diagnostic:
    """The diagnostic of a file that is over its limit."""
    message = f"the file has {size:,} bytes, the limit is {limit:,}"
    return Diagnostic(codes.TOO_BIG, message, "split it: records into several seed files, say", Where(file))
