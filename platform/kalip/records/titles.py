"""What people call records: read in a bounded number of statements, and only for what the actor may see."""

from collections.abc import Iterable, Mapping, Sequence

from kalip.access import may, row_filters
from kalip.fields import AnyReference
from kalip.model import DIRECTORY, Entity, Field, Verb
from kalip.records.commands import Record, Titles
from kalip.records.filters import allowed_rows
from kalip.records.naming import DIRECTORY_ENTITIES, Path, find_path
from kalip.records.rules import ANY_REFERENCE, REFERENCE, REFERENCES
from kalip.records.services import Work
from kalip.records.veils import Veils
from kalip.storage import select_many, titles

Wanted = Mapping[str, Iterable[str]]


def titles_of(work: Work, wanted: Wanted) -> Titles:
    """The titles of records by entity and ids; `user` and `group` stand for these. Invisible records have none.

    One statement for each entity, whatever the number of ids. Where the title is a hidden field, it is what the actor's
    own view of the entity is titled by.
    """
    found = Titles()
    free: dict[str, tuple[str, ...]] = {}
    for entity, ids in wanted.items():
        distinct = tuple(dict.fromkeys(ids))
        if not distinct or (entity not in DIRECTORY and entity not in work.model.entities):
            continue
        filters = () if entity in DIRECTORY else row_filters(work.served, work.actor, Verb.READ, entity)
        if filters is None:
            continue
        if filters or (entity not in DIRECTORY and not _is_plain(work, entity)):
            found.add(entity, _guarded_titles(work, work.seen.entities[entity], distinct))
        else:
            free[entity] = distinct
    if free:
        for (entity, record_id), title in titles(work.session, work.served, free, work.context).items():
            found.add(entity, {record_id: title})
    return found


def add_missing(work: Work, known: Titles, wanted: Wanted) -> None:
    """Add to the known titles those of `wanted` that are not among them yet."""
    unknown = {entity: [each for each in ids if not known.knows(entity, each)] for entity, ids in wanted.items()}
    for (entity, record_id), title in titles_of(work, unknown).items():
        known.add(entity, {record_id: title})


def title_text(work: Work, entity: Entity, value: object) -> str:
    """The value of an entity's title field as text."""
    field = entity.attribute(entity.title)
    if field is None or value is None:
        return ""
    if isinstance(value, str):
        return value
    kind = work.served.types[field.type]
    line = kind.to_parts(field, value)[0]  # of a composite value its one line: the full name
    return line if isinstance(line, str) else kind.to_text(field, value)


class TitlePlan:
    """How the titles of the references in some columns are read: joined to the rows, or apart with `apart`.

    Joined ones must have gone through a `Concealment` made with `paths`.
    """

    def __init__(self, work: Work, columns: Sequence[Path], *, apart: bool = False) -> None:
        self._work = work
        self._joined: dict[str, tuple[str, str]] = {}
        self._apart: dict[str, Field] = {}
        for column in columns:
            if column.part:
                continue
            target = work.seen.entities.get(str(column.field.target))
            joinable = column.field.type == REFERENCE and target is not None and not apart
            if joinable and target is not None:
                if may(work.served, work.actor, Verb.READ, target.name):
                    self._joined[column.text] = (target.name, f"{column.text}.{target.title}")
            elif column.field.type in DIRECTORY and not apart:
                self._joined[column.text] = (column.field.type, f"{column.text}.name")
            elif column.field.type in (REFERENCE, REFERENCES, *DIRECTORY, ANY_REFERENCE):
                self._apart[column.text] = column.field

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths that the rows must hold."""
        return tuple(path for _, path in self._joined.values())

    def paths(self, entity: Entity) -> tuple[Path, ...]:
        """The same, understood as paths of the entity that the rows are of."""
        return tuple(find_path(self._work.served, entity, text) for text in self.fields)

    def read(self, rows: Sequence[Mapping[str, object]], *more: tuple[str, str]) -> Titles:
        """The titles of everything that rows of Python values refer to, and of `more` (entity and id)."""
        wanted: dict[str, list[str]] = {}
        for row in rows:
            for path, field in self._apart.items():
                for entity, record_id in _targets(field, row.get(path)):
                    wanted.setdefault(entity, []).append(record_id)
        for entity, record_id in more:
            wanted.setdefault(entity, []).append(record_id)
        found = titles_of(self._work, wanted)
        for path, (entity, title_path) in self._joined.items():
            target = DIRECTORY_ENTITIES.get(entity) or self._work.seen.entities[entity]
            named = ((row.get(path), row.get(title_path)) for row in rows)
            found.add(
                entity,
                {str(key): title_text(self._work, target, value) for key, value in named if value is not None},
            )
        return found


def _targets(field: Field, value: object) -> Iterable[tuple[str, str]]:
    if value is None:
        return ()
    if isinstance(value, AnyReference):
        return ((value.entity, value.id),)
    entity = str(field.names)
    if isinstance(value, (tuple, list)):
        return tuple((entity, str(each)) for each in value)
    return ((entity, str(value)),)


def _is_plain(work: Work, entity: str) -> bool:
    """Whether records are titled by a field that the actor sees on each of them."""
    return work.sight(entity).shows_all(work.entity(entity).title)


def _guarded_titles(work: Work, entity: Entity, ids: Sequence[str]) -> dict[str, str]:
    filters = allowed_rows(work, Verb.READ, entity.name)
    path = find_path(work.served, entity, entity.title)
    veils = Veils(work, [(path, [(entity.name, entity.title)])])
    rows: Mapping[str, Record] = select_many(
        work.session,
        work.served,
        entity.name,
        list(ids),
        work.context,
        (entity.title, *veils.fields),
        form="values",
        filters=filters or (),
    )
    veils.apply(list(rows.values()), "values")
    return {record_id: title_text(work, entity, row.get(entity.title)) for record_id, row in rows.items()}


def title_of(work: Work, entity: str, record_id: str) -> str:
    """The title of one record, or empty text when the actor may not see it."""
    return titles_of(work, {entity: [record_id]}).of(entity, record_id)
