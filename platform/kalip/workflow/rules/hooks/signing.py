"""Signatures of Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, moment and body."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=5)
"""How far a message's moment may be from now: an old one sent again by a stranger is none."""
_PREFIX: Final = "whsec_"
_VERSION: Final = "v1,"


def secrets_in(text: str) -> tuple[str, ...]:
    """The secrets of a setting, apart by spaces: the first one signs, all of them are believed."""
    return tuple(text.split())


def signatures(secrets: Sequence[str], message_id: str, moment: datetime, body: bytes) -> str:
    """The header value with one signature for each secret, so that receivers may change theirs at their leisure."""
    signed = f"{message_id}.{int(moment.timestamp())}.".encode() + body
    return " ".join(_VERSION + base64.b64encode(_digest(secret, signed)).decode() for secret in secrets)


def is_signed(secrets: Sequence[str], message_id: str, moment: str, body: bytes, header: str) -> bool:
    """Whether a message bears a signature of one of the secrets."""
    signed = f"{message_id}.{moment}.".encode() + body
    wanted = [base64.b64encode(_digest(secret, signed)) for secret in secrets]
    given = [each.removeprefix(_VERSION).encode() for each in header.split() if each.startswith(_VERSION)]
    # Every pair is compared, so that the time it takes tells nothing.
    return sum(hmac.compare_digest(one, other) for one in wanted for other in given) > 0


def is_fresh(moment: str, now: datetime) -> bool:
    """Whether a message's moment, in seconds since 1970, is near enough."""
    if not (moment.isascii() and moment.isdigit() and len(moment) <= len("99999999999")):
        return False
    return abs(int(moment) - now.timestamp()) <= TOLERANCE.total_seconds()


def _digest(secret: str, signed: bytes) -> bytes:
    return hmac.new(_key(secret), signed, hashlib.sha256).digest()


def _key(secret: str) -> bytes:
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            return secret.encode()
    return secret.encode()
