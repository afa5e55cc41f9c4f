"""Fields of one type, and short ways to read with them."""

from typing import Any

from kalip.base.text import Text
from kalip.fields import FieldFault, FieldType, Style, builtin_types
from kalip.model import Field


def a_field(type_: str, name: str = "it", **keys: Any) -> Field:
    """A field: keys that `Field` has are its own, the others are the type's options."""
    own = {key: keys.pop(key) for key in tuple(keys) if key in Field.__dataclass_fields__}
    return Field(name, type_, Text.of(name), options=keys, **own)


class Tried:
    """A shipped type with one field of it."""

    def __init__(self, type_: str, **keys: Any) -> None:
        self.type: FieldType = builtin_types()[type_]
        self.field = a_field(type_, **keys)

    def json(self, raw: Any) -> Any:
        """Read JSON."""
        return self.type.parse(self.field, raw)

    def text(self, text: str, locale: str = "en") -> Any:
        """Read text."""
        return self.type.parse_text(self.field, text, locale)

    def shown(self, value: Any, locale: str = "en", **keys: Any) -> str:
        """Format, with plain blanks."""
        return self.type.format(self.field, value, Style(locale, **keys)).replace("\xa0", " ").replace("\u202f", " ")

    def refusal(self, raw: Any) -> str:
        """The code for which JSON is refused, with the place inside the value; empty when it is not."""
        try:
            faults = self.type.validate(self.field, self.json(raw))
        except FieldFault as fault:
            return fault.code + fault.suffix
        return " ".join(fault.code + fault.suffix for fault in faults)

    def text_refusal(self, text: str, locale: str = "en") -> str:
        """The code for which text is refused; empty when it is not."""
        try:
            self.text(text, locale)
        except FieldFault as fault:
            return fault.code + fault.suffix
        return ""

    def option_faults(self) -> list[str]:
        """The pointers of faulty options."""
        return [pointer for pointer, _, _ in self.type.check_options(self.field)]

    def filter(self, operator: str, *operands: Any) -> str:
        """The expression of an operator."""
        return self.type.filter(self.field, self.field.name, operator, operands)
