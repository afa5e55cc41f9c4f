"""A telephone number."""

from datetime import tzinfo
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json, OptionFault, Style
from kalip.fields.locales import locale_of
from kalip.fields.operators import MEMBERSHIP, STARTS_WITH, Operator, words
from kalip.fields.options import keys, option
from kalip.fields.texts import clean_line
from kalip.model import Field

_LONGEST = 60
_USUAL_COUNTRY = {"tr": "TR", "ru": "RU", "de": "DE", "fr": "FR"}


class PhoneType(TextFamily):
    """A telephone number, kept as E.164."""

    name = "phone"
    label = words("Telephone", "Telefon", "Телефон")
    description = (
        "A telephone number, kept as E.164 (`+902121234567`). With `country`, national writing is read too; "
        "in forms also that of the reader's country."
    )
    widget = "phone"
    options = keys(
        {
            "country": option(
                "Country",
                "Country whose national writing is read: ISO code such as TR.",
                type="string",
                pattern="^[A-Z]{2}$",
            )
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ("+902121234567", "+16502530000", "+79161234567", "+390612345678")

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read an international number, or a national one of the field's country."""
        return _parse(clean_line(raw, _LONGEST), field.options.get("country"))

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> str | None:
        """Read a number as the field's country, or else the reader's, writes it."""
        found = locale_of(locale)
        country = field.options.get("country") or found.territory or _USUAL_COUNTRY.get(found.language)
        return _parse(clean_line(text, _LONGEST), country)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The country must have telephones."""
        country = field.options.get("country")
        if country and country not in phonenumbers.SUPPORTED_REGIONS:
            return (
                ("/country", f"no telephone numbers are known for '{country}'", "write an ISO 3166 code such as TR"),
            )
        return ()

    def format_value(self, field: Field, value: str, style: Style) -> str:
        """International, with blanks."""
        try:
            return str(phonenumbers.format_number(phonenumbers.parse(value), PhoneNumberFormat.INTERNATIONAL))
        except NumberParseException:
            return value

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Equal, among, and how it begins."""
        return (STARTS_WITH, *MEMBERSHIP)


def _parse(text: str | None, country: str | None) -> str | None:
    if text is None:
        return None
    text = text.removeprefix("tel:")
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise _fault(text) from None
    if number.extension:
        raise FieldFault("extension", "An extension can't be stored; write the number alone.")
    written = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if not phonenumbers.is_possible_number(number) or not _reads_back(written):
        raise _fault(text)
    return written


def _reads_back(written: str) -> bool:
    # Some odd inputs become a text that reads as another number.
    try:
        return phonenumbers.format_number(phonenumbers.parse(written), PhoneNumberFormat.E164) == written
    except NumberParseException:
        return False


def _fault(text: str) -> FieldFault:
    return FieldFault(
        "not_a_phone", "'{text}' is not a telephone number; write it like +90 212 123 45 67.", {"text": text}
    )
