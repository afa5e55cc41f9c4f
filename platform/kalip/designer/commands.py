"""What an administrator does to a draft, as frozen commands. Knows no storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kalip.metadata import REMOVED, SiteEditor


@dataclass(frozen=True, slots=True)
class SetValue:
    """Make a property of an effective document another value; pointer "" is the whole document, which may be new."""

    address: str
    pointer: str
    value: Any


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a property out of an effective document; with pointer "" the document goes."""

    address: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring back a pack's document that the site has removed, with what the site said of it."""

    address: str


@dataclass(frozen=True, slots=True)
class Reset:
    """Take back what the site says of a property, so that the packs' value shows again; "" for the whole document."""

    address: str
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Put an entry behind another of its map; None: first."""

    address: str
    pointer: str
    after: str | None


@dataclass(frozen=True, slots=True)
class Rename:
    """Give an entry (a field, choice, stage) another name, by which its data goes along."""

    address: str
    pointer: str
    name: str


@dataclass(frozen=True, slots=True)
class PutDocument:
    """Put a file of the site's pack as it is written, an overlay or a document of its own; None takes it out.

    With `seen`, the text that was opened, it is Conflict when the draft has another one now.
    """

    path: str
    text: str | None
    seen: str | None = None


Edit = SetValue | Remove | Restore | Reset | Move | Rename | PutDocument


def apply_edits(editor: SiteEditor, edits: Sequence[Edit]) -> None:
    """Make edits in order. Raises BadRequest, NotFound, and MetadataError for what is no JSON."""
    for edit in edits:
        match edit:
            case SetValue(address, pointer, value):
                editor.set(address, pointer, value)
            case Remove(address, pointer):
                editor.set(address, pointer, REMOVED)
            case Restore(address):
                editor.restore(address)
            case Reset(address, pointer):
                editor.reset(address, pointer)
            case Move(address, pointer, after):
                editor.move(address, pointer, after)
            case Rename(address, pointer, name):
                editor.rename(address, pointer, name)
            case PutDocument(path, text, _):
                editor.put_text(path, text)
