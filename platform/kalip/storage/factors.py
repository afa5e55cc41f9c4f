"""Second factors of users, and their accounts at providers of sign-ins. Knows no secret in the clear."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kalip.storage.errors import UniqueClash
from kalip.storage.own import KalipFactor, KalipLink, table_of
from kalip.storage.session import Session

_FACTORS: Final = table_of(KalipFactor)
_LINKS: Final = table_of(KalipLink)
APP, PASSKEY, RECOVERY = "app", "passkey", "recovery"
"""Kinds of second factors: codes that change with the time, keys of devices, and codes for one use."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor. `secret` is an app's, sealed; `handle` and `public_key` a passkey's, both in base64url.

    A recovery code's `handle` is its hash. `counter` is the last time step, or signature, that was accepted.
    """

    id: str
    user_id: str
    kind: str
    name: str
    created_at: datetime
    secret: str | None = None
    handle: str | None = None
    public_key: str | None = None
    counter: int = 0
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An account `subject` at a provider that is a user's; `email` is the address it had there when it was linked."""

    provider: str
    subject: str
    user_id: str
    email: str
    created_at: datetime
    used_at: datetime | None = None


def add_factor(session: Session, factor: Factor) -> None:
    """Add a second factor; UniqueClash for a passkey that is somebody's already."""
    try:
        session.write(insert(_FACTORS), asdict(factor))
    except IntegrityError as error:
        raise UniqueClash("factor", ("handle",)) from error


def list_factors(session: Session, user_id: str) -> list[Factor]:
    """A user's second factors, oldest first."""
    query = select(_FACTORS).where(_FACTORS.c.user_id == user_id).order_by(_FACTORS.c.created_at, _FACTORS.c.id)
    return [Factor(**row) for row in session.run(query).mappings()]


def users_with_factors(session: Session) -> frozenset[str]:
    """The ids of the users who have a second factor, recovery codes apart."""
    return frozenset(session.run(select(_FACTORS.c.user_id).where(_FACTORS.c.kind != RECOVERY).distinct()).scalars())


def use_factor(session: Session, factor: Factor, counter: int, now: datetime) -> bool:
    """Note that a factor was used; false when somebody used it at this moment, or later, already.

    A counter of 0 that stays 0 is that of a passkey that counts nothing.
    """
    later = _FACTORS.c.counter < counter if counter else _FACTORS.c.counter == 0
    statement = update(_FACTORS).where(_FACTORS.c.id == factor.id, later)
    return session.write(statement, {"counter": counter, "used_at": now}).rowcount == 1


def take_code(session: Session, user_id: str, handle: str) -> bool:
    """Use a recovery code up, by its hash; false when the user has none such, or no longer."""
    statement = delete(_FACTORS).where(
        _FACTORS.c.user_id == user_id, _FACTORS.c.kind == RECOVERY, _FACTORS.c.handle == handle
    )
    return session.write(statement).rowcount == 1


def delete_factor(session: Session, user_id: str, factor_id: str) -> bool:
    """Forget a factor of a user; false when there is none such."""
    statement = delete(_FACTORS).where(_FACTORS.c.user_id == user_id, _FACTORS.c.id == factor_id)
    return session.write(statement).rowcount == 1


def delete_factors(session: Session, user_id: str, kinds: Collection[str] = (APP, PASSKEY, RECOVERY)) -> int:
    """Forget a user's factors of some kinds; how many there were."""
    return session.write(
        delete(_FACTORS).where(_FACTORS.c.user_id == user_id, _FACTORS.c.kind.in_(sorted(kinds)))
    ).rowcount


def add_link(session: Session, link: Link) -> None:
    """Remember whose an account elsewhere is; UniqueClash when it is somebody's already."""
    try:
        session.write(insert(_LINKS), asdict(link))
    except IntegrityError as error:
        raise UniqueClash("link", ("provider", "subject")) from error


def find_link(session: Session, provider: str, subject: str) -> Link | None:
    """Whose an account elsewhere is."""
    query = select(_LINKS).where(_LINKS.c.provider == provider, _LINKS.c.subject == subject)
    row = session.run(query).mappings().first()
    return None if row is None else Link(**row)


def list_links(session: Session, user_id: str) -> list[Link]:
    """A user's accounts elsewhere, by provider."""
    query = select(_LINKS).where(_LINKS.c.user_id == user_id).order_by(_LINKS.c.provider, _LINKS.c.created_at)
    return [Link(**row) for row in session.run(query).mappings()]


def touch_link(session: Session, link: Link, now: datetime) -> None:
    """Note that somebody came in by an account elsewhere."""
    mine = (_LINKS.c.provider == link.provider) & (_LINKS.c.subject == link.subject)
    session.write(update(_LINKS).where(mine), {"used_at": now})


def delete_link(session: Session, user_id: str, provider: str, subject: str) -> bool:
    """Forget an account elsewhere of a user; false when there is none such."""
    statement = delete(_LINKS).where(
        _LINKS.c.user_id == user_id, _LINKS.c.provider == provider, _LINKS.c.subject == subject
    )
    return session.write(statement).rowcount == 1
