"""Opaque secrets of sessions and API tokens: shown once, stored only as a hash."""

import hashlib
import secrets
from dataclasses import dataclass, field

BYTES = 32


@dataclass(frozen=True, slots=True)
class Secret:
    """A new secret: `text` goes to its holder and is never stored, `hash` is what is kept."""

    text: str = field(repr=False)
    hash: str


def new_secret(prefix: str = "") -> Secret:
    """Make a secret of 256 random bits; the prefix tells people and secret scanners what it is."""
    text = f"{prefix}{secrets.token_urlsafe(BYTES)}"
    return Secret(text, hash_secret(text))


def hash_secret(text: str) -> str:
    """The SHA-256 of a secret: it has enough randomness that no slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()
