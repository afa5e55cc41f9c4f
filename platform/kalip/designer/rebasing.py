"""A change drawn from one state of the packs, laid onto another: three ways, property by property. Knows no storage."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kalip.base.text import DEFAULT_LOCALE
from kalip.metadata import (
    OVERLAID,
    REMOVED,
    SITE,
    Change,
    ChangeKind,
    Pack,
    SiteEditor,
    Stack,
    Types,
    diff,
    stack,
)
from kalip.metadata.kinds import is_locale
from kalip.metadata.source import unescape, value_at

States = dict[str, Mapping[str, Any]]
Place = tuple[str, str]
"""A document's address and a pointer in it."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A property that was changed on both sides, and not alike: `base` became `mine` here and `theirs` there.

    Values are those of the effective documents, None where there is nothing. `is_order`: the values are the keys of
    a map, whose order was changed.
    """

    address: str
    pointer: str
    base: Any
    mine: Any
    theirs: Any
    is_order: bool = False

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.address, self.pointer


@dataclass(frozen=True, slots=True)
class Rebased:
    """The site's pack with the changes on top of the present; where there is a conflict, it has `mine`."""

    site: Pack
    conflicts: tuple[Clash, ...]


def rebase(base: Sequence[Pack], drafted: Pack, present: Sequence[Pack], types: Types) -> Rebased:
    """Lay what `drafted` (a site pack) changes of `base` onto `present`.

    What touches different properties survives on both sides. Documents that lie on nothing are taken as they are.
    """
    states = _spread(effective(stack(each)) for each in (base, [*without_site(base), drafted], present))
    before, mine, theirs = states
    changes, others = diff(before, mine), diff(before, theirs)
    found = {clash.place: clash for change in changes for clash in _conflicts(change, others, states)}
    editor = SiteEditor(present, types)
    # Translations lie over everything: what they say is changed there.
    for change in sorted(changes, key=lambda each: not each.address.startswith("lang/")):
        _lay(editor, change, mine)
    for clash in found.values():
        if not clash.is_order:
            _put(editor, *clash.place, clash.mine)
    _keep_dangling(editor, base, drafted, mine)
    return Rebased(editor.pack(), tuple(found.values()))


def renewed(conflicts: Sequence[Clash], packs: Sequence[Pack]) -> tuple[Clash, ...]:
    """The conflicts with what a stack says now as `mine`; without those where that is what the others say."""
    states = effective(stack(packs)) if conflicts else {}
    found = []
    for each in conflicts:
        mine = _value(states, *each.place)
        mine = list(mine or ()) if each.is_order else mine
        if mine != each.theirs:
            found.append(replace(each, mine=mine))
    return tuple(found)


def take(editor: SiteEditor, conflict: Clash) -> None:
    """Make a property what the others made of it."""
    if conflict.is_order:
        _arrange(editor, *conflict.place, conflict.theirs)
    else:
        _put(editor, *conflict.place, conflict.theirs)


def effective(stacked: Stack) -> States:
    """The documents after all layers by address, and those of the site that no layer can change."""
    states: States = {address: document.data for address, document in stacked.documents.items()}
    for pack in stacked.packs:
        if pack.name == SITE:
            own = (each for each in pack.documents.values() if each.kind not in OVERLAID and each.path != "pack.json")
            states |= {each.address: each.data for each in own}
    return states


def without_site(packs: Sequence[Pack]) -> list[Pack]:
    """The packs below the site's own."""
    return [pack for pack in packs if pack.name != SITE]


def _spread(states: Iterable[States]) -> tuple[States, States, States]:
    """The states with a plain text as the English one where another has the text in languages."""
    before, mine, theirs = states
    spread: tuple[States, States, States] = ({}, {}, {})
    for address in {*before, *mine, *theirs}:
        sides = [each.get(address) for each in (before, mine, theirs)]
        for data, made in zip(sides, spread, strict=True):
            if data is not None:
                made[address] = _in_languages(data, sides)
    return spread


