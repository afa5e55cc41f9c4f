"""A postal address."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from babel import Locale

from kalip.fields.composite import CompositeFamily, most_characters
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import OptionFault, Style
from kalip.fields.locales import locale_of
from kalip.fields.operators import Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field


class Address(NamedTuple):
    """The parts of an address; each may be None. `country` is an ISO 3166 code."""

    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None


class AddressType(CompositeFamily):
    """Street, city, region, postal code and country; the field itself is one line."""

    name = "address"
    label = words("Postal address", "Posta adresi", "Почтовый адрес")
    description = (
        "Street, city, region, postal code and country (ISO 3166 code; names of countries are read too). "
        "In expressions the field itself is one line, `field.city` a part."
    )
    widget = "address"
    members = ("street", "city", "region", "postal_code", "country")
    lengths = most_characters(street=300, city=100, region=100, postal_code=20, country=60)
    options = keys(
        {
            "country": option(
                "Country", "Country that forms offer first: ISO code such as TR.", type="string", pattern="^[A-Z]{2}$"
            )
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            Address("Atatürk Cd. 5", "İstanbul", "Kadıköy", "34710", "TR"),
            Address(None, "Москва", None, None, None),
            Address("{not json", None, None, None, "US"),
        )

    def make(self, parts: Sequence[str | None]) -> Address:
        """Build the value."""
        return Address._make(parts)

    def summary(self, value: Address) -> str:
        """Street, postal code and city, region, country."""
        place = " ".join(part for part in (value.postal_code, value.city) if part)
        return ", ".join(part for part in (value.street, place, value.region, value.country) if part)

    def check_member(self, name: str, text: str) -> str:
        """Refuse countries that don't exist."""
        return country_code(text) if name == "country" else text

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The country must exist."""
        country = field.options.get("country")
        if country and country not in countries():
            return (("/country", f"there is no country '{country}'", "write an ISO 3166 code such as TR"),)
        return ()

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """One line with the country's name in the reader's language."""
        country = locale_of(style.locale).territories.get(value.country, value.country) if value.country else None
        return self.summary(value._replace(country=country))

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Parts of the line, the city and the country."""
        city = Operator("city", words("city is", "şehir", "город"), "{path}.city.lower() == {0}.lower()", ("text",))
        country = Operator("country", words("country is", "ülke", "страна"), "{path}.country == {0}", ("text",))
        return (*super().operators(field), city, country)


def country_code(text: str) -> str:
    """The ISO 3166 code for a code or a country's name in English, Turkish or Russian. Raises FieldFault."""
    if text.upper() in countries():
        return text.upper()
    code = _names().get(text.casefold())
    if code is None:
        raise FieldFault("unknown_country", "There is no country '{text}'; write its code such as TR.", {"text": text})
    return code


@cache
def countries() -> frozenset[str]:
    """All ISO 3166 codes in use."""
    # CLDR also names regions that are no countries: exceptional and private codes.
    others = {"AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code not in others)


@cache
def _names() -> dict[str, str]:
    said = (Locale(language).territories for language in ("ru", "tr", "en"))
    return {name.casefold(): code for names in said for code, name in names.items() if code in countries()}
