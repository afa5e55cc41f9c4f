"""Text that every database, file format and browser can hold: normalised, without control characters."""

import re
import unicodedata
from typing import Any

from kalip.fields.fault import FieldFault, wrong_type

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile("\n|\u2028|\u2029")


def clean_line(raw: Any, limit: int) -> str | None:
    """Read one line of text: trimmed, NFC, None when empty. Raises FieldFault."""
    text = _clean(raw, limit)
    if _LINE_BREAK.search(text):
        raise FieldFault("line_break", "Only one line is allowed here.")
    return _bounded(text.replace("\t", " ").strip(), limit)


def clean_text(raw: Any, limit: int) -> str | None:
    """Read text of several lines: NFC, line ends as line feeds, trimmed behind, None when blank. Raises FieldFault."""
    return _bounded(_clean(raw, limit).rstrip(), limit)


def without_turns(text: str) -> str:
    """The text without marks that turn the direction of what follows: nobody sees them, and `gpj.exe` reads `exe.jpg`.

    Telephones put them around numbers that are copied. Languages that are written from the right need none of them.
    """
    return _TURNS.sub("", text)


def check_characters(text: str) -> None:
    """Refuse NUL, other control characters and halves of surrogate pairs. Raises FieldFault."""
    if found := _FORBIDDEN.search(text):
        raise FieldFault(
            "forbidden_character",
            "The character U+{code} at position {position} can't be stored.",
            {"code": f"{ord(found.group()):04X}", "position": found.start() + 1},
        )


def _clean(raw: Any, limit: int) -> str:
    if not isinstance(raw, str):
        raise wrong_type("text", raw)
    # Spaces that trimming removes don't count, but nobody may send megabytes of them.
    if len(raw) > 2 * limit + 1000:
        raise _too_long(limit, len(raw))
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    check_characters(text)
    return text if text.isascii() else unicodedata.normalize("NFC", without_turns(text))


def _bounded(text: str, limit: int) -> str | None:
    if len(text) > limit:
        raise _too_long(limit, len(text))
    return text or None


def _too_long(limit: int, length: int) -> FieldFault:
    return FieldFault("too_long", "At most {limit} characters, not {length}.", {"limit": limit, "length": length})
