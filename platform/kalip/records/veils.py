"""Values of single fields that rows must not show: blanked where they are hidden, else all but the end masked.

Fields that are hidden on every record are never read at all; these are the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kalip.access import PLACE, Sight, is_narrowed, mask, place_of
from kalip.records.commands import Form, Record
from kalip.records.naming import Path
from kalip.records.services import Work

HIDDEN = "hidden"
"""The key of a record in REST under which its hidden fields are named."""


@dataclass(frozen=True, slots=True)
class _Veil:
    """A field on the way of the path `text`; `before` leads to its record ("" or `company.`)."""

    text: str
    name: str
    before: str
    sight: Sight
    staged: bool
    last: bool

    @property
    def place(self) -> tuple[str, ...]:
        """The paths that say in which stage the record is."""
        return tuple(self.before + each for each in PLACE) if self.staged else ()


class Veils:
    """What hides single values in rows with some paths, each given with the fields on its way and their entities."""

    def __init__(self, work: Work, paths: Iterable[tuple[Path, Iterable[tuple[str, str]]]]) -> None:
        self._veils: list[_Veil] = []
        if not is_narrowed(work.served, work.actor):
            return
        for path, steps in paths:
            for at, (owner, name) in enumerate(steps):
                sight = work.sight(owner)
                if sight.guards(name):
                    before = "".join(f"{hop}." for hop in path.hops[:at])
                    staged = "stage" in sight.entity.system
                    last = at == len(path.hops) and not path.part
                    self._veils.append(_Veil(path.text, name, before, sight, staged, last))

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths that rows must hold for `apply`."""
        return tuple(dict.fromkeys(path for veil in self._veils for path in veil.place))

    def apply(self, rows: Sequence[Record], form: Form) -> None:
        """Blank and mask, in place. A record's own field that is hidden is absent in JSON, and named."""
        for veil in self._veils:
            for row in rows:
                _cover(veil, row, form)


def _cover(veil: _Veil, row: Record, form: Form) -> None:
    level = veil.sight.level(veil.name, place_of(*(row.get(path) for path in veil.place)) if veil.staged else "")
    if level == "read" or veil.text not in row:
        return
    value = row[veil.text]
    if level == "mask" and veil.last:
        row[veil.text] = mask(value) if isinstance(value, str) else None
    elif form == "json" and veil.last and not veil.before:
        del row[veil.text]
        named = row.setdefault(HIDDEN, [])
        if isinstance(named, list):
            named.append(veil.text)
    else:
        row[veil.text] = None
        if form == "parts":
            row.update(dict.fromkeys(key for key in row if key.startswith(f"{veil.text}.")))
