"""The one who acts: a person with roles, or the system itself. Knows nothing of how one signs in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from kalip.base.text import DEFAULT_LOCALE
from kalip.expressions import ActorContext
from kalip.model import Model


@dataclass(frozen=True, slots=True)
class Identity:
    """What is stored of a person: who it is and how one wants to be addressed."""

    id: str
    name: str
    email: str
    locale: str = DEFAULT_LOCALE
    timezone: str = "UTC"


class Given(Protocol):
    """What others gave somebody on single records, asked only when it matters."""

    def shared(self, entity: str) -> frozenset[str]:
        """The verbs for which records of an entity were shared with the actor."""

    def tasked(self, entity: str) -> bool:
        """Whether the actor has an open task on a record of an entity."""


class NothingGiven:
    """Nobody shared anything, nobody gave a task."""

    def shared(self, entity: str) -> frozenset[str]:
        """No verbs."""
        return frozenset()

    def tasked(self, entity: str) -> bool:
        """None."""
        return False


NOTHING_GIVEN: Final = NothingGiven()


class Told:
    """What was read of somebody together with who calls. It is true at the start: only the first who asks has it."""

    __slots__ = ("_lines",)

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = [tuple(lines)]

    def take(self) -> tuple[str, ...] | None:
        """Give it, once."""
        try:
            return self._lines.pop()
        except IndexError:
            return None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the roles that count now. `id` is None for the system alone.

    `administrator` is true when one of the roles is an administrator's role in the model that
    is served; such an actor sees and does everything. `groups` are the codes of the groups that
    the principal is in.

    `on_behalf` is the id of the user in whose place this one acts: the roles, the groups, owners
    of new records and `actor.id` in expressions are that user's, while `id`, name, language and
    settings stay the doer's own. `read_only` forbids every change: one who looks with another's eyes.

    `limited`: only some of the person's roles count, and nothing that was shared with the person or comes by tasks.
    `given` is what was, known inside a unit of work alone; `told` what was read of that before.

    `entities`, when given, are the only ones that the actor's rights reach; `everything` then says that they are an
    administrator's there, while `administrator` is false: what is beyond records needs all entities.
    """

    id: str | None
    name: str
    email: str
    roles: tuple[str, ...] = ()
    locale: str = DEFAULT_LOCALE
    timezone: str = "UTC"
    administrator: bool = False
    groups: tuple[str, ...] = ()
    on_behalf: str | None = None
    read_only: bool = False
    on_behalf_name: str = ""
    on_behalf_email: str = ""
    entities: tuple[str, ...] | None = None
    everything: bool = False
    limited: bool = False
    given: Given = field(default=NOTHING_GIVEN, compare=False, repr=False)
    told: Told | None = field(default=None, compare=False, repr=False)

    @property
    def narrowed(self) -> bool:
        """Whether only some of the person's own rights count: by a token for some roles or entities."""
        return self.on_behalf is None and (self.limited or self.entities is not None)

    @property
    def scope(self) -> Mapping[str, list[str] | None] | None:
        """Which `roles` and `entities` are left of the person's own rights (None: all), as JSON; None for the whole."""
        if not self.narrowed:
            return None
        entities = None if self.entities is None else list(self.entities)
        return {"roles": list(self.roles) if self.limited else None, "entities": entities}

    def reaches(self, entity: str | None) -> bool:
        """Whether the actor's rights reach an entity; None is what is about no record."""
        return self.entities is None or entity in self.entities

    @property
    def principal(self) -> str | None:
        """The id of the user whose rights count: the one acted for, or the actor; None for the system."""
        return self.on_behalf or self.id

    @property
    def context(self) -> ActorContext:
        """The actor as expressions see it: the principal."""
        email = self.on_behalf_email if self.on_behalf else self.email
        return ActorContext(self.principal or "", email, self.roles, self.locale, self.groups)


SYSTEM = Actor(None, "Kalip", "", administrator=True)


def make_actor(
    model: Model,
    person: Identity,
    roles: Iterable[str],
    limit: Iterable[str] | None = None,
    groups: Iterable[str] = (),
) -> Actor:
    """Make an actor of a person; `limit` (an API token's) leaves only the roles named in it.

    Roles that the model no longer has are dropped: a right that nobody can look up is none.
    """
    allowed = None if limit is None else set(limit)
    active = tuple(name for name in roles if name in model.roles and (allowed is None or name in allowed))
    return Actor(
        id=person.id,
        name=person.name,
        email=person.email,
        roles=active,
        locale=person.locale,
        timezone=person.timezone,
        administrator=any(model.roles[name].administrator for name in active),
        groups=tuple(groups),
        limited=limit is not None,
    )


def recalling(actor: Actor, told: Iterable[str] | None) -> Actor:
    """The same actor, of whom something was read together with who calls."""
    return actor if told is None else replace(actor, told=Told(told))


def in_place_of(actor: Actor, principal: Actor, *, read_only: bool = False) -> Actor:
    """Make the actor that a person becomes in the place of another, whose rights count; `read_only` only looks."""
    return replace(
        actor,
        roles=principal.roles,
        administrator=principal.administrator,
        groups=principal.groups,
        limited=actor.limited or principal.limited,
        on_behalf=principal.id,
        on_behalf_name=principal.name,
        on_behalf_email=principal.email,
        read_only=read_only,
        told=None,
        entities=principal.entities,
        everything=principal.everything,
    )


def limited_to(actor: Actor, entities: Iterable[str]) -> Actor:
    """The same actor, whose rights reach these entities alone; what they reached before stays a limit."""
    known = set(entities)
    kept = known if actor.entities is None else known & set(actor.entities)
    return replace(
        actor,
        entities=tuple(sorted(kept)),
        everything=actor.administrator or actor.everything,
        administrator=False,
    )
