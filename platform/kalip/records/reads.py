"""Who was shown a value of a field that is marked so: noted while rows are made for somebody, kept when the work ends.

One event for each record and unit of work, of all the marked fields of which a value was shown. A page, a call or a
part of an export whose note can't be kept isn't answered.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kalip.records.commands import Record
from kalip.records.naming import Path
from kalip.records.services import Work
from kalip.runtime import Served

_ID = "id"
Steps = Iterable[tuple[Path, Iterable[tuple[str, str]]]]
"""Paths, each with the fields on its way and the entities that they are of."""


class MarkedFields:
    """The fields of a served model whose reading is logged, by entity."""

    def __init__(self, served: Served) -> None:
        self._of = {
            entity.name: frozenset(name for name, field in entity.fields.items() if field.audit_reads)
            for entity in served.model.entities.values()
            if any(field.audit_reads for field in entity.fields.values())
        }

    def of(self, entity: str) -> frozenset[str]:
        """The marked fields of an entity; mostly none."""
        return self._of.get(entity, frozenset())

    def __bool__(self) -> bool:
        return bool(self._of)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marked field on the way of the path `text`; `holder` is the path to the id of its record."""

    text: str
    entity: str
    name: str
    holder: str


class Reads:
    """Notes for one actor which records gave a value of a marked field. The system's own reading isn't noted."""

    def __init__(self, work: Work, paths: Steps) -> None:
        self._work = work
        marked = work.served.project(MarkedFields)
        self._marks = tuple(_marks(marked, paths)) if marked and work.actor.id is not None else ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths that rows must hold for `note`, beside their id."""
        return tuple(dict.fromkeys(mark.holder for mark in self._marks if mark.holder != _ID))

    def note(self, rows: Sequence[Record]) -> None:
        """Note what rows show, once nothing is in them any more that isn't shown."""
        for mark in self._marks:
            for row in rows:
                record_id = row.get(mark.holder)
                if record_id is not None and _shows(row, mark.text):
                    self._work.reads.setdefault((mark.entity, str(record_id)), set()).add(mark.name)


def note_values(work: Work, entity: str, record_id: str | None, shown: Mapping[str, object]) -> None:
    """Note values of a record that were shown otherwise than in rows: in its history, in a plan, as a file's bytes."""
    marked = work.served.project(MarkedFields).of(entity)
    names = {name for name in marked if shown.get(name) is not None}
    if names and record_id is not None and work.actor.id is not None:
        work.reads.setdefault((entity, record_id), set()).update(names)


def _marks(marked: MarkedFields, paths: Steps) -> Iterable[_Mark]:
    for path, steps in paths:
        for place, (entity, name) in enumerate(steps):
            if name in marked.of(entity):
                yield _Mark(path.text, entity, name, ".".join(path.hops[:place]) or _ID)


def _shows(row: Record, text: str) -> bool:
    if row.get(text) is not None:
        return True
    # Composite values stand in the rows of some forms by their parts alone.
    return text not in row and any(row[key] is not None for key in row if key.startswith(f"{text}."))
