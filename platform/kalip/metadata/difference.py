"""What differs between two states of documents, property by property. Knows no meaning."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kalip.metadata.documents import Pack
from kalip.metadata.source import escape

MISSING: Final = object()
"""What stands where nothing stands: `null` is a value, by which an overlay removes."""

States = Mapping[str, Mapping[str, Any]]
"""Documents' data by address."""


class ChangeKind(StrEnum):
    """What happened to a property."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One property of one document (by address). Pointer "" is the whole document.

    MOVED is about a map whose entries changed their order: before and after are the keys.
    """

    kind: ChangeKind
    address: str
    pointer: str
    before: Any = None
    after: Any = None


def diff(before: States, after: States) -> tuple[Change, ...]:
    """The changes from one set of documents (address to data) to another, sorted by address."""
    return tuple(
        change
        for address in sorted({*before, *after})
        for change in _entry(address, "", before.get(address, MISSING), after.get(address, MISSING))
    )


def diff_packs(before: Pack, after: Pack) -> tuple[Change, ...]:
    """The changes from one version of a pack to another."""
    return diff(_data(before), _data(after))


def _data(pack: Pack) -> dict[str, Mapping[str, Any]]:
    return {document.address: document.data for document in pack.documents.values()}


def _entry(address: str, pointer: str, before: Any, after: Any) -> Iterator[Change]:
    if before is MISSING:
        yield Change(ChangeKind.ADDED, address, pointer, None, after)
    elif after is MISSING:
        yield Change(ChangeKind.REMOVED, address, pointer, before)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _maps(address, pointer, before, after)
    elif before != after or type(before) is not type(after):
        yield Change(ChangeKind.CHANGED, address, pointer, before, after)


def _maps(address: str, pointer: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key in (*after, *(key for key in before if key not in after)):
        place = f"{pointer}/{escape(key)}"
        yield from _entry(address, place, before.get(key, MISSING), after.get(key, MISSING))
    kept_before = [key for key in before if key in after]
    kept_after = [key for key in after if key in before]
    if kept_before != kept_after:
        yield Change(ChangeKind.MOVED, address, pointer, tuple(before), tuple(after))
