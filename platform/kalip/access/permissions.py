"""Permissions as one expression per set of roles, verb and entity: compiled to SQL for many rows, to Python for one.

Closed by default: a verb on an entity is permitted only when some role of the actor says so, somebody shared the record
with the actor, or an open task of the actor is about it. A denial wins over all of these, and a record that is more
confidential than the clearance of the actor's roles is not there at all.
An entity owned by another follows its parent, at any depth: reading, exporting and importing a
line need that right on the parent, any other change of it is an update of the parent.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kalip.access.actor import Actor
from kalip.access.terms import (
    ANY,
    PARENT_VERB,
    Terms,
    deciding_entity,
    is_shared,
    is_tasked,
    shared_set,
    source_of,
    tasks_set,
    terms_for,
)
from kalip.base.errors import AccessDenied
from kalip.compiler import RootedScope, entity_scope
from kalip.expressions import BOOLEAN, TEXT, Context, Expression, compile_expression, list_of
from kalip.model import NAMED, Permission, Scope, Verb
from kalip.runtime import Served

__all__ = [
    "ANY",
    "PARENT_VERB",
    "RowFilter",
    "Ruling",
    "deciding_entity",
    "denied",
    "may",
    "require",
    "row_filters",
    "ruling_for",
]
# What may be made without having been there, so that reading says nothing of it.
_UNREAD: Final = (Verb.READ, Verb.CREATE, Verb.IMPORT)
# The scopes that hold all records of another.
_WIDER: Final = {
    Scope.OWN: frozenset((Scope.TEAM, Scope.UNIT, Scope.UNIT_BELOW, Scope.ALL)),
    Scope.TEAM: frozenset((Scope.ALL,)),
    Scope.UNIT: frozenset((Scope.UNIT_BELOW, Scope.ALL)),
    Scope.UNIT_BELOW: frozenset((Scope.ALL,)),
    Scope.ALL: frozenset[Scope](),
}


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
    """The rulings of one served model, made once for all that they follow from."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._deciders = {name: deciding_entity(served, name) for name in served.model.entities}
        self._made: dict[tuple[object, ...], Ruling] = {}

    def find(self, actor: Actor, verb: Verb, entity: str, name: str) -> Ruling:
        """The ruling; two threads may make the same one, and either result serves."""
        key = (tuple(sorted(set(actor.roles))), verb, entity, name)
        ruling = self._of(key, shared=False, tasked=False)
        if ruling.permitted and ruling.condition is None:
            return ruling  # who may do everything needs nothing from others, so nobody is asked
        decider, through = self._deciders[entity]
        deciding = PARENT_VERB[verb] if through else verb
        shared, tasked = is_shared(actor, deciding, decider.name), is_tasked(actor, deciding, decider.name)
        return self._of(key, shared=shared, tasked=tasked) if shared or tasked else ruling

    def _of(self, key: tuple[tuple[str, ...], Verb, str, str], *, shared: bool, tasked: bool) -> Ruling:
        known = (*key, shared, tasked)
        ruling = self._made.get(known)
        if ruling is None:
            roles, verb, entity, name = key
            terms = terms_for(self._served, roles, verb, entity, name)
            ruling = self._made[known] = _rule(self._served, replace(terms, shared=shared, tasked=tasked))
        return ruling


def ruling_for(served: Served, actor: Actor, verb: Verb, entity: str, name: str = "") -> Ruling:
    """What the actor's roles, shares and tasks add up to; an administrator is permitted everything.

    `name` is the transition or conversion that is asked about; `ANY` asks whether there is one at all.
    """
    if actor.administrator:
        return Ruling(permitted=True, entity=entity, verb=verb)
    if actor.entities is not None:
        decider, through = deciding_entity(served, entity)
        if not {entity, decider.name} & set(actor.entities):
            return Ruling(permitted=False, entity=decider.name, verb=verb, through=through)
        if actor.everything:
            return Ruling(permitted=True, entity=entity, verb=verb)
    return served.project(Rulings).find(actor, verb, entity, name)


def may(served: Served, actor: Actor, verb: Verb, entity: str) -> bool:
    """Whether the actor may do this on at least some records of the entity, by some transition or conversion."""
    return ruling_for(served, actor, verb, entity, ANY if verb in NAMED else "").permitted


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


def row_filters(served: Served, actor: Actor, verb: Verb, entity: str, name: str = "") -> tuple[RowFilter, ...] | None:
    """The conditions a record must meet; empty means every record, None means no record at all.

    Nothing is done to a record that may not be read, so these conditions are among those of other verbs.
    """
    rulings = [ruling_for(served, actor, verb, entity, name)]
    if verb not in _UNREAD:
        rulings.append(ruling_for(served, actor, Verb.READ, entity))
    if not all(ruling.permitted for ruling in rulings):
        return None
    filters = (RowFilter(each.condition, each.through) for each in rulings if each.condition is not None)
    return tuple(dict.fromkeys(filters))


def _rule(served: Served, terms: Terms) -> Ruling:
    parts = [_of_name(terms, name) for name in terms.names]
    told = [part for part in parts if part is not None]
    ruling = Ruling(permitted=bool(told), entity=terms.entity, verb=terms.verb, through=terms.through)
    if not told:
        return ruling
    sources = [] if "" in told else [" || ".join(_alternatives(dict.fromkeys(told)))]
    if terms.levels is not None:
        sources.append(terms.label_source)
    if not sources:
        return ruling
    source = sources[0] if len(sources) == 1 else " && ".join(f"({each})" for each in sources)
    entity = terms.entity
    shared = (shared_set(entity, terms.verb, beside=beside) for beside in (False, True))
    roots = {f"actor.{each}": list_of(TEXT) for each in (*shared, tasks_set(entity))}
    condition = compile_expression(
        source,
        RootedScope(entity_scope(served.model, served.types, entity), roots),
        expects=BOOLEAN,
        functions=served.functions,
    )
    return Ruling(True, entity, terms.verb, terms.through, condition)


def _alternatives(sources: Iterable[str]) -> list[str]:
    found = list(sources)
    return found if len(found) == 1 else [f"({each})" for each in found]


def _widest(grants: Sequence[Permission]) -> Iterator[Permission]:
    """The grants without those that another gives anyway: a database plans a shorter condition sooner."""
    whole = {each.scope for each in grants if each.condition is None}
    for grant in grants:
        as_wide = _WIDER[grant.scope] if grant.condition is None else {grant.scope, *_WIDER[grant.scope]}
        if whole.isdisjoint(as_wide):
            yield grant


def _of_name(terms: Terms, name: str) -> str | None:
    """What permits the verb, or one transition or conversion: None for nothing, empty for every record."""
    grants = dict.fromkeys(source_of(each, terms.decider) for each in _widest(terms.grants(name)))
    denials = dict.fromkeys(source_of(each, terms.decider) for each in terms.denials(name))
    if "" in denials:
        return None
    if terms.shared:
        grants[f"id in actor.{shared_set(terms.entity, terms.verb, beside=bool(grants))}"] = None
    if terms.tasked:
        grants[f"id in actor.{tasks_set(terms.entity)}"] = None
    if not grants:
        return None
    permitted = "" if "" in grants else " || ".join(f"({each})" for each in grants)
    refused = [f"!({each})" for each in denials]
    if not refused:
        return permitted
    return " && ".join([*([f"({permitted})"] if permitted else []), *refused])
