"""Yes or no."""

from datetime import tzinfo
from typing import Any

from kalip.expressions import BOOLEAN
from kalip.fields.columns import boolean_column
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Style
from kalip.fields.operators import EMPTINESS, Operator, words
from kalip.model import Field

YES = words("Yes", "Evet", "Да")
NO = words("No", "Hayır", "Нет")
_TRUE = {"true", "yes", "y", "on", "1", "x", "✓", "evet", "e", "doğru", "var", "да", "д", "истина"}
_FALSE = {"false", "no", "n", "off", "0", "-", "hayır", "h", "yanlış", "yok", "нет", "н", "ложь"}


class BooleanType(FieldType):
    """Yes or no, or not said."""

    name = "boolean"
    label = words("Yes or no", "Evet / hayır", "Да или нет")
    description = "Yes or no. Null means that nobody said; give a `default` where that must not be."
    widget = "boolean"

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (True, False)

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column."""
        return (Part("", BOOLEAN, boolean_column()),)

    def parse_value(self, field: Field, raw: Json) -> bool:
        """Read true or false."""
        if not isinstance(raw, bool):
            raise wrong_type("true or false", raw)
        return raw

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> bool:
        """Read yes and no in the shipped languages, 1 and 0, on and off."""
        word = text.strip()
        # Lower-casing İ and I goes wrong in one locale or the other, so both readings count.
        words = {word.lower(), word.casefold(), word.replace("I", "ı").replace("İ", "i").lower()}
        if words & _TRUE:
            return True
        if words & _FALSE:
            return False
        raise FieldFault("not_yes_or_no", "'{text}' is neither yes nor no.", {"text": word[:64]})

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """Yes or no."""
        return (YES if value else NO).get(style.locale)

    def value_to_text(self, field: Field, value: Any) -> str:
        """True or false, small."""
        return "true" if value else "false"

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Yes, no, and not said."""
        return (
            Operator("yes", words("is yes", "evet", "да"), "{path} == true", ()),
            Operator("no", words("is no", "hayır", "нет"), "{path} == false", ()),
            *EMPTINESS,
        )
