"""Takes what changed between two states back from a third one, property by property. Knows no meaning."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from kalip.metadata.difference import MISSING, Change, ChangeKind, States, diff
from kalip.metadata.source import unescape

Map = dict[str, Any]


def undo(present: States, before: States, after: States) -> tuple[dict[str, Map], tuple[Change, ...]]:
    """The present state without what changed from `before` to `after`, and the changes that can't be taken back.

    A change can't be taken back where the present is neither as after it nor as before it. Entries that come back
    stand behind those that they stood behind.
    """
    state = {address: deepcopy(dict(data)) for address, data in present.items()}
    # Orders first: entries that come back find their neighbours where these stood.
    changes = sorted(diff(before, after), key=lambda change: change.kind is not ChangeKind.MOVED)
    conflicts = [change for change in changes if not _take_back(state, change, before)]
    return state, tuple(conflicts)


def _take_back(state: dict[str, Map], change: Change, before: States) -> bool:
    *around, last = (change.address, *map(unescape, change.pointer.split("/")[1:]))
    parent, earlier = _inside(state, around), _inside(before, around)
    if change.kind is ChangeKind.MOVED:
        here = parent.get(last) if parent is not None else None
        return isinstance(here, dict) and _reorder(here, change.before, change.after)
    was = MISSING if change.kind is ChangeKind.ADDED else change.before
    now = MISSING if change.kind is ChangeKind.REMOVED else change.after
    if parent is None:
        return was is MISSING
    here = parent.get(last, MISSING)
    if _same(here, was):
        return True
    if not _same(here, now):
        return False
    if was is MISSING:
        del parent[last]
    else:
        is_new = last not in parent
        parent[last] = deepcopy(was)
        if is_new and earlier is not None:
            _order(parent, _behind(parent, last, list(earlier)))
    return True


def _inside(state: Mapping[str, Any], steps: Sequence[str]) -> Map | None:
    value: Any = state
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, dict) else None


def _same(one: Any, other: Any) -> bool:
    if one is MISSING or other is MISSING:
        return one is other
    return not diff({"": {"": one}}, {"": {"": other}})


def _behind(entries: Map, name: str, order: Sequence[str]) -> list[str]:
    """The keys with `name` behind the nearest one that it stood behind in an earlier order."""
    keys = [key for key in entries if key != name]
    earlier = [key for key in order[: order.index(name)] if key in entries]
    keys.insert(keys.index(earlier[-1]) + 1 if earlier else 0, name)
    return keys


def _reorder(entries: Map, before: Sequence[str], after: Sequence[str]) -> bool:
    """Bring the entries that both orders know back into the earlier one; False when they stand in a third one."""
    known = [key for key in entries if key in before and key in after]
    if known == [key for key in before if key in known]:
        return True
    if known != [key for key in after if key in known]:
        return False
    earlier = iter([key for key in before if key in known])
    _order(entries, [next(earlier) if key in known else key for key in entries])
    return True


def _order(entries: Map, keys: Sequence[str]) -> None:
    ordered = {key: entries[key] for key in keys}
    entries.clear()
    entries.update(ordered)
