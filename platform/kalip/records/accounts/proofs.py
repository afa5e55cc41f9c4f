"""Second proofs of who one is: a code of an app, a recovery code, a passkey. What is accepted counts once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kalip.access import hash_secret
from kalip.access.passkeys import Passkey, Place, ask_for_one, counter_in, handle_in
from kalip.access.second_factor import matching_step, recovery_code
from kalip.base.sealing import SealBroken, Sealer
from kalip.storage import Session
from kalip.storage.factors import APP, PASSKEY, RECOVERY, Factor, list_factors, take_code, use_factor

LASTS: Final = timedelta(minutes=5)
"""How long a browser has to answer what it is asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser is asked: `options` is JSON for its script; `kept` comes back with the answer, sealed."""

    options: str
    kept: str


@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """A browser's answer about a passkey: where the browser was, what it was asked (sealed), what it says (JSON)."""

    place: Place
    kept: str
    answer: str


def accepted_code(session: Session, sealer: Sealer, user_id: str, code: str, now: datetime) -> str:
    """The kind of the factor whose code this is, used up; empty text when it is none's. Commits nothing.

    SealBroken never leaves: an app whose secret can't be opened accepts nothing.
    """
    for factor in list_factors(session, user_id):
        if factor.kind == APP and _is_code_of(session, sealer, factor, code, now):
            return APP
    plain = recovery_code(code)
    return RECOVERY if plain and take_code(session, user_id, hash_secret(plain)) else ""


def ask_passkey(session: Session, sealer: Sealer, user_id: str, place: Place, now: datetime) -> Asked | None:
    """Ask for one of a user's passkeys; None when there is none."""
    known = [str(each.handle) for each in list_factors(session, user_id) if each.kind == PASSKEY]
    if not known:
        return None
    question = ask_for_one(place, known)
    return Asked(question.options, keep(sealer, question.challenge, _purpose(user_id), now))


def accepted_passkey(session: Session, sealer: Sealer, user_id: str, given: PasskeyAnswer, now: datetime) -> str:
    """The kind when one of a user's passkeys answered what was asked, noted as used; else empty text."""
    challenge = opened(sealer, given.kept, _purpose(user_id), now)
    handle = handle_in(given.answer)
    factors = (each for each in list_factors(session, user_id) if each.kind == PASSKEY and each.handle == handle)
    factor = next(factors, None)
    if not challenge or factor is None:
        return ""
    known = Passkey(str(factor.handle), str(factor.public_key), factor.counter)
    counter = counter_in(given.place, challenge, given.answer, known)
    return PASSKEY if counter is not None and use_factor(session, factor, counter, now) else ""


def keep(sealer: Sealer, text: str, purpose: str, now: datetime) -> str:
    """A text that goes to a browser and comes back: sealed for a purpose, with the moment."""
    return sealer.seal(f"{int(now.timestamp())} {text}", purpose)


def opened(sealer: Sealer, kept: str, purpose: str, now: datetime, lasts: timedelta = LASTS) -> str:
    """What was kept for a purpose; empty text when it wasn't, or too long ago."""
    try:
        moment, _, text = sealer.open(kept, purpose).partition(" ")
    except SealBroken:
        return ""
    return text if int(moment) + lasts.total_seconds() >= now.timestamp() else ""


def _is_code_of(session: Session, sealer: Sealer, factor: Factor, code: str, now: datetime) -> bool:
    try:
        secret = sealer.open(str(factor.secret), secret_purpose(factor.user_id))
    except SealBroken:
        return False
    step = matching_step(secret, code, now, factor.counter)
    return step is not None and use_factor(session, factor, step, now)


def secret_purpose(user_id: str) -> str:
    """What an app's secret is sealed for; the column of the table says the same."""
    return f"factor:{user_id}"


def _purpose(user_id: str) -> str:
    return f"passkey.asked:{user_id}"
