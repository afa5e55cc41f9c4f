"""What an upgrade changes but a layer above hides: never in silence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kalip.base.errors import Where
from kalip.metadata import Change, ChangeKind, Pack, Stack, diff_packs
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


def shadows(before: Pack, after: Pack, stacked: Stack) -> tuple[Shadow, ...]:
    """The changes from one version of a pack to the next that layers above it hide; `stacked` has the next one."""
    names = [pack.name for pack in stacked.packs]
    above = frozenset(names[names.index(after.name) + 1 :])
    found: dict[tuple[str, str, Where], Shadow] = {}
    for change in diff_packs(before, after) if above else ():
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
