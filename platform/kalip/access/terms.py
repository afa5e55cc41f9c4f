"""What a decision is made of: the permissions of an actor's roles, shares, tasks and the clearance, before they add up.

`permissions` turns them into one expression; "why may I?" tells them one by one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from kalip.access.actor import Actor
from kalip.fields.literals import text_literal
from kalip.model import GROUP, NAMED, SHARABLE, Entity, Permission, Scope, Verb, verb_key
from kalip.runtime import Served

# The verbs of a parent that a child's verb asks for.
PARENT_VERB: Final = {
    Verb.READ: Verb.READ,
    Verb.EXPORT: Verb.EXPORT,
    Verb.IMPORT: Verb.IMPORT,
    Verb.CREATE: Verb.UPDATE,
    Verb.UPDATE: Verb.UPDATE,
    Verb.ARCHIVE: Verb.UPDATE,
    Verb.RESTORE: Verb.UPDATE,
    Verb.TRANSITION: Verb.UPDATE,
    Verb.CONVERT: Verb.UPDATE,
    Verb.ASSIGN: Verb.UPDATE,
    Verb.SHARE: Verb.SHARE,
    Verb.PURGE: Verb.PURGE,
}
ANY: Final = "*"
"""In place of the name of a transition or conversion: whichever."""
# Whose records a scope means, beside one's own.
_NEAR: Final = {Scope.TEAM: "team", Scope.UNIT: "unit", Scope.UNIT_BELOW: "unit_below"}


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides about a verb on the records of `entity`, which is reached by following the references `through`.

    `names` are the transitions or conversions asked about, empty text standing for those that no permission names.
    `shared` and `tasked`: somebody shared records of the entity for this verb, the actor has tasks on some. `levels`
    are the values of the confidentiality field that the actor may know of, None when all of them.
    """

    decider: Entity = field(repr=False)
    verb: Verb
    through: tuple[str, ...]
    roles: tuple[str, ...]
    names: tuple[str, ...]
    shared: bool
    tasked: bool
    levels: tuple[str, ...] | None

    @property
    def entity(self) -> str:
        """The name of the entity that decides."""
        return self.decider.name

    @property
    def label_source(self) -> str:
        """The condition that a record is not too confidential."""
        mark = self.decider.confidentiality
        if mark is None or self.levels is None:
            return "true"
        known = ", ".join(map(text_literal, self.levels))
        return f"{mark.field} == null" + (f" || {mark.field} in [{known}]" if known else "")

    def grants(self, name: str = "") -> tuple[Permission, ...]:
        """The permissions that give the verb, in the order of the roles."""
        return tuple(each for each in self._said(name) if not each.deny)

    def denials(self, name: str = "") -> tuple[Permission, ...]:
        """The permissions that take it away."""
        return tuple(each for each in self._said(name) if each.deny)

    def _said(self, name: str) -> Iterable[Permission]:
        for role in self.roles:
            permission = granted(self.decider, role, self.verb, name)
            if permission is not None:
                yield permission


def terms_of(served: Served, actor: Actor, verb: Verb, entity: str, name: str = "") -> Terms:
    """What decides whether an actor, no administrator, may do this.

    `name` is a transition or conversion, `ANY` stands for whichever.
    """
    terms = terms_for(served, tuple(sorted(set(actor.roles))), verb, entity, name)
    shared, tasked = is_shared(actor, terms.verb, terms.entity), is_tasked(actor, terms.verb, terms.entity)
    return replace(terms, shared=shared, tasked=tasked)


def terms_for(served: Served, roles: tuple[str, ...], verb: Verb, entity: str, name: str = "") -> Terms:
    """What decides for roles alone, without what others gave anybody."""
    decider, through = deciding_entity(served, entity)
    deciding_verb = PARENT_VERB[verb] if through else verb
    names: tuple[str, ...] = ("",)
    if deciding_verb in NAMED and name == ANY:
        names = _names(decider, roles, deciding_verb)
    elif deciding_verb in NAMED:
        names = (name,)
    return Terms(
        decider=decider,
        verb=deciding_verb,
        through=through,
        roles=roles,
        names=names,
        shared=False,
        tasked=False,
        levels=_levels(served, decider, roles),
    )


