"""Rights on the records of collections that a condition asks about: those that may not be seen are as if not there."""

from collections.abc import Iterable, Iterator

from kalip.access import may, row_filters, ruling_for
from kalip.base.errors import BadRequest
from kalip.expressions import Expression
from kalip.model import DIRECTORY, Entity, Verb
from kalip.records.naming import PathCache
from kalip.records.services import Work
from kalip.storage import Filter


def guarded(work: Work, entity: Entity, expression: Expression) -> Filter:
    """A condition as a filter that counts only those records of its collections that the actor may see.

    BadRequest for a collection of an entity that the actor may not read, and for a path that leads on from a
    collection's records to others of which the actor sees only some: it is as unknown as a mistyped one.
    """
    within: dict[str, Expression] = {}
    for collection, paths in expression.element_paths.items():
        target = _target(work, entity, collection)
        if target is None:
            continue
        if not may(work.served, work.actor, Verb.READ, target.name):
            raise _unknown(collection)
        for each in row_filters(work.served, work.actor, Verb.READ, target.name) or ():
            if not each.through:  # what belongs to another record is seen with it
                within[target.name] = each.expression
        for path in paths:
            if any(_hides_some(work, entity, name) for name in _stations(work, target, path)):
                raise _unknown(f"{collection}.{path}")
    return Filter(expression, within=tuple(within.items()))


def all_guarded(work: Work, entity: Entity, expressions: Iterable[Expression]) -> Iterator[Filter]:
    """The same for several conditions."""
    return (guarded(work, entity, each) for each in expressions)


def _target(work: Work, entity: Entity, collection: str) -> Entity | None:
    """The entity whose records a collection, perhaps one within others, holds."""
    current: Entity | None = entity
    for step in collection.removeprefix("old.").split("."):
        field = current.attribute(step) if current is not None else None
        current = work.model.entities.get(str(field.target)) if field is not None else None
    return current


def _stations(work: Work, target: Entity, text: str) -> Iterator[str]:
    """The entities of the records to which a path of an element leads."""
    path = work.served.project(PathCache).find(target, text)
    owner = target
    for hop in path.hops:
        field = owner.attribute(hop)
        if field is None or field.type in DIRECTORY:
            return  # everybody may know the names of users and groups
        owner = work.model.entities[str(field.target)]
        yield owner.name


def _hides_some(work: Work, entity: Entity, name: str) -> bool:
    """Whether the actor sees only some records of an entity; the one that is asked about is seen anyway."""
    if name == entity.name:
        return False
    ruling = ruling_for(work.served, work.actor, Verb.READ, name)
    return not ruling.permitted or ruling.condition is not None


def _unknown(path: str) -> BadRequest:
    return BadRequest("There is no field '{path}'.", params={"path": path[:200]})
