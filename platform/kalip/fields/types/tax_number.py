"""A tax number with its country's check digits."""

import re
from functools import cache
from typing import Any

from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json, OptionFault
from kalip.fields.operators import MEMBERSHIP, STARTS_WITH, Operator, words
from kalip.fields.options import keys, option
from kalip.fields.texts import clean_line
from kalip.fields.types.address import countries
from kalip.model import Field

_LONGEST = 40
_WRITTEN = re.compile(r"[A-Za-z0-9&*+][A-Za-z0-9&*+ ./-]*")
_KINDS = {
    "AZ": ("voen",),
    "DE": ("vat", "stnr", "idnr"),
    "ES": ("nif",),
    "FR": ("vat", "siren", "siret"),
    "GB": ("vat", "utr"),
    "IT": ("iva", "codicefiscale"),
    "RU": ("inn",),
    "TR": ("vkn", "tckimlik"),
    "UA": ("edrpou", "rntrc"),
    "US": ("ein", "ssn", "itin"),
}
"""Kinds tried in this order; for other countries the VAT number, and where none is known any letters and digits."""
_SAMPLES = {
    "": ("TR4540536920", "DE136695976", "RU7707083893", "GR094259216", "KZ123456789012"),
    "DE": ("136695976",),
    "GB": ("980780684",),
    "RU": ("7707083893", "500100732259"),
    "TR": ("4540536920", "17291716060"),
    "US": ("042103594",),
}
_PREFIXES = {"EL": "GR", "XI": "GB"}


class TaxNumberType(TextFamily):
    """A tax number of a company or person, checked by the rules of its country."""

    name = "tax_number"
    label = words("Tax number", "Vergi numarası", "Налоговый номер")
    description = (
        "A tax number checked by the rules of its country: VKN and TCKN for TR, INN for RU, VAT for members of the EU "
        "and so on. Without `country` the number begins with the country's code: `DE136695976`. Kept without blanks."
    )
    widget = "tax_number"
    options = keys(
        {
            "country": option(
                "Country",
                "Country whose rules hold: ISO code such as TR. Without it each number begins with its own.",
                type="string",
                pattern="^[A-Z]{2}$",
            )
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return _SAMPLES.get(field.options.get("country") or "", _SAMPLES[""])

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read a number, without blanks and marks when kept."""
        text = clean_line(raw, _LONGEST)
        if text is None:
            return None
        if not _WRITTEN.fullmatch(text):
            raise _fault(text)
        country = field.options.get("country")
        if country:
            return _checked(country, text)
        prefix = text[:2].upper()
        code = _PREFIXES.get(prefix, prefix)
        if code not in countries():
            raise FieldFault("no_country", "The number must begin with its country's code, such as TR or DE.")
        return code + _checked(code, text[2:].lstrip(" ./-") or text)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The country must exist."""
        country = field.options.get("country")
        if country and country not in countries():
            return (("/country", f"there is no country '{country}'", "write an ISO 3166 code such as TR"),)
        return ()

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Equal, among, and how it begins."""
        return (STARTS_WITH, *MEMBERSHIP)


def _checked(country: str, text: str) -> str:
    """The number in compact form. Raises FieldFault."""
    kinds = _kinds(country)
    if not kinds:
        return re.sub(r"[ ./-]", "", text).upper()
    shorter = text[2:].lstrip(" ./-")
    written = (text, shorter) if text[:2].upper() == country and shorter else (text,)
    # Not every country's module leaves out blanks and marks by itself.
    for each in (*written, *(re.sub(r"[ ./-]", "", each) for each in written)):
        for kind in kinds:
            try:
                return str(kind.validate(each))
            except ValidationError:
                continue
    raise _fault(text)


@cache
def _kinds(country: str) -> tuple[Any, ...]:
    found = (get_cc_module(country.lower(), kind) for kind in _KINDS.get(country, ("vat",)))
    return tuple(kind for kind in found if kind is not None)


def _fault(text: str) -> FieldFault:
    return FieldFault(
        "not_a_tax_number", "'{text}' is not a valid tax number: a digit is wrong or missing.", {"text": text}
    )
