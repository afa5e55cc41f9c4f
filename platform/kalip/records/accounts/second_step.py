"""The second step of a sign-in: the factor that is due, or its setup where a role wants one and there is none yet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from kalip.access import hash_secret
from kalip.access.passkeys import Place
from kalip.base.errors import NotAuthenticated
from kalip.records.accounts.doors import Caller, note_failure, note_success, require_open
from kalip.records.accounts.factors import Added
from kalip.records.accounts.proofs import Asked, PasskeyAnswer, accepted_code, accepted_passkey, ask_passkey
from kalip.records.accounts.sessions import Entry, freshen, open_session, require_fresh, required_login
from kalip.records.accounts.signing_in import Then, actor_of, checked_password, may_come_in
from kalip.records.services import Services, Work, run, unit_of_work
from kalip.storage import Session, User, get_user
from kalip.storage.factors import APP, RECOVERY, list_factors
from kalip.storage.tickets import Ticket, find_ticket, take_ticket

T = TypeVar("T")
FACTOR: Final = "factor"
_STEPS: Final[tuple[Then, ...]] = ("factor", "setup")


@dataclass(frozen=True, slots=True)
class Half:
    """A sign-in half done: whose it is, what is to do, and with what one can."""

    user: User
    method: str
    then: Then
    app: bool
    codes: bool


Proof = str | PasskeyAnswer
"""A code as it was typed, or a passkey's answer."""


def half_of(services: Services, token: str) -> Half | None:
    """What is to do for a sign-in half done; None when it took too long, was finished, or never was."""
    found = services.database.glance(lambda session: _found(session, services, token))
    if found is None:
        return None
    ticket, user, then = found
    kinds = services.database.glance(lambda session: {each.kind for each in list_factors(session, user.id)})
    return Half(user, str(ticket.data.get("method", "")), then, APP in kinds, RECOVERY in kinds)


def ask_at_door(services: Services, token: str, place: Place) -> Asked | None:
    """Ask for a passkey of the person who signs in; None when there is none."""

    def ask(session: Session) -> Asked | None:
        found = _found(session, services, token)
        return ask_passkey(session, services.sealer, found[1].id, place, services.clock()) if found else None

    return services.database.glance(ask)


def finish(services: Services, token: str, proof: Proof, caller: Caller) -> str:
    """Open the session that a second factor was due for, and give its secret. Commits.

    NotAuthenticated for a wrong proof, or when the first step is too long ago; Locked after too many failures.
    """
    now, hashed = services.clock(), hash_secret(token)
    with services.database.write() as session:
        found = _found(session, services, token)
        if found is None or found[2] != FACTOR:
            raise _late()
        ticket, user, _ = found
        require_open(session, user.email, caller, now)
        kind = _kind_of(session, services, user, proof)
        if kind and take_ticket(session, ticket.kind, hashed, now) is not None:
            method = str(ticket.data.get("method", ""))
            opened = open_session(session, user, Entry(method, kind, caller.address, caller.agent), now)
            note_success(session, user, caller, now, method=method, factor=kind)
            return opened
        note_failure(session, user.email, caller, now, FACTOR)
    raise NotAuthenticated("This is not the right code, or it was used already.")


def looking_at_setup(services: Services, token: str, look: Callable[[Work], T]) -> T:
    """Run a use case that reads for the person who has to set a factor up. NotAuthenticated when it took too long."""
    half = _half_to_set_up(services, token)
    with unit_of_work(services, actor_of(services.runtime.pin().model, half.user)) as work:
        return look(work)


def finish_setup(services: Services, token: str, add: Callable[[Work], Added], caller: Caller) -> tuple[str, Added]:
    """Add the factor that a role wants and open the session, in one transaction; the session's secret and the factor.

    NotAuthenticated when the first step is too long ago; whatever `add` raises undoes both.
    """
    half = _half_to_set_up(services, token)
    user, method = half.user, half.method

    def command(work: Work) -> tuple[str, Added]:
        if take_ticket(work.session, "sign_in.setup", hash_secret(token), work.now) is None:
            raise _late()
        added = add(work)
        opened = open_session(work.session, user, Entry(method, added.kind, caller.address, caller.agent), work.now)
        note_success(work.session, user, caller, work.now, method=method, factor=added.kind)
        return opened, added

    return run(services, actor_of(services.runtime.pin().model, user), command)


def confirm(services: Services, token: str, proof: Proof, caller: Caller) -> None:
    """Prove again in a session who one is, by a second factor, so that what is delicate may be done. Commits.

    NotAuthenticated for a wrong proof or without a session; Locked after too many failures.
    """
    now = services.clock()
    _, user = required_login(services, token)
    with services.database.write() as session:
        require_open(session, user.email, caller, now)
        kind = _kind_of(session, services, user, proof)
        if kind:
            freshen(session, token, now, kind)
            return
        note_failure(session, user.email, caller, now, FACTOR)
    raise NotAuthenticated("This is not the right code, or it was used already.")


def confirm_password(services: Services, token: str, password: str, caller: Caller) -> None:
    """The same by the password, for people without a second factor.

    NotAuthenticated also when there is one: whoever knows the password only isn't let in here either.
    """
    _, known = required_login(services, token)
    user, now = checked_password(services, known.email, password, caller)
    with services.database.write() as session:
        if any(each.kind != RECOVERY for each in list_factors(session, user.id)):
            raise NotAuthenticated("Confirm with your second factor.")
        freshen(session, token, now)


def require_own_password(services: Services, token: str, present: str, caller: Caller) -> None:
    """Raise unless the person of a session may set another password now.

    NotAuthenticated when `present` isn't the present one, Locked after too many failures. NotFresh when there is a
    second factor, or no password yet, and the last proof is too long ago. Commits what failures it notes.
    """
    _, user = required_login(services, token)
    if user.password_hash is not None:
        checked_password(services, user.email, present, caller)
    factors = services.database.glance(lambda session: list_factors(session, user.id))
    if user.password_hash is None or factors:
        require_fresh(services, token)


def _half_to_set_up(services: Services, token: str) -> Half:
    half = half_of(services, token)
    if half is None or half.then != "setup":
        raise _late()
    return half


def _kind_of(session: Session, services: Services, user: User, proof: Proof) -> str:
    now, sealer = services.clock(), services.sealer
    if isinstance(proof, str):
        return accepted_code(session, sealer, user.id, proof, now)
    return accepted_passkey(session, sealer, user.id, proof, now)


def _found(session: Session, services: Services, token: str) -> tuple[Ticket, User, Then] | None:
    for then in _STEPS:
        ticket = find_ticket(session, f"sign_in.{then}", hash_secret(token), services.clock())
        user = get_user(session, ticket.user_id) if ticket is not None and ticket.user_id else None
        if ticket is not None and user is not None and may_come_in(user):
            return ticket, user, then
    return None


def _late() -> NotAuthenticated:
    return NotAuthenticated("This took too long: sign in again.")
