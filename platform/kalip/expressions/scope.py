"""Which names an expression may say, and of which type they are.

Knows the protocol by which the floors above describe a record; refuses to know how they know.
"""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final, Protocol

from kalip.expressions.types import TEXT, Type, list_of

ACTOR: Final[Mapping[str, Type]] = {
    "id": TEXT,
    "email": TEXT,
    "roles": list_of(TEXT),
    "locale": TEXT,
    "groups": list_of(TEXT),
}
"""What is known of the acting person, under the reserved root `actor`."""

ACTOR_SETS: Final = ("team", "unit", "unit_below", "own_groups", "team_groups", "unit_groups", "unit_below_groups")
"""The users who are near the acting person, and the groups that the person or one of these is in.

They stand under the same root: lists of ids that are asked only when needed.

A scope may know further sets: what it finds under `actor` are those.
"""

Path = tuple[str, ...]


class Scope(Protocol):
    """The names of one kind of record; a path's first segment `old` means the record before the change."""

    def lookup(self, path: Path) -> Type | None:
        """Give the type of what stands at a path, None when nothing does."""

    def names(self, path: Path) -> Sequence[str]:
        """List what may follow a path, for suggestions."""

    def element(self, entity_name: str) -> "Scope":
        """Give the scope of the records in a collection."""


class MappingScope:
    """A scope written down as a mapping from dotted path to type, with the scopes of its collections' elements.

    With `old`, the paths of the record before the change are known too.
    """

    def __init__(
        self, paths: Mapping[str, Type], elements: "Mapping[str, MappingScope] | None" = None, *, old: bool = False
    ) -> None:
        self._paths = {tuple(path.split(".")): type_ for path, type_ in paths.items()}
        if old:
            self._paths |= {("old", *path): type_ for path, type_ in self._paths.items()}
        self._elements = dict(elements or {})

    def lookup(self, path: Path) -> Type | None:
        """Give the type of what stands at a path, None when nothing does."""
        return self._paths.get(path)

    def names(self, path: Path) -> Sequence[str]:
        """List what may follow a path, in the order written."""
        depth = len(path)
        return tuple(
            dict.fromkeys(known[depth] for known in self._paths if len(known) > depth and known[:depth] == path)
        )

    def element(self, entity_name: str) -> Scope:
        """Give the scope of the records in a collection; KeyError for an entity not written down."""
        return self._elements[entity_name]


def suggestion(name: str, known: Sequence[str]) -> str:
    """Say which of the known names was probably meant, as a hint; empty when none is near."""
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""