def deciding_entity(served: Served, entity: str) -> tuple[Entity, tuple[str, ...]]:
    """The entity whose permissions count, and the references that lead to it."""
    current = served.model.entities[entity]
    through: tuple[str, ...] = ()
    while current.owned_by is not None:
        through = (*through, current.owned_by)
        target = current.fields[current.owned_by].target
        current = served.model.entities[str(target)]
    return current, through


def granted(entity: Entity, role: str, verb: Verb, name: str = "") -> Permission | None:
    """What a role says of a verb, a denial too; None when it says nothing, or `none`.

    What it says of one transition or conversion by `name` stands in place of what it says of all.
    """
    permission = entity.permissions.get((role, verb_key(verb, name))) if name else None
    permission = permission or entity.permissions.get((role, verb))
    if permission is None or permission.scope is Scope.NONE:
        return None
    return permission


def speaks_of(served: Served, actor: Actor, verb: Verb, entity: str) -> bool:
    """Whether some role of the actor says anything of a verb, if only `none`."""
    decider, through = deciding_entity(served, entity)
    return not through and any((role, verb) in decider.permissions for role in actor.roles)


def source_of(permission: Permission, entity: Entity) -> str:
    """The condition of a permission on records of an entity as text; empty for every record."""
    terms = []
    if permission.scope is not Scope.ALL:
        owned = [each for name in entity.owner_fields for each in _owned(entity, name, _NEAR.get(permission.scope))]
        terms.append(" || ".join(owned) if len(owned) == 1 else f"({' || '.join(owned)})")
    if permission.condition is not None:
        terms.append(f"({permission.condition.source})")
    return " && ".join(terms)


def _owned(entity: Entity, name: str, near: str | None) -> tuple[str, ...]:
    """The conditions that the actor, or somebody near, is who a field names, or in the group that it names."""
    field = entity.attribute(name)
    if field is not None and field.type == GROUP:
        mine, theirs = f"{name} in actor.own_groups", f"{name} in actor.{near}_groups"
    else:
        mine, theirs = f"{name} == actor.id", f"{name} in actor.{near}"
    return (mine,) if near is None else (mine, theirs)


def shared_set(entity: str, verb: Verb, *, beside: bool = False) -> str:
    """The name of the set of records of an entity that somebody shared with the actor for a verb.

    `beside`: roles give records too, so that shares are a few more.
    """
    return f"{'also_shared' if beside else 'shared'}.{entity}.{verb.value}"


def tasks_set(entity: str) -> str:
    """The name of the set of records of an entity on which the actor has an open task."""
    return f"tasks.{entity}"


def is_shared(actor: Actor, verb: Verb, entity: str) -> bool:
    """Whether somebody shared a record of the entity with the actor for a verb."""
    return verb in SHARABLE and verb.value in actor.given.shared(entity)


def is_tasked(actor: Actor, verb: Verb, entity: str) -> bool:
    """Whether a task gives the actor the verb on a record of the entity: it gives reading alone."""
    return verb is Verb.READ and actor.given.tasked(entity)


def _names(decider: Entity, roles: tuple[str, ...], verb: Verb) -> tuple[str, ...]:
    said = (key for role, key in decider.permissions if role in roles)
    named = (name for word, _, name in (key.partition(":") for key in said) if word == verb and name)
    return ("", *dict.fromkeys(named))


def _levels(served: Served, decider: Entity, roles: tuple[str, ...]) -> tuple[str, ...] | None:
    mark = decider.confidentiality
    if mark is None:
        return None
    clearances = [served.model.roles[role].clearance for role in roles if role in served.model.roles]
    highest = max((mark.levels.index(each) for each in clearances if each in mark.levels), default=-1)
    return None if highest == len(mark.levels) - 1 else mark.levels[: highest + 1]
