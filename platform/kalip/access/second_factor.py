"""Codes of an authenticator app (TOTP, RFC 6238) and recovery codes. Stores nothing; secrets are texts in base32."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP: Final = 30
"""Seconds for which a code is shown."""
DIGITS: Final = 6
_DRIFT: Final = 1  # steps by which the clocks may differ, either way
_SECRET_BYTES: Final = 20  # as long as SHA-1's output, which every app can do
_CODES: Final = 10
_CODE_BYTES: Final = 10  # 80 bits: nobody guesses a code from its hash


def new_app_secret() -> str:
    """A secret for an app, in base32."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def app_code(secret: str, step: int) -> str:
    """The code that an app shows in a step: how many times 30 seconds have passed since 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(moment: datetime) -> int:
    """The step that a moment is in."""
    return int(moment.timestamp()) // STEP


def matching_step(secret: str, code: str, now: datetime, used: int = 0) -> int | None:
    """The step whose code this is: now's, or a neighbour's, as clocks differ; None for a wrong one.

    `used` is the last step that was accepted: neither it nor one before counts again.
    """
    typed = "".join(code.split())
    found = None
    for step in range(step_of(now) - _DRIFT, step_of(now) + _DRIFT + 1):
        # Every step is compared, so that the time tells nothing.
        if hmac.compare_digest(app_code(secret, step).encode(), typed.encode()) and step > used:
            found = step
    return found


def app_address(secret: str, site: str, account: str) -> str:
    """The address that an app reads from a picture: what to show the codes under, and the secret."""
    label = quote(f"{site}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': site})}"


def new_recovery_codes() -> Sequence[str]:
    """Codes to be written down, each good for one sign-in: `abcd-efgh-ijkl-mnop`."""
    return tuple(_grouped(base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()) for _ in range(_CODES))


def recovery_code(text: str) -> str:
    """A recovery code as it is compared, however it was typed; empty when it can't be one."""
    plain = "".join(each for each in text.lower() if each.isalnum())
    return plain if len(plain) == _CODE_BYTES * 8 // 5 and plain.isascii() else ""


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
