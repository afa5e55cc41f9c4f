"""Links become references, or lists of records that lead here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from plugins.from_espocrm.fields import Made, Place
from plugins.from_espocrm.jobs import Job
from plugins.from_espocrm.metadata import strings, text

LINKS: Final = frozenset({"link", "linkOne", "linkMultiple", "linkParent", "userParent", "linkMultipleWithStatus"})
_MANY: Final = frozenset({"hasMany", "manyMany"})
_MOST_TARGETS: Final = 200


@dataclass(eq=False)
class Relations:
    """Which many-to-many relations have a field already: the links of both ends, with the path of the field."""

    jobs: Mapping[str, Job]
    made: dict[frozenset[tuple[str, str]], str] = field(default_factory=dict)

    def target(self, job: Job, name: str, said: Mapping[str, Any]) -> str:
        """The entity that a link leads to, by its name there."""
        return text(job.links.get(name, {}).get("entity")) or text(said.get("entity"))

    def foreign(self, job: Job, name: str) -> Mapping[str, Any]:
        """The link at the other end; empty when it isn't known."""
        link = job.links.get(name, {})
        other = self.jobs.get(text(link.get("entity")))
        return other.links.get(text(link.get("foreign")), {}) if other is not None else {}

    def key(self, job: Job, name: str) -> frozenset[tuple[str, str]]:
        """What both ends of a relation know it by."""
        link = job.links.get(name, {})
        return frozenset({(job.name, name), (text(link.get("entity")), text(link.get("foreign")))})


def make_link(place: Place, relations: Relations, name: str, said: Mapping[str, Any]) -> Made:
    """The field for a link. A to-many link whose records lead here by a field of their own is no field."""
    kind, job = text(said.get("type")), place.job
    if kind in ("linkParent", "userParent"):
        return _parent(place, name, said)
    target = relations.target(job, name, said)
    if kind == "link":
        return _reference(place, target, said)
    link = job.links.get(name, {})
    if kind == "linkOne" or link.get("type") in ("hasOne", "hasChildren"):
        return Made(None, _inverse(relations, job, name, target))
    foreign = relations.foreign(job, name)
    if foreign and foreign.get("type") not in _MANY:
        return Made(None, _inverse(relations, job, name, target))
    return several(place, relations, name, said)


def several(place: Place, relations: Relations, name: str, said: Mapping[str, Any]) -> Made:
    """The field for a many-to-many link; the other end of one that has a field already is no field."""
    job = place.job
    target = relations.target(job, name, said)
    key = relations.key(job, name)
    if key in relations.made and len(key) > 1:
        return Made(None, f"\0{relations.made[key]}")
    other = relations.jobs.get(target)
    if other is None:
        what = "users" if target == "User" else f"'{target}' is not among what is imported: names"
        return Made({"type": "tags"}, f"{what} are kept as tags")
    lost = "columns of the relation are not kept" if job.links.get(name, {}).get("additionalColumns") else ""
    return Made({"type": "references", "to": other.entity.name}, lost)


def is_many(relations: Relations, job: Job, name: str) -> bool:
    """Whether both ends of a link have many records."""
    link = job.links.get(name, {})
    foreign = relations.foreign(job, name)
    return link.get("type") in _MANY and (
        foreign.get("type") in _MANY or (not foreign and bool(link.get("relationName")))
    )


def _reference(place: Place, target: str, said: Mapping[str, Any]) -> Made:
    if target == "User":
        return Made({"type": "user"})
    other = place.jobs.get(target)
    if other is None:
        why = f"'{target}' is not among what is imported" if target else "no link says where it leads"
        return Made({"type": "text"}, f"{why}: the name of the record is kept as text")
    on_delete = {} if said.get("required") else {"on_delete": "clear"}
    return Made({"type": "reference", "to": other.entity.name, **on_delete})


def _parent(place: Place, name: str, said: Mapping[str, Any]) -> Made:
    wanted = strings(said.get("entityList")) or strings(place.job.links.get(name, {}).get("entityList"))
    known = [place.jobs[each].entity.name for each in wanted if each in place.jobs]
    missing = [each for each in wanted if each not in place.jobs]
    lost = f"not imported, so not among the targets: {', '.join(missing)}" if missing else ""
    if not wanted:
        known = [each.entity.name for each in place.jobs.values() if each.scope.get("object", True)][:_MOST_TARGETS]
        lost = "it may lead to any entity of the pack"
    if not known:
        return Made({"type": "text"}, "none of its targets is among what is imported: the name is kept as text")
    return Made({"type": "any_reference", "to": {each: {} for each in known}}, lost)


def _inverse(relations: Relations, job: Job, name: str, target: str) -> str:
    """Where the records of a to-many link are seen: a mark and the path, or why nowhere."""
    other = relations.jobs.get(target)
    if other is None:
        return f"'{target}' is not among what is imported" if target else "no link says where it leads"
    foreign = text(job.links.get(name, {}).get("foreign"))
    return f"\0{other.name}.{foreign}"
