"""Signing in by e-mail and password, and the sessions of browsers. Failures are events, and shut the door for a while.

A session's secret lives in the browser's cookie only; here it is known by its hash. Each sign-in makes a new one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kalip.access import (
    Actor,
    Identity,
    counts,
    hash_password,
    hash_secret,
    locked_until,
    make_actor,
    needs_rehash,
    new_secret,
    verify_password,
)
from kalip.base.errors import KalipError, NotAuthenticated
from kalip.records.accounts.acting import actor_of_login
from kalip.records.services import Services
from kalip.storage import (
    Event,
    LoginSession,
    Session,
    User,
    append_events,
    create_login,
    delete_expired_logins,
    delete_login,
    events_for,
    find_login,
    find_user,
    set_password_hash,
    touch_login,
)

LASTS = timedelta(days=14)
"""How long a session lasts after it was last used."""
TOUCHED = timedelta(minutes=10)
FAILED, SUCCEEDED = "sign_in.failed", "sign_in.succeeded"
USER = "user"
MOST_FAILURES = 40
LONGEST_KEY = 200


class Locked(KalipError):
    """Too many failed sign-ins; `retry_after` is in seconds."""

    code = "R429"

    def __init__(self, retry_after: int) -> None:
        super().__init__("Too many failed attempts: try again in {seconds} seconds.", params={"seconds": retry_after})
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A successful sign-in: `token` goes into the cookie and is kept nowhere else."""

    token: str
    actor: Actor


def sign_in(services: Services, email: str, password: str, address: str = "", agent: str = "") -> SignedIn:
    """Sign a person in. NotAuthenticated without saying which half was wrong; Locked after too many failures.

    Takes the same time for unknown addresses. Commits its own transactions.
    """
    now = services.clock()
    key = _key(email)
    with services.database.read() as session:
        user = find_user(session, email)
        wait = _wait(session, key, now)
    if wait > 0:
        raise Locked(wait)
    stored = user.password_hash if user is not None and user.active else None
    if not verify_password(stored, password) or user is None:
        with services.database.write() as session:
            append_events(session, [_event(FAILED, key, None, now, address)])
        raise NotAuthenticated("The e-mail address or the password is wrong.")
    secret = new_secret()
    with services.database.write() as session:
        create_login(session, LoginSession(secret.hash, user.id, now, now + LASTS, now, address[:200], agent[:200]))
        append_events(session, [_event(SUCCEEDED, key, user.id, now, address)])
        delete_expired_logins(session, now)
        if needs_rehash(str(stored)):
            set_password_hash(session, user.id, hash_password(password))
    return SignedIn(secret.text, _actor(services, user))


def actor_of_session(services: Services, token: str) -> Actor | None:
    """The person whose session token this is, with today's roles; None when it is unknown, expired or kept out.

    One who acts for another, or looks with another's eyes, comes as such.
    """
    now = services.clock()
    id_hash = hash_secret(token)
    model = services.runtime.pin().model

    def look(session: Session) -> tuple[LoginSession, Actor] | None:
        known = find_login(session, id_hash, now)
        return None if known is None else (known[0], actor_of_login(session, model, known, now))

    found = services.database.glance(look)
    if found is None:
        return None
    login, actor = found
    if now - login.seen_at > TOUCHED:
        with services.database.write() as session:
            touch_login(session, id_hash, now, now + LASTS)
    return actor


def sign_out(services: Services, token: str) -> None:
    """End a session; an unknown one is as good as ended."""
    with services.database.write() as session:
        delete_login(session, hash_secret(token))


def identity_of(user: User) -> Identity:
    """A user as the access floor knows people."""
    return Identity(user.id, user.name, user.email, user.locale, user.timezone)


def _actor(services: Services, user: User) -> Actor:
    return make_actor(services.runtime.pin().model, identity_of(user), user.roles)


def _key(email: str) -> str:
    # Failures are counted for addresses that nobody has, too: the answer must not tell them apart.
    return email.strip().casefold()[:LONGEST_KEY] or "-"


def _wait(session: Session, key: str, now: datetime) -> int:
    """Seconds until the next attempt is heard."""
    failures = []
    for event in events_for(session, USER, key, limit=MOST_FAILURES).events:
        if event.kind != FAILED or not counts(event.at, now):
            break
        failures.append(event.at)
    until = locked_until(len(failures), failures[0]) if failures else None
    return 0 if until is None or until <= now else int((until - now).total_seconds()) + 1


def _event(kind: str, key: str, user_id: str | None, now: datetime, address: str) -> Event:
    return Event(kind=kind, entity=USER, record_id=key, actor=user_id, at=now, after={"address": address[:LONGEST_KEY]})
