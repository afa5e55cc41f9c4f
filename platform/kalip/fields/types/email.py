"""An e-mail address."""

import re
from functools import lru_cache
from typing import Any, Final

from email_validator import EmailNotValidError, validate_email

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json
from kalip.fields.operators import words
from kalip.fields.texts import clean_line
from kalip.model import Field

LONGEST = 254
# A local part of RFC 5322's dot-atom that needs no normalising: what nearly every address has.
_PLAIN: Final = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]+)")
_LONGEST_LOCAL: Final = 64  # RFC 5321, 4.5.3.1.1


class EmailType(TextFamily):
    """An e-mail address, normalised; whether the mailbox exists is not asked."""

    name = "email"
    label = words("E-mail", "E-posta", "Эл. почта")
    description = "An e-mail address. Its form is checked and its domain made small; no message is sent to try it."
    widget = "email"

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ("ada@example.com", "ada.lovelace+crm@mail.example.co.uk", "и@почта.рф")

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read and normalise one address."""
        text = clean_line(raw, LONGEST)
        if text is None:
            return None
        address = text.removeprefix("mailto:")
        try:
            return _plain(address) or _checked(address)
        except (EmailNotValidError, ValueError):
            raise _fault(text) from None


def _plain(address: str) -> str | None:
    """A plain address whose domain was checked before, as it is in thousands of rows of an import; None for others."""
    found = _PLAIN.fullmatch(address)
    if found is None or len(found[1]) > _LONGEST_LOCAL or len(address) > LONGEST:
        return None
    return f"{found[1]}@{_domain(found[2])}"


@lru_cache(maxsize=10_000)
def _domain(domain: str) -> str:
    """A domain, checked and made small. Raises what checking raises."""
    return _checked(f"a@{domain}").partition("@")[2]


def _checked(address: str) -> str:
    found = validate_email(address, check_deliverability=False, globally_deliverable=False)
    # A host without a dot can't get mail from outside.
    if "." not in found.domain:
        raise ValueError(address)
    return str(found.normalized)


def _fault(text: str) -> FieldFault:
    return FieldFault(
        "not_an_email", "'{text}' is not an e-mail address; write it like ada@example.com.", {"text": text}
    )
