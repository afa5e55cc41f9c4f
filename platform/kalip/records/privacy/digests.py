"""Digests of what persons are known by, so that who was erased or is on hold is known again without being named.

A digest is keyed by a salt that all of a site's digests share. Who has both and a guess can try the guess, and nothing
else: that much the site must be able to do itself.
"""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kalip.records.services import Work
from kalip.storage.privacy import ERASURES, HOLDS

_NUMBER: Final = re.compile(r"[+()\d\s./-]{6,}")
_SIZE: Final = 16


def folded(value: str) -> str:
    """A value as it is compared: without regard to case and blanks; of telephone numbers only the digits count."""
    text = " ".join(value.split()).casefold()
    return re.sub(r"\D", "", text) if _NUMBER.fullmatch(text) else text


def salt_of(work: Work) -> str:
    """The salt of the site's digests; a new one when nothing was digested yet."""
    for shelf in (ERASURES, HOLDS):
        for each in shelf.all(work.session, limit=50):
            if each.keys.get("salt"):
                return str(each.keys["salt"])
    return secrets.token_hex(_SIZE)


def digests_of(salt: str, values: Iterable[str]) -> Mapping[str, Any]:
    """What is kept of values: the salt and a digest of each."""
    return {"salt": salt, "of": sorted({digest(salt, each) for each in values if folded(each)})}


def digest(salt: str, value: str) -> str:
    """The digest of one value."""
    return hashlib.blake2b(folded(value).encode(), key=bytes.fromhex(salt), digest_size=_SIZE).hexdigest()
