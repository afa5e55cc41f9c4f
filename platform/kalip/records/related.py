"""Rights on the records that paths lead to: what the actor may not see there is neither shown nor asked about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kalip.access import Ruling, may, row_filters, ruling_for
from kalip.base.errors import BadRequest
from kalip.model import DIRECTORY, Entity, Sort, Verb
from kalip.records.commands import Form, Record
from kalip.records.filters import allowed_rows, compile_filter, matching
from kalip.records.naming import Path, PathCache, find_path, unknown_step
from kalip.records.reads import Reads
from kalip.records.services import Work
from kalip.records.veils import Veils
from kalip.storage import Filter

NEAR = 1  # references that a deciding path may follow before a statement of its own is cheaper


def readable_path(work: Work, entity: Entity, text: str) -> Path:
    """Understand a path; one by an entity or a field that the actor may not read is as unknown as a mistyped one."""
    head = text.partition(".")[0]
    if work.sight(entity.name).hides(head):
        raise unknown_step(text, head, work.seen.entities[entity.name])
    try:
        path = work.served.project(PathCache).find(work.entity(entity.name), text)
    except BadRequest:
        # What it says would name the fields of an entity that isn't for the actor.
        _require_readable(work, entity, tuple(text.split(".")[:-1]), text)
        raise
    _require_readable(work, entity, path.hops, text)
    for owner, name in steps_of(work, entity, path):
        if work.sight(owner).hides(name):
            raise unknown_step(text, name, work.seen.entities[owner])
    if path.text != text:
        work.deprecated.append(f"{text} is now {path.text}")
    return path


def comparable_path(work: Work, entity: Entity, text: str) -> Path:
    """The same for what rows are sorted by: a value that is masked, or hidden on some rows, would be told by it."""
    path = readable_path(work, entity, text)
    for owner, name in steps_of(work, entity, path):
        if not work.sight(owner).shows_all(name):
            raise unknown_step(text, name, work.seen.entities[owner])
    if not orders(work, entity, path):
        raise BadRequest("A list can't be sorted by '{path}'.", params={"path": path.text})
    return path


def orders(work: Work, entity: Entity, path: Path) -> bool:
    """Whether the actor sees on every record what a path sorts by: of a reference also its title."""
    ordering = _ordering(work, entity, path.text)
    return all(work.sight(owner).shows_all(name) for owner, name in steps_of(work, entity, ordering))


def steps_of(work: Work, entity: Entity, path: Path) -> Iterable[tuple[str, str]]:
    """The names of the fields on the way of a path, each with the entity that it is of."""
    owner = entity.name
    names = (*path.hops, path.field.name)
    for name, (_, target) in zip(names, _stations(work, entity, path.hops), strict=False):
        yield owner, name
        owner = target
    if path.entity.name == owner:
        yield owner, names[-1]
    elif len(names) > 1 and path.entity.name in DIRECTORY:
        yield owner, names[-2]


def guard_filters(work: Work, entity: Entity, paths: Iterable[str]) -> tuple[Filter, ...]:
    """Conditions that keep a filter or sort from telling about related records that may not be seen.

    Rows whose related record is invisible to the actor drop out, as do those without one.
    """
    guards: dict[tuple[str, ...], Filter] = {}
    for text in paths:
        path = work.served.project(PathCache).find(work.entity(entity.name), text)
        for hops, target in _stations(work, entity, path.hops):
            filters = row_filters(work.served, work.actor, Verb.READ, target)
            if filters is None:
                raise BadRequest("There is no field '{path}'.", params={"path": text})
            for each in filters:
                guards[hops] = Filter(each.expression, (*hops, *each.through))
    return tuple(guards.values())


def concealed_keys(work: Work, entity: Entity, sort: Iterable[Sort]) -> tuple[tuple[str, Filter], ...]:
    """Conditions by sorted reference under which the record it leads to may be seen: its name would order the rows.

    What a key itself leads through is guarded by `guard_filters`.
    """
    return tuple(
        (key.field, each)
        for key in sort
        for each in _seen_on_the_way(work, entity, _ordering(work, entity, key.field), key.field.count("."))
    )


def concealed_sum(work: Work, entity: Entity, path: Path) -> tuple[tuple[str, Filter], ...]:
    """Conditions under which the records may be seen that a summed path leads through: a sum would tell of them."""
    return tuple((path.text, each) for each in _seen_on_the_way(work, entity, path))


def _seen_on_the_way(work: Work, entity: Entity, path: Path, after: int = 0) -> Iterable[Filter]:
    """That the records may be seen which a path leads through, without the first `after` ones."""
    for through, target in list(_stations(work, entity, path.hops))[after:]:
        filters = row_filters(work.served, work.actor, Verb.READ, target)
        if filters is None:
            yield Filter(compile_filter(work.served, target, "false"), through)
        for each in filters or ():
            yield Filter(each.expression, (*through, *each.through))


@dataclass(slots=True)
class _Station:
    """A record on the way: the entity it is of, the values that lie behind it, and what decides about it."""

    target: str
    ruling: Ruling
    behind: list[str] = field(default_factory=list)
    decisive: tuple[Path, ...] | None = None


class Concealment:
    """Blanks the values that rows hold of related records which the actor may not see, and of fields that are hidden.

    Most conditions are answered by values that the same SELECT reads along; others ask once for all rows. What was read
    along for that is taken out again. Fields of which the end may be known are masked.
    """

    def __init__(self, work: Work, entity: Entity, some: Iterable[Path]) -> None:
        paths = {path.text: path for path in some}.values()
        self._work = work
        self._stations: dict[str, _Station] = {}
        self._veils = Veils(work, ((path, steps_of(work, entity, path)) for path in paths))
        self._reads = Reads(work, ((path, steps_of(work, entity, path)) for path in paths))
        self._asked = {path.text for path in paths}
        for path in paths:
            for hops, target in _stations(work, entity, path.hops):
                ruling = ruling_for(work.served, work.actor, Verb.READ, target)
                if ruling.condition is not None:
                    name = ".".join(hops)
                    if name not in self._stations:
                        self._stations[name] = _Station(target, ruling, decisive=_decisive(work, target, ruling))
                    self._stations[name].behind.append(path.text)

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths that rows must hold for `apply`."""
        decisive = (
            path
            for name, station in self._stations.items()
            for path in (name, *(f"{name}.{each.text}" for each in station.decisive or ()))
        )
        return (*decisive, *self._veils.fields, *self._reads.fields)

    def apply(self, rows: Sequence[Record], form: Form = "values") -> None:
        """Blank what may not be seen, in place, in rows of a form; to be done once."""
        verdicts = {name: self._seen(name, station, rows, form) for name, station in self._stations.items()}
        for name, seen in verdicts.items():
            for row in rows:
                if row.get(name) not in seen:
                    row.update(dict.fromkeys(self._stations[name].behind))
        self._veils.apply(rows, form)
        self._reads.note(rows)
        for name in self.fields:
            if name not in self._asked:
                for row in rows:
                    row.pop(name, None)

    def _seen(self, name: str, station: _Station, rows: Sequence[Record], form: Form) -> set[object]:
        ids = {str(row[name]) for row in rows if row.get(name) is not None}
        if not ids:
            return set()
        if station.decisive is None:
            filters = allowed_rows(self._work, Verb.READ, station.target) or ()
            return set(matching(self._work, station.target, ids, filters))
        return {row[name] for row in rows if row.get(name) is not None and self._admits(name, station, row, form)}

    def _admits(self, name: str, station: _Station, row: Record, form: Form) -> bool:
        known = {
            path.text: part_value(self._work, path, row.get(f"{name}.{path.text}"), form)
            for path in station.decisive or ()
        }
        return station.ruling.admits(known, self._work.context)


