"""What an upgrade changes but a layer above hides: never in silence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kalip.base.errors import Where
from kalip.metadata import Change, ChangeKind, Stack
from kalip.metadata.source import value_at


@dataclass(frozen=True, slots=True)
class Shadow:
    """A pack's change that has no effect, as the property is set by the layer above at `where`.

    Taking out what stands there lets the pack's value through.
    """

    change: Change
    layer: str
    where: Where
    value: Any


def shadows(pack: str, changes: Sequence[Change], stacked: Stack) -> tuple[Shadow, ...]:
    """Those changes of a pack that layers above it hide; `stacked` has the pack as it is after them."""
    names = [each.name for each in stacked.packs]
    above = frozenset(names[names.index(pack) + 1 :])
    found: dict[tuple[str, str, Where], Shadow] = {}
    for change in changes if above else ():
        for shadow in _over(change, stacked, above):
            found.setdefault((change.address, change.pointer, shadow.where), shadow)
    return tuple(found.values())


def _over(change: Change, stacked: Stack, above: frozenset[str]) -> Iterator[Shadow]:
    document = stacked.documents.get(change.address)
    if document is None or change.kind is ChangeKind.MOVED:
        return
    for place, setters in document.setters.items():
        if not (_lies_in(place, change.pointer) or _lies_in(change.pointer, place)):
            continue
        for layer, source in setters:
            if layer.layer in above:
                yield Shadow(change, layer.layer, layer.where(source), value_at(layer.data, source))


def _lies_in(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")
