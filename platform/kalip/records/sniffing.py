"""What the bytes of a file are, whatever it is called; the name only tells apart what looks alike."""

import mimetypes
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Final

import puremagic

UNKNOWN: Final = "application/octet-stream"
PDF: Final = "application/pdf"
_PDF_WITHIN: Final = 1024  # bytes: readers of PDF look for its mark that far
_TEXTS: Final = {".csv": "text/csv", ".json": "application/json", ".md": "text/markdown"}
_SAMPLE: Final = 64 * 1024
# Python's own table, which no file of the machine changes, and what it doesn't know.
_ENDINGS: Final = mimetypes.MimeTypes(filenames=())
for _ending, _kind in {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}.items():
    _ENDINGS.add_type(_kind, _ending)
_CERTAIN: Final = ("image/", "audio/", "video/", PDF)
"""Kinds that their first bytes give away for sure."""
_RUN: Final = frozenset(
    {
        "application/java-archive",
        "application/vnd.microsoft.portable-executable",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-mach-binary",
        "application/x-msdownload",
        "application/xhtml+xml",
        "image/svg+xml",
        "text/html",
    }
)
"""Kinds that somebody's machine or browser would run, so that no other ending may hide them."""


def sniff(path: Path, name: str) -> str:
    """The media type that the bytes have; the name decides only between those that look alike."""
    with path.open("rb") as file:
        try:
            # A guess without matching bytes follows from the name alone.
            guesses = [each for each in puremagic.magic_stream(file, name) if each.byte_match]
        except (puremagic.PureError, ValueError, OSError):
            guesses = []
        if guesses and guesses[0].mime_type:
            return str(guesses[0].mime_type)
        file.seek(0)
        sample = file.read(_SAMPLE)
    if b"%PDF-" in sample[:_PDF_WITHIN]:
        return PDF
    return _TEXTS.get(PurePath(name).suffix.lower(), "text/plain") if _is_text(sample) else UNKNOWN


def accepts(accept: Sequence[str], name: str, media_type: str) -> bool:
    """Whether a file is of an accepted kind: a media type, a family such as `image/*`, or an ending."""
    lowered = name.lower()
    for kind in accept:
        if kind.startswith("."):
            if lowered.endswith(kind):
                return True
        elif media_type == kind or (kind.endswith("/*") and media_type.startswith(kind[:-1])):
            return True
    return not accept


def contradicts(name: str, media_type: str) -> bool:
    """Whether a name claims what the content isn't: a page called `deed.pdf`, say. Unknown endings claim nothing."""
    claimed = _ENDINGS.guess_type(f"x{PurePath(name).suffix}")[0] or UNKNOWN
    if claimed in (UNKNOWN, media_type):
        return False
    if media_type in _RUN:
        return True
    certain = next((each for each in _CERTAIN if media_type.startswith(each) or claimed.startswith(each)), None)
    # A picture of another format is a picture all the same.
    return certain is not None and not (media_type.startswith(certain) and claimed.startswith(certain))


def _is_text(sample: bytes) -> bool:
    if b"\0" in sample:
        return False
    try:
        # The sample may end inside of a character.
        sample[: max(1, len(sample) - 3)].decode()
    except UnicodeDecodeError as error:
        return error.start >= len(sample) - 7
    return True
