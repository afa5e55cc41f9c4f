"""Finds what a caller names: entities, fields and dotted paths, with a hint for what was mistyped."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kalip.access import may
from kalip.base.errors import BadRequest, NotFound
from kalip.base.names import did_you_mean
from kalip.base.text import Text
from kalip.expressions import Type
from kalip.fields import PART_NAMES
from kalip.model import DIRECTORY, GROUP, USER, Entity, Field, Verb
from kalip.records.services import Work
from kalip.runtime import Served

LONGEST_PATH = 5  # steps through references
MOST_PATHS = 20_000  # remembered; those through many references are countless


def _own_entity(name: str, label: str, plural: str, icon: str, **more: Field) -> Entity:
    fields = {"id": _own_field("id", "text", "Id"), "name": _own_field("name", "text", "Name"), **more}
    return Entity(name, "", Text.of(label), Text.of(plural), icon, title="name", fields={}, system=fields)


def _own_field(name: str, kind: str, label: str) -> Field:
    return Field(name, kind, Text.of(label), system=True)


# Users and groups are no entities of a model; this is what paths may say of them.
DIRECTORY_ENTITIES: Final[Mapping[str, Entity]] = {
    USER: _own_entity("user", "User", "Users", "user", email=_own_field("email", "email", "E-mail")),
    GROUP: _own_entity("group", "Group", "Groups", "users", code=_own_field("code", "text", "Code")),
}


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path that was understood: `field` of `entity` stands at its end, or `part` of it.

    `text` is in present names. `hops` are the reference fields on the way.
    """

    text: str
    entity: Entity
    field: Field
    hops: tuple[str, ...] = ()
    part: str = ""


def find_entity(work: Work, name: str) -> Entity:
    """The entity of this name; NotFound when there is none. Old names are noted as deprecated."""
    entity = work.model.entity(name)
    if entity is None:
        raise _no_entity(work, name)
    if name.rsplit("/", 1)[-1] != entity.name:
        work.deprecated.append(f"{name} is now {entity.name}")
    return entity


def visible_entity(work: Work, name: str) -> Entity:
    """The entity of this name as the actor sees it; NotFound where it isn't for the actor, as if it weren't there."""
    entity = find_entity(work, name)
    if not permitted(work, entity.name, (Verb.READ,)):
        raise _no_entity(work, name)
    return work.seen.entities[entity.name]


def known_entities(work: Work) -> list[str]:
    """The names that hints may tell: of entities of which the actor may read or make some record."""
    return [name for name in work.model.entities if permitted(work, name, (Verb.READ, Verb.CREATE))]


def permitted(work: Work, entity: str, verbs: tuple[Verb, ...]) -> frozenset[Verb]:
    """Those of the verbs that the actor may do on some record of the entity."""
    return frozenset(verb for verb in verbs if may(work.served, work.actor, verb, entity))


def find_field(served: Served, entity: Entity, name: str) -> Field | None:
    """A field by its name or by one it had before."""
    found = entity.attribute(name)
    if found is not None:
        return found
    alias = served.model.aliases.get(f"{entity.name}.{name}")
    return None if alias is None else entity.attribute(alias.rsplit(".", 1)[-1])


def find_path(served: Served, entity: Entity, text: str) -> Path:
    """Understand a dotted path; BadRequest with a hint when a step leads nowhere."""
    steps = text.split(".")
    if len(steps) > LONGEST_PATH:
        raise BadRequest("The path '{path}' is too long.", params={"path": text})
    owner = entity
    hops: list[str] = []
    for position, step in enumerate(steps):
        found = find_field(served, owner, step)
        if found is None:
            raise unknown_step(text, step, owner)
        rest = steps[position + 1 :]
        if not rest:
            return Path(".".join((*hops, found.name)), owner, found, tuple(hops))
        parts = part_types(served, found)
        if len(rest) == 1 and rest[0] in parts and rest[0]:
            name = ".".join((*hops, found.name, rest[0]))
            return Path(name, owner, found, tuple(hops), rest[0])
        target = DIRECTORY_ENTITIES.get(found.type) or served.model.entities.get(found.target or "")
        if target is None or found.type not in (*DIRECTORY, "reference"):
            raise unknown_step(text, rest[0], None)
        hops.append(found.name)
        owner = target
    raise AssertionError  # the loop returns or raises


class PathCache:
    """Paths of one served model that were understood, by entity and text."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._known: dict[tuple[str, str], Path] = {}

    def find(self, entity: Entity, text: str) -> Path:
        """The path, as `find_path` understands it."""
        found = self._known.get((entity.name, text))
        if found is None:
            if len(self._known) >= MOST_PATHS:
                self._known.clear()
            found = self._known[entity.name, text] = find_path(self._served, entity, text)
        return found


def column_label(field: Field, path: str, label: Text) -> Text:
    """What a column is called: one with a part of the field by the part's name, any other by its label."""
    part = path.rpartition(".")[2]
    return PART_NAMES.get(field.type, {}).get(part, label) if part != field.name else label


def part_types(served: Served, field: Field) -> dict[str, Type]:
    """The parts of a field with their types; "" is the field itself."""
    return {part.name: part.type for part in served.types[field.type].parts(field)}


def unknown_step(text: str, step: str, owner: Entity | None) -> BadRequest:
    """The error for a step of a path that leads nowhere; `owner` is the entity whose fields are known there."""
    known = owner.attributes if owner is not None else ()
    where = f" of '{owner.name}'" if owner is not None else ""
    return BadRequest(
        "There is no field '{step}'" + where + " (in '{path}').",
        hint=did_you_mean(step, known),
        params={"step": step, "path": text},
    )


def _no_entity(work: Work, name: str) -> NotFound:
    hint = did_you_mean(name, known_entities(work))
    return NotFound("There is no entity '{entity}'.", hint=hint, params={"entity": name})
