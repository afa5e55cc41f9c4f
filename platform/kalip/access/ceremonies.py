"""What passes between a browser and the library of passkeys. Imported when somebody first needs it: see `passkeys`."""

from collections.abc import Sequence
from secrets import token_bytes
from typing import Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kalip.access.passkeys import LONGEST_ANSWER, Passkey, Place, Question

_CHALLENGE: Final = 32  # bytes
# What bytes that are no answer may do to the library that reads them.
_UNTRUE: Final = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)
_TIMEOUT: Final = 120_000  # milliseconds that a browser waits for the person


def ask_for_new(place: Place, user: tuple[str, str, str], known: Sequence[str] = ()) -> Question:
    """Ask for a new passkey of a user (id, e-mail, name) other than those `known`."""
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
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except _UNTRUE:
        return None
    return Passkey(
        bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count
    )


def ask_for_one(place: Place, known: Sequence[str]) -> Question:
    """Ask for one of the passkeys that are known, by their ids."""
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
    if len(answer) > LONGEST_ANSWER:
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
    except _UNTRUE:
        return None
    return found.new_sign_count if bytes_to_base64url(found.credential_id) == passkey.handle else None


def _described(handles: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in handles]
