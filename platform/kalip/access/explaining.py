"""Why may I, why may I not: what decides about a verb on an entity, told one by one, for people to read.

Told from the same terms that the decision is made of. Whether a condition holds for a record is asked elsewhere, of
whoever reads records.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from kalip.access.actor import Actor
from kalip.access.permissions import may
from kalip.access.terms import Terms, granted, shared_set, source_of, tasks_set, terms_of
from kalip.compiler import RootedScope, entity_scope
from kalip.expressions import BOOLEAN, TEXT, Expression, compile_expression, list_of, pieces_of
from kalip.model import Scope, Verb
from kalip.runtime import Served


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role contributes: `scope` none means that the role is silent.

    `condition` is the text of what narrows it further, `source` the whole condition; empty for every record. With
    `deny` the role takes the right away where the condition holds.
    """

    role: str
    scope: Scope
    condition: str = ""
    source: str = ""
    deny: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What decides about one transition or conversion; `name` is empty for those that nobody names."""

    name: str
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a decision comes about. `decider` and `verb` are the parent's, by `through`, for an owned entity.

    `allowed` says whether there is a record at all on which it may be done. A verb is permitted where one of `parts`
    permits it; `shared` and `tasks` name the sets of records that others gave, `label` is the condition that a record
    isn't too confidential: empty where they decide nothing.
    """

    allowed: bool
    administrator: bool
    decider: str
    verb: Verb
    through: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    shared: str = ""
    tasks: str = ""
    label: str = ""

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What the roles say, of the first part."""
        return self.parts[0].grants if self.parts else ()


def explain(served: Served, actor: Actor, verb: Verb, entity: str, name: str = "") -> Explanation:
    """Explain what decides whether the actor may do this, role by role, in the order of the actor's roles.

    `name` is a transition or conversion, `ANY` stands for whichever.
    """
    terms = terms_of(served, actor, verb, entity, name)
    if actor.administrator:
        return Explanation(True, True, entity, verb)
    return Explanation(
        allowed=may(served, actor, verb, entity),
        administrator=False,
        decider=terms.entity,
        verb=terms.verb,
        through=terms.through,
        parts=tuple(Part(each, tuple(_grants(actor, terms, each))) for each in terms.names),
        shared=f"id in actor.{shared_set(terms.entity, terms.verb)}" if terms.shared else "",
        tasks=f"id in actor.{tasks_set(terms.entity)}" if terms.tasked else "",
        label=terms.label_source if terms.levels is not None else "",
    )


def term_expression(served: Served, explanation: Explanation, source: str) -> Expression:
    """Compile a condition that an explanation names, or a piece of one, over the records that decide."""
    entity, verb = explanation.decider, explanation.verb
    roots = {f"actor.{each}": list_of(TEXT) for each in (shared_set(entity, verb), tasks_set(entity))}
    scope = RootedScope(entity_scope(served.model, served.types, entity), roots)
    return compile_expression(source, scope, expects=BOOLEAN, functions=served.functions)


def term_pieces(served: Served, explanation: Explanation, source: str) -> tuple[str, ...]:
    """The conditions that must hold together for one to hold; the whole where it can't be taken apart."""
    compiled = partial(term_expression, served, explanation)
    return tuple(each.source for each in pieces_of(compiled(source), compiled))


def _grants(actor: Actor, terms: Terms, name: str) -> Iterator[Grant]:
    for role in dict.fromkeys(actor.roles):
        permission = granted(terms.decider, role, terms.verb, name)
        if permission is None:
            yield Grant(role, Scope.NONE)
        else:
            condition = permission.condition.source if permission.condition else ""
            yield Grant(role, permission.scope, condition, source_of(permission, terms.decider), permission.deny)
