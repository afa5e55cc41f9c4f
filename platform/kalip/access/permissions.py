"""Permissions as one expression per set of roles, verb and entity: compiled to SQL for many rows, to Python for one.

Closed by default: a verb on an entity is permitted only when some role of the actor says so.
An entity owned by another follows its parent, at any depth: reading, exporting and importing a
line need that right on the parent, any other change of it is an update of the parent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kalip.access.actor import Actor
from kalip.base.errors import AccessDenied
from kalip.compiler import entity_scope
from kalip.expressions import BOOLEAN, Context, Expression, compile_expression
from kalip.model import Entity, Permission, Scope, Verb
from kalip.runtime import Served

# The verbs of a parent that a child's verb asks for.
PARENT_VERB = {
    Verb.READ: Verb.READ,
    Verb.EXPORT: Verb.EXPORT,
    Verb.IMPORT: Verb.IMPORT,
    Verb.CREATE: Verb.UPDATE,
    Verb.UPDATE: Verb.UPDATE,
    Verb.ARCHIVE: Verb.UPDATE,
    Verb.RESTORE: Verb.UPDATE,
    Verb.TRANSITION: Verb.UPDATE,
    Verb.CONVERT: Verb.UPDATE,
}
OWN_SOURCE = "owner == actor.id"


@dataclass(frozen=True, slots=True)
class RowFilter:
    """A condition on the record that is reached by following the references `through`."""

    expression: Expression
    through: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an actor's roles add up to for a verb on an entity.

    `entity` and `verb` are those that decide, after following owners; `through` is the way
    there. `condition` None with `permitted` means every record.
    """

    permitted: bool
    entity: str
    verb: Verb
    through: tuple[str, ...] = ()
    condition: Expression | None = None

    def admits(self, record: Mapping[str, object], context: Context) -> bool:
        """Whether one record, as path to value of the entity that decides, may be acted on.

        It must hold the paths that the condition names.
        """
        if self.condition is None:
            return self.permitted
        return self.condition.evaluate(record, context) is True


class Rulings:
    """The rulings of one served model, made once for each set of roles, verb and entity."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._made: dict[tuple[tuple[str, ...], Verb, str], Ruling] = {}

    def find(self, roles: tuple[str, ...], verb: Verb, entity: str) -> Ruling:
        """The ruling; two threads may make the same one, and either result serves."""
        key = (tuple(sorted(set(roles))), verb, entity)
        ruling = self._made.get(key)
        if ruling is None:
            ruling = self._made[key] = _rule(self._served, *key)
        return ruling


def ruling_for(served: Served, actor: Actor, verb: Verb, entity: str) -> Ruling:
    """What the actor's roles add up to; an administrator is permitted everything."""
    if actor.administrator:
        return Ruling(permitted=True, entity=entity, verb=verb)
    return served.project(Rulings).find(actor.roles, verb, entity)


def may(served: Served, actor: Actor, verb: Verb, entity: str) -> bool:
    """Whether the actor may do this on at least some records of the entity."""
    return ruling_for(served, actor, verb, entity).permitted


def require(served: Served, actor: Actor, verb: Verb, entity: str) -> None:
    """Raise AccessDenied unless the actor may do this on at least some records."""
    if not may(served, actor, verb, entity):
        raise denied(verb, entity)


def denied(verb: Verb, entity: str) -> AccessDenied:
    """The refusal of a verb on an entity."""
    return AccessDenied(
        "You may not {verb} records of '{entity}'.",
        params={"verb": verb.value, "entity": entity},
    )


def row_filters(served: Served, actor: Actor, verb: Verb, entity: str) -> tuple[RowFilter, ...] | None:
    """The conditions a record must meet; empty means every record, None means no record at all."""
    ruling = ruling_for(served, actor, verb, entity)
    if not ruling.permitted:
        return None
    if ruling.condition is None:
        return ()
    return (RowFilter(ruling.condition, ruling.through),)


def deciding_entity(served: Served, entity: str) -> tuple[Entity, tuple[str, ...]]:
    """The entity whose permissions count, and the references that lead to it."""
    current = served.model.entities[entity]
    through: tuple[str, ...] = ()
    while current.owned_by is not None:
        through = (*through, current.owned_by)
        target = current.fields[current.owned_by].target
        current = served.model.entities[str(target)]
    return current, through


def granted(entity: Entity, role: str, verb: Verb) -> Permission | None:
    """A role's permission for a verb, or None when it has none."""
    permission = entity.permissions.get((role, verb))
    if permission is None or permission.scope is Scope.NONE:
        return None
    return permission


def _rule(served: Served, roles: tuple[str, ...], verb: Verb, entity: str) -> Ruling:
    decider, through = deciding_entity(served, entity)
    deciding_verb = PARENT_VERB[verb] if through else verb
    permissions = [found for role in roles if (found := granted(decider, role, deciding_verb)) is not None]
    if not permissions:
        return Ruling(permitted=False, entity=decider.name, verb=deciding_verb, through=through)
    sources = dict.fromkeys(_source(permission) for permission in permissions)
    condition = None
    if "" not in sources:
        condition = compile_expression(
            " || ".join(f"({source})" for source in sources),
            entity_scope(served.model, served.types, decider.name),
            expects=BOOLEAN,
            functions=served.functions,
        )
    return Ruling(
        permitted=True,
        entity=decider.name,
        verb=deciding_verb,
        through=through,
        condition=condition,
    )


def _source(permission: Permission) -> str:
    terms = [OWN_SOURCE] if permission.scope is Scope.OWN else []
    if permission.condition is not None:
        terms.append(f"({permission.condition.source})")
    return " && ".join(terms)
