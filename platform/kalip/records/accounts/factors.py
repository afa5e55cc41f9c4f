"""The second factors of a person: an app or a passkey added or removed, and recovery codes for the worst case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kalip.access import hash_secret
from kalip.access.passkeys import Place, ask_for_new, new_passkey
from kalip.access.second_factor import app_address, matching_step, new_app_secret, new_recovery_codes, recovery_code
from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.records.accounts.journal import FACTOR_ADDED, FACTOR_REMOVED, note
from kalip.records.accounts.mine import keeping_accounts, mine_or_administered
from kalip.records.accounts.people import find_person
from kalip.records.accounts.proofs import Asked, keep, opened, secret_purpose
from kalip.records.accounts.sessions import wants_second_factor
from kalip.records.services import Work
from kalip.storage import UniqueClash, User, delete_logins_of
from kalip.storage.factors import (
    APP,
    PASSKEY,
    RECOVERY,
    Factor,
    add_factor,
    delete_factor,
    delete_factors,
    list_factors,
)

SETUP_LASTS: Final = timedelta(minutes=20)
"""How long one has to set a factor up."""
MOST: Final = 20
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class AppSetup:
    """An app to be set up: the secret to type in, the address for a picture, what comes back with the first code."""

    secret: str
    address: str
    kept: str


@dataclass(frozen=True, slots=True)
class Added:
    """A factor that was added, by its kind. `codes` are new recovery codes, shown this once; none if there are some."""

    kind: str
    codes: tuple[str, ...]


def factors_of(work: Work, user_id: str) -> list[Factor]:
    """The second factors of oneself, or of anybody as administrator, recovery codes among them."""
    return list_factors(work.session, mine_or_administered(work, user_id))


def begin_app(work: Work, title: str, kept: str = "") -> AppSetup:
    """Make a secret for an app of one's own. Nothing is kept until the first code proves that it arrived.

    With what was `kept` of a setup that didn't take too long it is that one again, whose picture was scanned already.
    """
    user = _me(work)
    secret = _secret_in(work, user, kept) if kept else ""
    if not secret:
        secret = new_app_secret()
        kept = keep(work.services.sealer, secret, _setup_purpose(user), work.now)
    return AppSetup(secret, app_address(secret, title, user.email), kept)


def add_app(work: Work, kept: str, code: str, name: str = "") -> Added:
    """Add an app of one's own that shows the right code. RecordRejected for a wrong code, or when it took too long."""
    user = _me(work)
    secret = _secret_in(work, user, kept)
    if not secret:
        raise _rejected("/code", "expired", "This took too long: begin anew.")
    step = matching_step(secret, code, work.now)
    if step is None:
        raise _rejected("/code", "wrong", "This is not the code that the app shows now.")
    sealed = work.services.sealer.seal(secret, secret_purpose(user.id))
    label = _named(name, "Authenticator app")
    return _added(work, Factor(new_id(), user.id, APP, label, work.now, secret=sealed, counter=step, used_at=work.now))


def begin_passkey(work: Work, place: Place) -> Asked:
    """Ask the browser for a new passkey of one's own."""
    user = _me(work)
    known = [str(each.handle) for each in list_factors(work.session, user.id) if each.kind == PASSKEY]
    question = ask_for_new(place, (user.id, user.email, user.name), known)
    return Asked(question.options, keep(work.services.sealer, question.challenge, f"passkey.setup:{user.id}", work.now))


def add_passkey(work: Work, place: Place, kept: str, answer: str, name: str = "") -> Added:
    """Add a passkey of one's own by the browser's answer. RecordRejected when it isn't true, or took too long."""
    user = _me(work)
    challenge = opened(work.services.sealer, kept, f"passkey.setup:{user.id}", work.now, SETUP_LASTS)
    found = new_passkey(place, challenge, answer) if challenge else None
    if found is None:
        raise _rejected("/passkey", "wrong", "The browser's answer can't be used: try again.")
    factor = Factor(
        new_id(),
        user.id,
        PASSKEY,
        _named(name, "Passkey"),
        work.now,
        handle=found.handle,
        public_key=found.public_key,
        counter=found.counter,
    )
    return _added(work, factor)


def renew_codes(work: Work) -> tuple[str, ...]:
    """Make new recovery codes of one's own, shown this once; those before are worthless. Conflict without a factor."""
    user = _me(work)
    if not _proper(list_factors(work.session, user.id)):
        raise Conflict("Recovery codes are for those who sign in with a second factor: set one up first.")
    note(work, FACTOR_ADDED, user.id, {"kind": RECOVERY})
    return _new_codes(work, user)


def remove_factor(work: Work, factor_id: str) -> None:
    """Remove a factor of one's own; with the last one the recovery codes go too.

    NotFound when one has none such, Conflict for the last one where a role wants one.
    """
    user = _me(work)
    known = _proper(list_factors(work.session, user.id))
    found = next((each for each in known if each.id == factor_id), None)
    if found is None:
        raise NotFound("There is no such second factor.", params={"id": factor_id[:60]})
    if len(known) == 1:
        if wants_second_factor(work.model, user):
            raise Conflict("One of your roles wants a second factor: add another one before you remove this.")
        delete_factors(work.session, user.id)
    delete_factor(work.session, user.id, factor_id)
    note(work, FACTOR_REMOVED, user.id, {"kind": found.kind, "name": found.name})


def remove_all_factors(work: Work, user_id: str) -> int:
    """Remove everybody's who has lost them, as administrator; how many factors there were. Signs the user out."""
    keeping_accounts(work)
    user = find_person(work, user_id)
    count = len(_proper(list_factors(work.session, user.id)))
    delete_factors(work.session, user.id)
    delete_logins_of(work.session, user.id)
    note(work, FACTOR_REMOVED, user.id, {"all": True})
    return count


def _secret_in(work: Work, user: User, kept: str) -> str:
    return opened(work.services.sealer, kept, _setup_purpose(user), work.now, SETUP_LASTS)


def _setup_purpose(user: User) -> str:
    return f"app.setup:{user.id}"


def _added(work: Work, factor: Factor) -> Added:
    known = list_factors(work.session, factor.user_id)
    if len(_proper(known)) >= MOST:
        raise Conflict("You have {most} second factors, which is the most: remove one first.", params={"most": MOST})
    try:
        add_factor(work.session, factor)
    except UniqueClash as error:
        raise _rejected("/passkey", "not_unique", "This passkey is set up already.") from error
    note(work, FACTOR_ADDED, factor.user_id, {"kind": factor.kind, "name": factor.name})
    have_codes = any(each.kind == RECOVERY for each in known)
    return Added(factor.kind, () if have_codes else _new_codes(work, _me(work)))


def _new_codes(work: Work, user: User) -> tuple[str, ...]:
    delete_factors(work.session, user.id, (RECOVERY,))
    codes = tuple(new_recovery_codes())
    for code in codes:
        handle = hash_secret(recovery_code(code))
        add_factor(work.session, Factor(new_id(), user.id, RECOVERY, "", work.now, handle=handle))
    return codes


def _proper(factors: Sequence[Factor]) -> list[Factor]:
    return [each for each in factors if each.kind != RECOVERY]


def _me(work: Work) -> User:
    if work.actor.id is None:
        raise AccessDenied("Only a person has a second factor.")
    return find_person(work, work.actor.id)


def _named(name: str, otherwise: str) -> str:
    return " ".join(name.split())[:_LONGEST_NAME] or otherwise


def _rejected(pointer: str, code: str, template: str) -> RecordRejected:
    return RecordRejected([Violation(pointer, code, template)])
