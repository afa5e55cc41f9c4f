"""What depends on the caller's rights alone, made once for each served model and set of roles."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

from kalip.access import Actor, may, seen_model
from kalip.model import Entity, Verb
from kalip.runtime import Served

REMEMBERED = 64
T = TypeVar("T")


class ByRights:
    """Answers that only the model, the caller's rights and a further key decide; the least used go first."""

    def __init__(self, served: Served) -> None:
        self._entities = tuple(served.model.entities)
        self._known: OrderedDict[object, object] = OrderedDict()
        self._lock = Lock()

    def find(self, actor: Actor, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """The answer for these rights and this key; two threads may make the same one."""
        whole = (*self._rights(actor), key)
        with self._lock:
            if whole in self._known:
                self._known.move_to_end(whole)
                return cast("T", self._known[whole])
        made = make()
        with self._lock:
            self._known[whole] = made
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return made

    def _rights(self, actor: Actor) -> tuple[object, ...]:
        """All that rights follow from: roles, the entities of a token, and what others gave on single records."""
        given = tuple(
            (name, actor.given.shared(name), actor.given.tasked(name))
            for name in (() if actor.administrator else self._entities)
        )
        return actor.administrator, actor.everything, actor.entities, tuple(sorted(set(actor.roles))), given


def verbs(served: Served, actor: Actor, entity: str) -> frozenset[Verb]:
    """What the caller may do with some records of an entity."""
    return frozenset(verb for verb in Verb if may(served, actor, verb, entity))


def visible(served: Served, actor: Actor) -> tuple[Entity, ...]:
    """The entities that the caller may read, as the caller sees them, in the order of the model."""
    entities = seen_model(served, actor).entities.values()
    return tuple(entity for entity in entities if may(served, actor, Verb.READ, entity.name))
