"""Takes an overlay along with what it lies on, when a new version of that has given names away.

Without this an overlay would say its own of whatever has the name by now.
"""

from collections.abc import Mapping
from typing import Any

from kalip.metadata.check import MARKS
from kalip.metadata.overlay import present_name


def followed(over: Any, before: Any, after: Any) -> Any:
    """The overlay of `before` as one of `after`: entries that have other names there have them here."""
    if not all(isinstance(each, Mapping) for each in (over, before, after)):
        return over
    names = renamings(before, after)
    made: dict[str, Any] = {}
    for key, part in over.items():
        old = present_name(before, key)
        new = names.get(old, old)
        name = key if new in over else new
        made[name] = _placed(followed(part, before.get(old), after.get(new)), before, names)
    return made


def renamings(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """What entries of a map are called afterwards, by what they were called before; only those that changed."""
    return {
        old: name
        for name, entry in after.items()
        if name not in before and isinstance(entry, Mapping) and isinstance(entry.get("was"), list)
        for old in entry["was"]
        if old in before
    }


def _placed(part: Any, before: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    """An entry that stands behind or before another stands so by that one's new name."""
    if not isinstance(part, Mapping):
        return part
    marks = {mark: part[mark] for mark in MARKS if isinstance(part.get(mark), str)}
    return {**part, **{mark: names.get(present_name(before, anchor), anchor) for mark, anchor in marks.items()}}
