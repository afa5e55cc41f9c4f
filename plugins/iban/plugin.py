"""International bank account numbers: a field type that checks length, country and check digits."""

from collections.abc import Mapping, Sequence
from typing import Any

from stdnum import iban
from stdnum.exceptions import ValidationError

from kalip.runtime.plugins import Field, FieldFault, FieldType, Style, Text, builtin_types, hookimpl

TextType = type(builtin_types()["text"])


class Iban(TextType):  # type: ignore[valid-type, misc]  # the shipped type is a value, not a name, behind the door
    """An account number, stored in capitals without blanks."""

    name = "iban"
    label = Text.of({"en": "IBAN", "tr": "IBAN", "ru": "IBAN"})
    description = "An international bank account number (ISO 13616). Its check digits are checked."
    options: Mapping[str, Mapping[str, Any]] = {
        "country": {
            "title": "Country",
            "description": "Accept only accounts of this country, by its ISO code.",
            "type": "string",
            "pattern": "^[A-Z]{2}$",
        }
    }

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Accounts of the examples in the registry of IBAN formats."""
        if field.options.get("country", "TR") == "TR":
            return ("TR330006100519786457841326",)
        return ("GB82WEST12345698765432", "DE89370400440532013000")

    def parse_value(self, field: Field, raw: Any) -> str | None:
        """Read an account number with or without blanks, in any case."""
        text = super().parse_value(field, raw)
        if text is None:
            return None
        try:
            return str(iban.validate(text))
        except ValidationError:
            raise FieldFault(
                "not_an_iban", "'{text}' is not an IBAN: look at its digits.", {"text": text[:60]}
            ) from None

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse accounts elsewhere."""
        country = field.options.get("country")
        if country is None or value.startswith(country):
            return ()
        return (FieldFault("wrong_country", "The account must be in {country}.", {"country": country}),)

    def check_options(self, field: Field) -> tuple[Any, ...]:
        """Nothing beyond the schema."""
        return ()

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text as long as the longest number, blanks allowed when written."""
        return {"type": "string", "maxLength": 60} if write else {"type": "string"}

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """In groups of four, as on paper."""
        return str(iban.format(value))


@hookimpl
def kalip_field_types() -> Sequence[FieldType]:
    """The one type."""
    return [Iban()]
