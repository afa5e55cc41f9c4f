"""The sessions of browsers: opened, known again, listed, ended. A session's secret lives in the browser's cookie only.

Here it is known by its hash. Each sign-in makes a new one. What is delicate wants a session whose person has proved
just now who it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kalip.access import Actor, hash_secret, new_secret
from kalip.base.errors import KalipError, NotAuthenticated, NotFound
from kalip.model import Model
from kalip.records.accounts.acting import actor_of_login, lacks_factor
from kalip.records.accounts.journal import SESSION_ENDED, note
from kalip.records.accounts.mine import mine_or_administered
from kalip.records.services import Services, Work
from kalip.storage import (
    LoginSession,
    Session,
    User,
    create_login,
    delete_expired_logins,
    delete_login,
    delete_logins_of,
    find_login,
    list_logins,
    refresh_login,
    touch_login,
)
from kalip.storage.tickets import delete_attempts, delete_expired_tickets

LASTS: Final = timedelta(days=14)
"""How long a session lasts after it was last used."""
LONGEST: Final = timedelta(days=90)
"""How long it lasts at most, however often it is used."""
TOUCHED: Final = timedelta(minutes=10)
FRESH: Final = timedelta(minutes=15)
"""How long after a sign-in one may do what is delicate without proving again who one is."""
_HANDLE: Final = 24
_LONGEST_TEXT: Final = 200
_DAY: Final = timedelta(days=1)


class NotFresh(KalipError):
    """What is wanted is delicate, and the last proof of who one is is too long ago."""

    code = "A104"


@dataclass(frozen=True, slots=True)
class Entry:
    """How somebody came in: by `method` (password, `oidc:<provider>`) and a second `factor`, from where."""

    method: str
    factor: str
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person sees it. `handle` names it, and opens nothing; `here` is the one that asks."""

    handle: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    method: str
    factor: str
    here: bool


def open_session(session: Session, user: User, entry: Entry, now: datetime) -> str:
    """Open a session for a person and give its secret; what has expired is forgotten. Commits nothing."""
    secret = new_secret()
    address, agent = entry.address[:_LONGEST_TEXT], entry.agent[:_LONGEST_TEXT]
    create_login(
        session,
        LoginSession(
            secret.hash,
            user.id,
            now,
            now + LASTS,
            now,
            address,
            agent,
            method=entry.method,
            factor=entry.factor,
            fresh_at=now,
        ),
    )
    delete_expired_logins(session, now)
    delete_expired_tickets(session, now)
    delete_attempts(session, now - _DAY)
    return secret.text


def actor_of_session(services: Services, token: str, *, ahead: bool = True) -> Actor | None:
    """The person whose session token this is, with today's roles; None when it is unknown, expired or kept out.

    Also None when one of the person's roles wants a second factor and the session has none: one signs in again, and
    sets it up. One who acts for another, or looks with another's eyes, comes as such. `ahead` as in `actor_of_token`.
    """
    now = services.clock()
    id_hash = hash_secret(token)
    model = services.runtime.pin().model

    def look(session: Session) -> tuple[LoginSession, Actor] | None:
        known = find_login(session, id_hash, now, model.administrators if ahead else None)
        if known is None or now - known[0].created_at > LONGEST or lacks_factor(model, known[0], known[1].roles):
            return None
        return known[0], actor_of_login(session, model, known, now)

    found = services.database.glance(look)
    if found is None:
        return None
    login, actor = found
    if now - login.seen_at > TOUCHED:
        with services.database.write() as session:
            touch_login(session, id_hash, now, now + LASTS)
    return actor


def wants_second_factor(model: Model, user: User) -> bool:
    """Whether one of a user's roles lets nobody in without a second factor."""
    return any(model.roles[name].second_factor for name in user.roles if name in model.roles)


def sign_out(services: Services, token: str) -> None:
    """End a session; an unknown one is as good as ended. Commits."""
    with services.database.write() as session:
        delete_login(session, hash_secret(token))


def login_of(services: Services, token: str) -> tuple[LoginSession, User] | None:
    """The stored session of a token, and whose it is; None when there is none."""
    now = services.clock()
    return services.database.glance(lambda session: find_login(session, hash_secret(token), now))


def required_login(services: Services, token: str) -> tuple[LoginSession, User]:
    """The same; NotAuthenticated when there is none."""
    found = login_of(services, token)
    if found is None:
        raise NotAuthenticated("Sign in to continue.")
    return found


def is_fresh(services: Services, token: str) -> bool:
    """Whether the person of a session has proved just now who it is."""
    found = login_of(services, token)
    return found is not None and _proved_just_now(found[0], services.clock())


def require_fresh(services: Services, token: str) -> None:
    """Raise NotFresh unless the person of a session has proved just now who it is; NotAuthenticated without one."""
    if not _proved_just_now(required_login(services, token)[0], services.clock()):
        raise NotFresh("Confirm that it is you to go on.")


def freshen(session: Session, token: str, now: datetime, factor: str | None = None) -> None:
    """Note that the person of a session has proved again who it is. Commits nothing."""
    refresh_login(session, hash_secret(token), now, factor)


def sessions_of(work: Work, user_id: str, token: str = "") -> list[OpenSession]:
    """The sessions of oneself, or of anybody as administrator, the one used last first; `token` is the asking one's."""
    here = hash_secret(token) if token else ""
    found = list_logins(work.session, mine_or_administered(work, user_id), work.now)
    return [
        OpenSession(
            each.id_hash[:_HANDLE],
            each.created_at,
            each.seen_at,
            each.expires_at,
            each.address,
            each.agent,
            each.method,
            each.factor,
            each.id_hash == here,
        )
        for each in found
    ]


def end_session(work: Work, user_id: str, handle: str) -> None:
    """Sign one browser out. NotFound when the user has no such session. Commits nothing."""
    logins = list_logins(work.session, mine_or_administered(work, user_id), work.now)
    found = next((each for each in logins if each.id_hash[:_HANDLE] == handle), None)
    if found is None:
        raise NotFound("There is no such session.", params={"id": handle[:60]})
    delete_login(work.session, found.id_hash)
    note(work, SESSION_ENDED, user_id, {"address": found.address, "agent": found.agent})


def end_sessions(work: Work, user_id: str, keep: str = "") -> None:
    """Sign a user out everywhere, but in the session of the token `keep`. Commits nothing."""
    delete_logins_of(work.session, mine_or_administered(work, user_id), hash_secret(keep) if keep else "")
    note(work, SESSION_ENDED, user_id, {"all": True})


def _proved_just_now(login: LoginSession, now: datetime) -> bool:
    return now - (login.fresh_at or login.created_at) <= FRESH