def _in_languages(value: Any, sides: Sequence[Any]) -> Any:
    if isinstance(value, str) and any(_is_text(each) for each in sides):
        return {DEFAULT_LOCALE: value}
    if not isinstance(value, Mapping):
        return value
    inner = [each for each in sides if isinstance(each, Mapping)]
    return {key: _in_languages(each, [side.get(key) for side in inner]) for key, each in value.items()}


def _is_text(value: Any) -> bool:
    if not isinstance(value, Mapping) or not value:
        return False
    return all(isinstance(each, str) and is_locale(key) for key, each in value.items())


def _conflicts(change: Change, others: Sequence[Change], states: tuple[States, States, States]) -> Iterator[Clash]:
    is_order = change.kind is ChangeKind.MOVED
    for other in others:
        if other.address != change.address or (other.kind is ChangeKind.MOVED) != is_order:
            continue
        if is_order and other.pointer != change.pointer:
            continue
        outer, inner = sorted((change.pointer, other.pointer), key=len)
        if inner != outer and not inner.startswith(f"{outer}/"):
            continue
        base, mine, theirs = (_value(state, change.address, outer) for state in states)
        if is_order:
            base, mine, theirs = (list(each or ()) for each in (base, mine, theirs))
            common = set(mine) & set(theirs)
            if [key for key in mine if key in common] == [key for key in theirs if key in common]:
                continue
        elif mine == theirs:
            continue
        yield Clash(change.address, outer, base, mine, theirs, is_order)


def _lay(editor: SiteEditor, change: Change, mine: States) -> None:
    around, _, last = change.pointer.rpartition("/")
    if change.kind is ChangeKind.MOVED:
        order = list(_value(mine, change.address, change.pointer))
        _arrange(editor, change.address, change.pointer, order)
        return
    _put(editor, *_place(change), None if change.kind is ChangeKind.REMOVED else change.after)
    if change.kind is ChangeKind.ADDED and change.pointer and isinstance(change.after, Mapping):
        keys = list(_value(mine, change.address, around))
        _place_behind(editor, change.address, around, unescape(last), keys)


def _put(editor: SiteEditor, address: str, pointer: str, value: Any) -> None:
    """Make a property a value; None: nothing, as far as it can be taken away."""
    if value is None and value_at(editor.effective(address), pointer) is None:
        return
    if value is None and not pointer and editor.is_layered(address):
        editor.reset(address)
    else:
        editor.set(address, pointer, REMOVED if value is None else value)


def _arrange(editor: SiteEditor, address: str, pointer: str, order: Sequence[str]) -> None:
    """Entries that the order does not know stay behind what they follow."""
    entries = value_at(editor.effective(address), pointer)
    if not isinstance(entries, Mapping):
        return
    known = [key for key in order if key in entries]
    wanted: list[str] = [*known]
    for place, key in enumerate(present := list(entries)):
        if key not in order:
            wanted.insert(wanted.index(present[place - 1]) + 1 if place else 0, key)
    editor.arrange(address, pointer, wanted)


def _place_behind(editor: SiteEditor, address: str, around: str, name: str, order: Sequence[str]) -> None:
    entries = value_at(editor.effective(address), around)
    if not isinstance(entries, Mapping) or not all(isinstance(each, Mapping) for each in entries.values()):
        return
    earlier = [key for key in order[: order.index(name)] if key in entries]
    keys = [key for key in entries if key != name]
    keys.insert(keys.index(earlier[-1]) + 1 if earlier else 0, name)
    if keys != list(entries):
        editor.arrange(address, around, keys)


def _keep_dangling(editor: SiteEditor, base: Sequence[Pack], drafted: Pack, mine: States) -> None:
    """Take along the drafted documents that no layer is made of, so that their faults are told and nothing is lost."""
    before = next((pack.documents for pack in base if pack.name == SITE), {})
    for path, document in drafted.documents.items():
        known = before.get(path)
        if document.address not in mine and path != "pack.json" and (known is None or known.text != document.text):
            editor.put_text(path, document.text)


def _value(states: Mapping[str, Mapping[str, Any]], address: str, pointer: str) -> Any:
    return value_at(states.get(address), pointer)


def _place(change: Change) -> Place:
    return change.address, change.pointer
