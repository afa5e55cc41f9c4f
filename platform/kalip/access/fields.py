"""What somebody may see and change of the fields of an entity: the one place that decides, for every way to records.

Rights on fields follow roles, and perhaps the stage of the record. Roles add up: what one of them shows is shown. Only
roles that may do something with the record count, so that a role for something else opens nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from kalip.access.actor import Actor
from kalip.access.permissions import deciding_entity
from kalip.model import Entity, FieldRight, Scope, Verb
from kalip.model.field_right import CLOSED, NOWHERE, OPEN, covers, together
from kalip.runtime import Served

Level = Literal["read", "mask", "none"]
PLACE: Final = ("pipeline", "stage")
"""The system fields on which a right by stage depends."""
_LOOKING: Final = frozenset((Verb.READ, Verb.EXPORT))


@dataclass(frozen=True, slots=True)
class Sight:
    """What an actor's roles add up to for the fields of one entity. `rights` holds those that are narrowed at all."""

    entity: Entity
    rights: Mapping[str, FieldRight] = field(default_factory=dict)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The fields of which nothing is ever shown, in the order of the entity."""
        return tuple(name for name in self.entity.fields if self.hides(name))

    def hides(self, name: str) -> bool:
        """Whether nothing of a field is shown in any stage."""
        right = self.rights.get(name)
        return right is not None and right.read == NOWHERE and right.mask == NOWHERE

    def shows_all(self, name: str) -> bool:
        """Whether the field is read whole in every stage, so that it may be compared and sorted by."""
        right = self.rights.get(name)
        return right is None or right.read is None

    def guards(self, name: str) -> bool:
        """Whether single values must be blanked or masked."""
        return not self.shows_all(name) and not self.hides(name)

    def depends_on_stage(self, name: str) -> bool:
        """Whether what is shown of the field differs from stage to stage."""
        right = self.rights.get(name, OPEN)
        return bool(right.read) or (right.read is not None and bool(right.mask))

    def level(self, name: str, place: str) -> Level:
        """What is shown of a field of a record in a stage (see `place_of`)."""
        right = self.rights.get(name, OPEN)
        if covers(right.read, place):
            return "read"
        return "mask" if covers(right.mask, place) else "none"

    def may_write(self, name: str, place: str, *, new: bool) -> bool:
        """Whether the actor may fill the field in on a new record that starts in a stage, or change it in one."""
        right = self.rights.get(name, OPEN)
        return covers(right.create if new else right.update, place)

    def ever_writes(self, name: str, *, new: bool = False) -> bool:
        """The same for some stage."""
        right = self.rights.get(name, OPEN)
        return (right.create if new else right.update) != NOWHERE


class Sights:
    """The sights of one served model, made once for each set of roles and entity."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._made: dict[tuple[tuple[str, ...], str], Sight] = {}
        self._whole: dict[str, Sight] = {}
        self.matters: bool = any(
            entity.field_rights or entity.closed_fields for entity in served.model.entities.values()
        )

    def whole(self, entity: str) -> Sight:
        """The sight of somebody who sees and changes everything."""
        found = self._whole.get(entity)
        if found is None:
            found = self._whole[entity] = Sight(self._served.model.entities[entity])
        return found

    def of(self, roles: tuple[str, ...], entity: str) -> Sight:
        """The sight of a set of roles; two threads may make the same one, and either result serves."""
        key = (roles, entity)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = _look(self._served, roles, entity)
        return found


def sight_of(served: Served, actor: Actor, entity: str) -> Sight:
    """What the actor may see and change of an entity's fields; an administrator's sight is whole."""
    sights = served.project(Sights)
    if actor.administrator or not sights.matters:
        return sights.whole(entity)
    return sights.of(roles_of(actor), entity)


def is_narrowed(served: Served, actor: Actor) -> bool:
    """Whether the actor may be kept from any field at all: no for administrators, and where metadata narrows none."""
    return not actor.administrator and served.project(Sights).matters


def roles_of(actor: Actor) -> tuple[str, ...]:
    """The roles that decide, as a key."""
    return tuple(sorted(set(actor.roles)))


def place_of(pipeline: object, stage: object) -> str:
    """A record's stage as rights name it; empty text for a record without one."""
    return f"{pipeline}.{stage}" if pipeline and stage else ""


def _look(served: Served, roles: tuple[str, ...], name: str) -> Sight:
    entity = served.model.entities[name]
    decider, _ = deciding_entity(served, name)
    readers = _acting(decider, roles, looking=True)
    writers = _acting(decider, roles, looking=False)
    rights = {}
    named = (said for _, said in entity.field_rights)
    for each in dict.fromkeys((*named, *sorted(entity.closed_fields))):
        seen, done = _sum(entity, readers, roles, each), _sum(entity, writers, roles, each)
        right = FieldRight(seen.read, seen.mask, done.create, done.update)
        if right != OPEN:
            rights[each] = right
    return Sight(entity, rights)


def _acting(decider: Entity, roles: tuple[str, ...], *, looking: bool) -> tuple[str, ...]:
    """The roles that may read some record, or do something else with one."""
    found = {
        role
        for (role, _), permission in decider.permissions.items()
        if permission.scope is not Scope.NONE
        and not permission.deny
        and ((permission.verb is Verb.READ) if looking else (permission.verb not in _LOOKING))
    }
    return tuple(role for role in roles if role in found)


def _sum(entity: Entity, acting: tuple[str, ...], roles: tuple[str, ...], name: str) -> FieldRight:
    """What roles add up to for a field.

    Who is here without a role for it (a record was shared, or there is a task on it) gets what is said of any role of
    his; a field that is kept from somebody at all stays closed to him.
    """
    known = acting or tuple(role for role in roles if (role, name) in entity.field_rights)
    unsaid = CLOSED if name in entity.closed_fields else OPEN
    if not known:
        return CLOSED
    found = CLOSED
    for role in known:
        found = together(found, entity.field_rights.get((role, name), unsaid))
    return found
