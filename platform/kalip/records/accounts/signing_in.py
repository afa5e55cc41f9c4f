"""Signing in: by e-mail and password, and what else is asked before a session opens. Failures shut the door a while.

Where a second factor is due, the answer is no session but a ticket for the next step, good for a few minutes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from kalip.access import Actor, hash_password, make_actor, needs_rehash, new_secret, verify_password
from kalip.base.errors import NotAuthenticated
from kalip.model import Model
from kalip.records.accounts.acting import identity_of, stored_actor
from kalip.records.accounts.doors import Caller, note_failure, note_success, require_open
from kalip.records.accounts.keepers import Keeper, keeper_of
from kalip.records.accounts.sessions import Entry, open_session, wants_second_factor
from kalip.records.services import Services
from kalip.storage import Session, User, find_user, set_password_hash
from kalip.storage.factors import RECOVERY, list_factors
from kalip.storage.tickets import Ticket, add_ticket

Then = Literal["", "factor", "setup"]
"""What is to be done before the session opens: nothing, prove a second factor, or set one up."""
HALF: Final = timedelta(minutes=10)
PASSWORD: Final = "password"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A successful sign-in: `token` goes into the cookie and is kept nowhere else.

    It is a session's when `then` is empty. Otherwise it is that of a sign-in half done, which opens nothing yet.
    """

    token: str
    actor: Actor
    then: Then = ""


@dataclass(frozen=True, slots=True)
class Proven:
    """What somebody has proved so far: by which `method`, from where, by a `factor` if the method has one in itself."""

    method: str
    caller: Caller
    factor: str = ""


def sign_in(services: Services, email: str, password: str, address: str = "", agent: str = "") -> SignedIn:
    """Sign a person in. NotAuthenticated without saying which half was wrong; Locked after too many failures.

    Takes the same time for unknown addresses and for people whose password is kept here; a directory that keeps one
    takes its own. Commits its own transactions.
    """
    now, caller = services.clock(), Caller(address, agent)
    user, _ = checked_password(services, email, password, caller)
    with services.database.write() as session:
        kept_here = keeper_of(services, session, user) is None
        if kept_here and needs_rehash(str(user.password_hash)):
            set_password_hash(session, user.id, hash_password(password))
        return admit(session, services.runtime.pin().model, user, Proven(PASSWORD, caller), now)


def checked_password(services: Services, email: str, password: str, caller: Caller) -> tuple[User, datetime]:
    """The active person whose password this is, and when it was said. NotAuthenticated or Locked as `sign_in`.

    Where a directory keeps the password, it alone is asked, and what is stored here counts for nothing.
    """
    now = services.clock()
    with services.database.read() as session:
        user = find_user(session, email)
        require_open(session, email, caller, now)
        known = user if user is not None and may_come_in(user) else None
        keeper = keeper_of(services, session, known) if known is not None else None
    if not _is_right(known, keeper, password) or user is None:
        with services.database.write() as session:
            note_failure(session, email, caller, now, PASSWORD)
        raise NotAuthenticated("The e-mail address or the password is wrong.")
    return user, now


def may_come_in(user: User) -> bool:
    """Whether anybody signs in as a user at all: not as one that is kept out, nor as a programme."""
    return user.active and not user.service


def admit(session: Session, model: Model, user: User, proven: Proven, now: datetime) -> SignedIn:
    """Open a session for a person who has proved enough, else begin the next step. Commits nothing."""
    then = "" if proven.factor else _next_step(session, model, user)
    if then:
        secret = new_secret()
        data = {"method": proven.method, "then": then}
        add_ticket(session, Ticket(secret.hash, f"sign_in.{then}", user.id, now, now + HALF, data))
        return SignedIn(secret.text, actor_of(model, user), then)
    caller = proven.caller
    entry = Entry(proven.method, proven.factor, caller.address, caller.agent)
    token = open_session(session, user, entry, now)
    note_success(session, user, caller, now, method=proven.method, factor=proven.factor)
    return SignedIn(token, stored_actor(session, model, user))


def actor_of(model: Model, user: User) -> Actor:
    """A user with the roles that the model knows, as at the door: without groups, acting for nobody."""
    return make_actor(model, identity_of(user), user.roles)


def _next_step(session: Session, model: Model, user: User) -> Then:
    if any(each.kind != RECOVERY for each in list_factors(session, user.id)):
        return "factor"
    return "setup" if wants_second_factor(model, user) else ""


def _is_right(user: User | None, keeper: Keeper | None, password: str) -> bool:
    if keeper is not None:
        return keeper.checks(password)
    return verify_password(user.password_hash if user is not None else None, password)
