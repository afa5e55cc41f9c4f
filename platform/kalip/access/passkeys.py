"""Passkeys and security keys (WebAuthn): what a browser is asked, and whether its answer is true. Stores nothing.

The library is imported by whoever needs it: it takes some of every process's start, and few processes ever do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from json import loads
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

_CHALLENGE: Final = 32  # bytes
_LONGEST_ANSWER: Final = 20_000
_TIMEOUT: Final = 120_000  # milliseconds that a browser waits for the person


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys of a site are good: the host's name, and the origin that the browser must have been at."""

    host: str
    origin: str
    title: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """What is kept of a passkey: its id and its public key in base64url, and how often it has signed."""

    handle: str
    public_key: str
    counter: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a browser is asked: `options` is JSON for its script, `challenge` is what it must sign, in base64url."""

    options: str
    challenge: str


def ask_for_new(place: Place, user: tuple[str, str, str], known: Sequence[str] = ()) -> Question:
    """Ask for a new passkey of a user (id, e-mail, name) other than those `known`."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    challenge = token_bytes(_CHALLENGE)
    user_id, email, name = user
    options = generate_registration_options(
        rp_id=place.host,
        rp_name=place.title,
        user_id=user_id.encode(),
        user_name=email,
        user_display_name=name or email,
        challenge=challenge,
        timeout=_TIMEOUT,
        exclude_credentials=_described(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return Question(options_to_json(options), bytes_to_base64url(challenge))


def new_passkey(place: Place, challenge: str, answer: str) -> Passkey | None:
    """The passkey in a browser's answer (JSON); None when the answer isn't true."""
    from webauthn import verify_registration_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    if len(answer) > _LONGEST_ANSWER:
        return None
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except _untrue():
        return None
    return Passkey(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count
    )


def ask_for_one(place: Place, known: Sequence[str]) -> Question:
    """Ask for one of the passkeys that are known, by their ids."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.structs import UserVerificationRequirement

    challenge = token_bytes(_CHALLENGE)
    options = generate_authentication_options(
        rp_id=place.host,
        challenge=challenge,
        timeout=_TIMEOUT,
        allow_credentials=_described(known),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Question(options_to_json(options), bytes_to_base64url(challenge))


def counter_in(place: Place, challenge: str, answer: str, passkey: Passkey) -> int | None:
    """How often the passkey has signed, this time included; None when the answer isn't true, or a copy's."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    if len(answer) > _LONGEST_ANSWER:
        return None
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.counter,
        )
    except _untrue():
        return None
    return found.new_sign_count if bytes_to_base64url(found.credential_id) == passkey.handle else None


def handle_in(answer: str) -> str:
    """The id of the passkey that answers, as it says itself; empty when it says none."""
    try:
        found = loads(answer[:_LONGEST_ANSWER])
    except ValueError:
        return ""
    handle = found.get("id") if isinstance(found, dict) else None
    return handle if isinstance(handle, str) else ""


def _described(handles: Sequence[str]) -> "list[PublicKeyCredentialDescriptor]":
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in handles]


def _untrue() -> tuple[type[Exception], ...]:
    """What bytes that are no answer may do to the library that reads them."""
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)
