"""Why may I, why may I not: the grants that decide a verb on an entity, for people to read."""

from dataclasses import dataclass

from kalip.access.actor import Actor
from kalip.access.permissions import may
from kalip.access.terms import PARENT_VERB, deciding_entity, granted
from kalip.model import Scope, Verb
from kalip.runtime import Served


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role contributes: `scope` none means that the role is silent. `condition` is source text."""

    role: str
    scope: Scope
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a decision came about. `decider` and `verb` are the parent's for an owned entity."""

    allowed: bool
    administrator: bool
    decider: str
    verb: Verb
    grants: tuple[Grant, ...]


def explain(served: Served, actor: Actor, verb: Verb, entity: str) -> Explanation:
    """Explain whether the actor may do this, role by role, in the order of the actor's roles."""
    decider, through = deciding_entity(served, entity)
    deciding_verb = PARENT_VERB[verb] if through else verb
    grants = []
    for role in actor.roles:
        permission = granted(decider, role, deciding_verb)
        if permission is None:
            grants.append(Grant(role, Scope.NONE))
        else:
            source = permission.condition.source if permission.condition else ""
            grants.append(Grant(role, permission.scope, source))
    return Explanation(
        allowed=may(served, actor, verb, entity),
        administrator=actor.administrator,
        decider=decider.name,
        verb=deciding_verb,
        grants=tuple(grants),
    )
