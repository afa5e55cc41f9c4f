"""The one who acts: a person with roles, or the system itself. Knows nothing of how one signs in."""

from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, with the roles that count now. `id` is None for the system alone.

    `administrator` is true when one of the roles is an administrator's role in the model that
    is served; such an actor sees and does everything.
    """

    id: str | None
    name: str
    email: str
    roles: tuple[str, ...] = ()
    locale: str = DEFAULT_LOCALE
    timezone: str = "UTC"
    administrator: bool = False

    @property
    def context(self) -> ActorContext:
        """The actor as expressions see it."""
        return ActorContext(id=self.id or "", email=self.email, roles=self.roles, locale=self.locale)


SYSTEM = Actor(None, "Kalip", "", administrator=True)


def make_actor(model: Model, person: Identity, roles: Iterable[str], limit: Iterable[str] | None = None) -> Actor:
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
    )
