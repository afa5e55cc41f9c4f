"""An e-mail address."""

from typing import Any

from email_validator import EmailNotValidError, validate_email

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json
from kalip.fields.operators import words
from kalip.fields.texts import clean_line
from kalip.model import Field

LONGEST = 254


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
        try:
            found = validate_email(text.removeprefix("mailto:"), check_deliverability=False, globally_deliverable=False)
        except (EmailNotValidError, ValueError):
            raise _fault(text) from None
        # A host without a dot can't get mail from outside.
        if "." not in found.domain:
            raise _fault(text)
        return str(found.normalized)


def _fault(text: str) -> FieldFault:
    return FieldFault(
        "not_an_email", "'{text}' is not an e-mail address; write it like ada@example.com.", {"text": text}
    )
