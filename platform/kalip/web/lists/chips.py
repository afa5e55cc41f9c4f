"""A filter in people's words: a chip for each condition, each with a way to take it off."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kalip.records import Work, titles_of
from kalip.web.cells import style_of
from kalip.web.lists.conditions import Condition, conjoin, read, split
from kalip.web.lists.operands import described, ids_in
from kalip.web.lists.paths import ListPath, known_of

Conditions = Sequence[tuple[str, Condition | None]]
"""The parts of a filter as they are written, each with what it says where that is known."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that is in force, with the address without it."""

    text: str
    code: bool
    remove: str


def conditions_of(text: str, paths: Mapping[str, ListPath]) -> Conditions:
    """Take a filter apart."""
    known = known_of(paths)
    whole = read(text, known) if text else None
    if whole:
        return ((text, whole),)
    return tuple((part, read(part, known)) for part in split(text, "&&"))


def chips_of(
    work: Work, conditions: Conditions, paths: Mapping[str, ListPath], to: Callable[[str], str]
) -> tuple[Chip, ...]:
    """The chips of a filter; `to` gives the address of the page with another one. A statement if it names records."""
    wanted: dict[str, list[str]] = {}
    for _, condition in conditions:
        for entity, record_id in ids_in(paths[condition.path], condition) if condition else ():
            wanted.setdefault(entity, []).append(record_id)
    style = style_of(work, titles_of(work, wanted) if wanted else None)
    chips = []
    for at, (source, condition) in enumerate(conditions):
        rest = conjoin(*(part for other, (part, _) in enumerate(conditions) if other != at))
        text = described(work, paths[condition.path], condition, style) if condition else source
        chips.append(Chip(text, condition is None, to(rest)))
    return tuple(chips)