def part_value(work: Work, path: Path, value: object, form: Form) -> object:
    """A value as expressions read it, given as rows of a form hold it."""
    if path.part or value is None or form == "parts":
        return value
    kind = work.served.types[path.field.type]
    return kind.to_parts(path.field, kind.parse(path.field, value) if form == "json" else value)[0]


def _decisive(work: Work, target: str, ruling: Ruling) -> tuple[Path, ...] | None:
    """The paths of the target that decide, or None when only the database can tell."""
    if ruling.condition is None or ruling.through or ruling.condition.element_paths:
        return None
    paths = tuple(find_path(work.served, work.model.entities[target], text) for text in sorted(ruling.condition.paths))
    return (
        None if any(len(path.hops) > NEAR or path.field.type in ("children", "references") for path in paths) else paths
    )


def _require_readable(work: Work, entity: Entity, hops: tuple[str, ...], text: str) -> None:
    for _, target in _stations(work, entity, hops) if hops else ():
        if not may(work.served, work.actor, Verb.READ, target):
            raise BadRequest("There is no field '{path}'.", params={"path": text})


def _ordering(work: Work, entity: Entity, text: str) -> Path:
    whole = work.entity(entity.name)
    return work.served.project(PathCache).find(whole, work.model.order_path(whole, text))


def _stations(work: Work, entity: Entity, hops: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], str]]:
    """Each reference on the way with the entity that it leads to."""
    owner = work.entity(entity.name)  # whole, whatever the actor sees of it
    for position, hop in enumerate(hops):
        field = owner.attribute(hop)
        if field is None or field.type in DIRECTORY:
            return  # everybody may know the names of users and groups
        target = work.model.entities.get(str(field.target))
        if target is None:
            return
        owner = target
        yield hops[: position + 1], owner.name
