"""Passwords: argon2id hashes, and the least a password must be. Stores nothing."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kalip.access.common_passwords import is_common
from kalip.base.errors import Violation

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 256
MINIMUM_DIFFERENT = 5

_hasher = PasswordHasher()
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$Zvg6MpguEeoHVA4qz3rVTw$1ff8RJ2Lpeh4XYfAL+oT/cm46iIGGIKO/dLoxvHd5rs"
"""Verified against when there is no such user, so that the answer takes the same time. Made with today's settings."""


def hash_password(password: str) -> str:
    """Hash with argon2id and a fresh salt; takes tens of milliseconds by design."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one hashed; without a stored hash it takes as long, and is false."""
    try:
        _hasher.verify(stored or NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


def password_faults(password: str, *known: str) -> tuple[Violation, ...]:
    """What is wrong with a new password; `known` are the person's name and e-mail, which must not be in it."""
    faults = []
    if len(password) < MINIMUM_LENGTH:
        faults.append(_fault("too_short", "Use at least {minimum} characters.", MINIMUM_LENGTH))
    if len(password) > MAXIMUM_LENGTH:
        faults.append(_fault("too_long", "Use at most {minimum} characters.", MAXIMUM_LENGTH))
    if password and len(set(password.casefold())) < MINIMUM_DIFFERENT:
        faults.append(_fault("too_simple", "Use at least {minimum} different characters.", MINIMUM_DIFFERENT))
    if any(_contains(password, word) for word in known):
        faults.append(Violation("/password", "too_personal", "Leave your name and e-mail address out of it."))
    if not faults and is_common(password):
        faults.append(
            Violation("/password", "too_common", "This is one of the passwords that are tried first: think of another.")
        )
    return tuple(faults)


def _fault(code: str, template: str, minimum: int) -> Violation:
    return Violation("/password", code, template, {"minimum": minimum})


def _contains(password: str, known: str) -> bool:
    shortest = 4
    words = (known, known.partition("@")[0], *known.split())
    return any(len(word) >= shortest and word.casefold() in password.casefold() for word in words)
