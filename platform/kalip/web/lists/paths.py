"""The fields a list can show or filter by: the entity's own with their parts, and those of records it refers to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kalip.access import may
from kalip.base.text import Text
from kalip.fields import PART_NAMES, FieldType
from kalip.model import Entity, Field, Verb
from kalip.records import Work
from kalip.web.lists.conditions import Known

_NOT_IN_LISTS = frozenset({"children", "json"})
_TOO_TECHNICAL = frozenset({"id", "version"})
_WITH_PARTS = ("address", "person_name")
_LAST = (
    "owner", "stage", "stage_since", "stage_due", "pipeline", "created_at", "created_by", "updated_at", "updated_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListPath:
    """A path with the field at its end; `through` is the reference that leads there, if any.

    A part of a field is a text field of its own here; `part` is what it is called within the whole. `whole`: the person
    sees it on every record, so that rows may be filtered by it.
    """

    path: str
    entity: Entity
    field: Field
    kind: FieldType
    through: Field | None = None
    part: Text | None = None
    whole: bool = True

    def label(self, locale: str) -> str:
        """What a column with it is called."""
        own = self.field.label.get(locale) or self.field.name
        own = f"{own}: {self.part.get(locale)}" if self.part else own
        return f"{self.through.label.get(locale)}: {own}" if self.through else own


def paths_of(work: Work, entity: Entity) -> Mapping[str, ListPath]:
    """All paths of an entity that the person may use, own fields first."""
    found = {each.path: each for each in _own(work, entity)}
    for field in entity.fields.values():
        target = work.seen.entity(field.target or "")
        if field.type != "reference" or target is None or not _readable(work, target):
            continue
        whole = work.sight(entity.name).shows_all(field.name)
        for each in _own(work, target, system=False):
            path = f"{field.name}.{each.path}"
            found[path] = replace(each, path=path, through=field, whole=each.whole and whole)
    return found


def known_of(paths: Mapping[str, ListPath]) -> Known:
    """The paths as conditions need them."""
    return {path: (each.field, each.kind) for path, each in paths.items()}


def filterable(paths: Mapping[str, ListPath]) -> tuple[ListPath, ...]:
    """The paths that have something to compare."""
    return tuple(each for each in paths.values() if each.whole and each.kind.operators(each.field))


def _own(work: Work, entity: Entity, *, system: bool = True) -> Iterable[ListPath]:
    served, sight = work.served, work.sight(entity.name)
    names = [*entity.fields, *(name for name in _LAST if system and name in entity.system)]
    for name in names:
        field = entity.attributes[name]
        if field.type not in _NOT_IN_LISTS and name not in _TOO_TECHNICAL:
            yield ListPath(name, entity, field, served.types[field.type], whole=sight.shows_all(name))
        if field.type in _WITH_PARTS:
            as_text = replace(field, type="text", required=False, options={})
            for part, label in PART_NAMES[field.type].items():
                whole = sight.shows_all(name)
                yield ListPath(f"{name}.{part}", entity, as_text, served.types["text"], part=label, whole=whole)


def _readable(work: Work, entity: Entity) -> bool:
    return may(work.served, work.actor, Verb.READ, entity.name)
