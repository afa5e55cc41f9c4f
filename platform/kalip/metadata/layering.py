"""The smallest overlay that makes one value of another: what laying documents over each other is the other way round.

Knows values, not documents. An overlay's part is a value as `overlay` lays it, or MISSING where it says nothing.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kalip.base.canonical import canonical_text
from kalip.base.text import DEFAULT_LOCALE
from kalip.metadata.check import MARKS
from kalip.metadata.difference import MISSING
from kalip.metadata.kinds import is_locale
from kalip.metadata.overlay import present_name

Map = dict[str, Any]
REMOVED: Final = None
"""What is wanted of a property that shall not be there; also what an overlay says to remove it."""


def overlaid(below: Any, wanted: Any, *, is_root: bool = False) -> Any:
    """The smallest part of an overlay by which `below` (MISSING: nothing) becomes `wanted`.

    Entries that moved say `after` or `before`, where every entry of their map is a map; the root's keys have no order.
    """
    if wanted is REMOVED:
        return MISSING if below is MISSING else REMOVED
    if below is MISSING:
        return wanted
    if is_same(below, wanted):
        return MISSING
    if isinstance(wanted, Mapping):
        if isinstance(below, str) and wanted and all(map(is_locale, wanted)):
            below = {DEFAULT_LOCALE: below}
        if isinstance(below, Mapping):
            over = _between(below, wanted)
            return (over if is_root else placed(over, below, list(wanted))) or MISSING
    return wanted


def changed(over: Any, below: Any, steps: Sequence[str], wanted: Any) -> Any:
    """An overlay's part with which the value at some steps becomes `wanted`; all else it says stays said."""
    if not steps:
        part = overlaid(below, wanted)
        return part if wanted is REMOVED else _with_marks(over, part)
    step, *rest = steps
    if over is REMOVED and wanted is REMOVED:
        return over
    if over is not MISSING and not isinstance(over, Mapping):
        return overlaid(below, put(over, steps, wanted))
    if over is MISSING and isinstance(below, list):
        return overlaid(below, put(below, steps, wanted))
    inside = inner(below, step)
    parts = dict(over) if isinstance(over, Mapping) else {}
    key = key_for(parts, inside, step)
    part = changed(parts.get(key, MISSING), inside.get(step, MISSING), rest, wanted)
    if part is MISSING:
        parts.pop(key, None)
    else:
        parts[key] = part
    return parts if parts or (over is not MISSING and below is MISSING) else MISSING


def ordered(over: Any, below: Any, steps: Sequence[str], order: Sequence[str]) -> Any:
    """An overlay's part with which the entries of the map at some steps come to stand in an order."""
    parts = over if isinstance(over, Mapping) else {}
    if steps:
        inside = inner(below, steps[0])
        key = key_for(parts, inside, steps[0])
        part = ordered(parts.get(key, MISSING), inside.get(steps[0], MISSING), steps[1:], order)
        if part is not MISSING:
            return {**parts, key: part}
        rest = {name: each for name, each in parts.items() if name != key}
        return rest or (over if below is MISSING or not isinstance(over, Mapping) else MISSING)
    if isinstance(below, Mapping):
        return placed(parts, below, order) or MISSING
    known = [key for key in order if key in parts]
    return {**{key: parts[key] for key in known}, **parts}


def put(value: Any, steps: Sequence[str], wanted: Any) -> Any:
    """A copy of a plain value with `wanted` at some steps; maps are made on the way. IndexError beyond a list."""
    if not steps:
        return wanted
    step, *rest = steps
    if isinstance(value, list):
        items = list(value)
        if not step.isdecimal() or int(step) >= len(items) + (not rest and wanted is not REMOVED):
            raise IndexError(step)
        place = int(step)
        items[place : place + 1] = [] if not rest and wanted is REMOVED else [put(_at(items, place), rest, wanted)]
        return items
    entries = dict(inner(value, step))
    if wanted is REMOVED and step not in entries:
        return value
    made = put(entries.get(step, MISSING), rest, wanted) if rest or wanted is not REMOVED else REMOVED
    if made is REMOVED:
        entries.pop(step, None)
    else:
        entries[step] = made
    return entries


def placed(over: Mapping[str, Any], below: Mapping[str, Any], order: Sequence[str]) -> Map:
    """An overlay's map with the marks by which the entries come to stand in an order, and no others.

    Only entries that are maps can be moved; the order of others stays what it is.
    """
    said = {key: _without_marks(part) for key, part in over.items()}
    names = {key: present_name(below, key) for key in said}
    removed = {names[key] for key, part in said.items() if part is None}
    natural = [name for name in below if name not in removed]
    natural += [name for key, name in names.items() if name not in below and said[key] is not None]
    keys = {name: key for key, name in names.items()}
    known = [name for name in order if name in set(natural)]
    if not all(isinstance(said.get(keys.get(name, name), below.get(name)), Mapping) for name in known):
        return said
    staying = _longest_run([natural.index(name) for name in known])
    still = {natural[place] for place in staying}
    for place, name in enumerate(known):
        if name in still:
            continue
        key = keys.get(name, name)
        part = said.pop(key, {})
        mark = {"after": known[place - 1]} if place else {"before": next(each for each in known if each in still)}
        # Moves are made in the order written, each to where the one before it stands already.
        said[key] = {**(part or {}), **mark}
    # An empty map says nothing over a map; over anything else it takes its place.
    return {
        key: part for key, part in said.items() if part != {} or not isinstance(below.get(names.get(key, key)), Mapping)
    }


def inner(value: Any, step: str) -> Mapping[str, Any]:
    """The map that a step leads into; a plain text is the English one where the step is a locale."""
    if isinstance(value, str) and is_locale(step):
        return {DEFAULT_LOCALE: value}
    return value if isinstance(value, Mapping) else {}


def key_for(over: Mapping[str, Any], below: Mapping[str, Any], name: str) -> str:
    """The key under which an overlay speaks of an entry: its name, or one that it had."""
    if name in over:
        return name
    return next((key for key in over if key not in MARKS and present_name(below, key) == name), name)


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON, in the same order."""
    return canonical_text([one]) == canonical_text([other])


def _between(below: Mapping[str, Any], wanted: Mapping[str, Any]) -> Map:
    """What is removed stands first, so that a new entry can say that it was called so."""
    over: Map = {key: None for key in below if key not in wanted}
    for key, value in wanted.items():
        part = overlaid(below.get(key, MISSING), value)
        if part is not MISSING:
            over[key] = part
    return over


def _with_marks(over: Any, part: Any) -> Any:
    """A new part that keeps the place which the old one gave its entry."""
    marks = dict(_marks_of(over))
    if part is MISSING:
        return marks or part
    return {**part, **marks} if isinstance(part, Mapping) else part


def _marks_of(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, Mapping):
        yield from ((mark, part[mark]) for mark in MARKS if isinstance(part.get(mark), str))


def _without_marks(part: Any) -> Any:
    marks = dict(_marks_of(part))
    return {key: value for key, value in part.items() if key not in marks} if marks else part


def _longest_run(numbers: Sequence[int]) -> list[int]:
    """The longest rising run among numbers that are all different: those that need not move."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        place = bisect_left(ends, number)
        before[number] = ends[place - 1] if place else None
        ends[place : place + 1] = [number]
    run: list[int] = []
    last = ends[-1] if ends else None
    while last is not None:
        run.append(last)
        last = before[last]
    return run


def _at(items: Sequence[Any], place: int) -> Any:
    return items[place] if place < len(items) else MISSING
