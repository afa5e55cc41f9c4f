"""Secrets at rest: sealed with the site's key so that a copy of the database or of a file tells none of them.

A sealed text is `sealed.1.<key>.<bytes>`: the key that it was sealed by, and AES-256-GCM under a key derived from it.
It holds only letters, digits, `.`, `_` and `-`, so it may stand within an address. What it is for (`purpose`) is sealed
with it: moved to another place, it doesn't open. Knows no settings and no storage.
"""

import base64
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kalip.base.errors import KalipError

SEALED: Final = re.compile(r"sealed\.1\.(?P<key>[0-9a-f]{8})\.(?P<bytes>[A-Za-z0-9_-]{38,})")
"""A sealed text, also within another one."""
_MARK: Final = "sealed.1"
_NONCE: Final = 12  # bytes, as GCM wants it


class SealBroken(KalipError):
    """A sealed text that none of the keys opens: another key, another purpose, or changed since."""

    code = "K130"


@dataclass(frozen=True, slots=True)
class _Key:
    name: str
    cipher: AESGCM


@dataclass(frozen=True, slots=True)
class Sealer:
    """Seals with the first key and opens with any. Holds no text of a key that could be printed."""

    _keys: tuple[_Key, ...] = field(repr=False)

    @classmethod
    def of(cls, keys: Sequence[str]) -> Self:
        """A sealer for the site's secret keys, the present one first. ValueError without any."""
        if not any(keys):
            raise ValueError("a sealer needs a key")
        return cls(tuple(_derived(each) for each in dict.fromkeys(keys) if each))

    @classmethod
    def fleeting(cls) -> Self:
        """A sealer with a key of its own that nobody has: what it seals lasts as long as the process."""
        return cls.of((os.urandom(32).hex(),))

    @property
    def key(self) -> str:
        """The name of the key that seals: eight hexadecimal digits that tell nothing of it."""
        return self._keys[0].name

    def seal(self, text: str, purpose: str) -> str:
        """Seal a text for a purpose, such as `totp:<user>`; each time it looks different."""
        nonce = os.urandom(_NONCE)
        sealed = self._keys[0].cipher.encrypt(nonce, text.encode(), purpose.encode())
        return f"{_MARK}.{self.key}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def open(self, sealed: str, purpose: str) -> str:
        """The text that was sealed for a purpose. SealBroken when no key opens it, or it was changed."""
        found = SEALED.fullmatch(sealed)
        if found is None:
            raise SealBroken("A secret that should be sealed isn't.")
        cipher = next((each.cipher for each in self._keys if each.name == found["key"]), None)
        if cipher is None:
            raise SealBroken(
                "A secret is sealed by the key {key}, which this site doesn't have.",
                hint="name the former secret key in the setting previous_keys",
                params={"key": found["key"]},
            )
        try:
            content = base64.b64decode(found["bytes"] + "=" * (-len(found["bytes"]) % 4), altchars=b"-_", validate=True)
            return cipher.decrypt(content[:_NONCE], content[_NONCE:], purpose.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SealBroken("A sealed secret was changed, or is of another place.") from error

    def is_current(self, sealed: str) -> bool:
        """Whether a text is sealed by the key that seals now."""
        found = SEALED.fullmatch(sealed)
        return found is not None and found["key"] == self.key

    def renew(self, sealed: str, purpose: str) -> str:
        """The same secret sealed by the present key; as it is when it is so already. SealBroken as `open`."""
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, purpose), purpose)

    def open_within(self, text: str, purpose: str) -> str:
        """A text with every sealed part of it opened. SealBroken as `open`."""
        return _within(text, lambda part: self.open(part, purpose))

    def renew_within(self, text: str, purpose: str) -> str:
        """A text with every sealed part of it sealed by the present key. SealBroken as `open`."""
        return _within(text, lambda part: self.renew(part, purpose))


def keys_within(texts: Iterable[str]) -> dict[str, int]:
    """How many sealed parts there are in texts, by the name of their key."""
    counts: dict[str, int] = {}
    for text in texts:
        for found in SEALED.finditer(text):
            counts[found["key"]] = counts.get(found["key"], 0) + 1
    return counts


def _within(text: str, change: Callable[[str], str]) -> str:
    return SEALED.sub(lambda found: change(found[0]), text)


def _derived(secret: str) -> _Key:
    key = HKDF(SHA256(), 32, salt=None, info=b"kalip.sealing.1").derive(secret.encode())
    digest = Hash(SHA256())
    digest.update(b"kalip.sealing.name\0" + key)
    return _Key(digest.finalize().hex()[:8], AESGCM(key))
