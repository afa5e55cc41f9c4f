"""Rights on the records that paths lead to: what the actor may not see there is neither shown nor asked about."""

from collections.abc import Iterable, Sequence

from kalip.access import may, row_filters
from kalip.base.errors import BadRequest
from kalip.model import Entity, Verb
from kalip.records.commands import Record
from kalip.records.filters import allowed_rows, matching
from kalip.records.naming import USER, Path, find_path
from kalip.records.services import Work
from kalip.storage import Filter


def readable_path(work: Work, entity: Entity, text: str) -> Path:
    """Understand a path; one through an entity that the actor may not read is as unknown as a mistyped one."""
    path = find_path(work.served, entity, text)
    for _, target in _stations(work, entity, path.hops):
        if not may(work.served, work.actor, Verb.READ, target):
            raise BadRequest("There is no field '{path}'.", params={"path": text})
    return path


def guard_filters(work: Work, entity: Entity, paths: Iterable[str]) -> tuple[Filter, ...]:
    """Conditions that keep a filter or sort from telling about related records that may not be seen.

    Rows whose related record is invisible to the actor drop out, as do those without one.
    """
    guards: dict[tuple[str, ...], Filter] = {}
    for text in paths:
        path = readable_path(work, entity, text)
        for hops, target in _stations(work, entity, path.hops):
            for each in row_filters(work.served, work.actor, Verb.READ, target) or ():
                guards[hops] = Filter(each.expression, (*hops, *each.through))
    return tuple(guards.values())


class Concealment:
    """Blanks the values that rows hold of related records which the actor may not see."""

    def __init__(self, work: Work, entity: Entity, paths: Sequence[Path]) -> None:
        self._work = work
        self._stations: dict[str, tuple[str, list[str]]] = {}
        for path in paths:
            for hops, target in _stations(work, entity, path.hops):
                if row_filters(work.served, work.actor, Verb.READ, target):
                    self._stations.setdefault(".".join(hops), (target, []))[1].append(path.text)

    @property
    def fields(self) -> tuple[str, ...]:
        """The reference paths that rows must hold for `apply`."""
        return tuple(self._stations)

    def apply(self, rows: Sequence[Record]) -> None:
        """Blank what may not be seen, in place; one statement for each guarded path."""
        for station, (target, paths) in self._stations.items():
            ids = {str(row[station]) for row in rows if row.get(station) is not None}
            filters = allowed_rows(self._work, Verb.READ, target)
            if not ids or filters is None:
                continue
            work = self._work
            seen = matching(work, target, ids, filters)
            for row in rows:
                if row.get(station) not in seen:
                    row.update(dict.fromkeys(paths))


def _stations(work: Work, entity: Entity, hops: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], str]]:
    """Each reference on the way with the entity that it leads to."""
    owner = entity
    for position, hop in enumerate(hops):
        field = owner.attribute(hop)
        if field is None or field.type == USER:
            return  # everybody may know the users' names
        owner = work.model.entities[str(field.target)]
        yield hops[: position + 1], owner.name
