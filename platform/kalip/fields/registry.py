"""All field types by name: the shipped ones, and with those of plugins."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from kalip.base.errors import ConfigurationError
from kalip.base.names import did_you_mean, is_name
from kalip.fields.field_type import FieldType
from kalip.fields.types.boolean import BooleanType
from kalip.fields.types.choice import ChoiceType
from kalip.fields.types.choices import ChoicesType
from kalip.fields.types.colour import ColourType
from kalip.fields.types.date import DateType
from kalip.fields.types.datetime import DateTimeType
from kalip.fields.types.decimal import DecimalType
from kalip.fields.types.duration import DurationType
from kalip.fields.types.email import EmailType
from kalip.fields.types.integer import IntegerType
from kalip.fields.types.json import JsonType
from kalip.fields.types.long_text import LongTextType
from kalip.fields.types.money import MoneyType
from kalip.fields.types.percent import PercentType
from kalip.fields.types.phone import PhoneType
from kalip.fields.types.rating import RatingType
from kalip.fields.types.rich_text import RichTextType
from kalip.fields.types.tags import TagsType
from kalip.fields.types.text import TextType
from kalip.fields.types.time import TimeType
from kalip.fields.types.url import UrlType

_PLAIN: tuple[type[FieldType], ...] = (
    TextType,
    LongTextType,
    RichTextType,
    IntegerType,
    DecimalType,
    MoneyType,
    PercentType,
    BooleanType,
    DateType,
    DateTimeType,
    TimeType,
    DurationType,
    ChoiceType,
    ChoicesType,
    EmailType,
    PhoneType,
    UrlType,
    JsonType,
    ColourType,
    RatingType,
    TagsType,
)


class FieldTypes(Mapping[str, FieldType]):
    """Field types by name, in the order people see them."""

    def __init__(self, types: Iterable[FieldType]) -> None:
        """Raise ConfigurationError when a name is malformed or taken twice."""
        self._types: dict[str, FieldType] = {}
        for each in types:
            if not is_name(each.name):
                raise ConfigurationError("'{name}' can't name a field type.", code="K110", params={"name": each.name})
            if each.name in self._types:
                raise ConfigurationError(
                    "There are two field types named '{name}'.",
                    hint="Give the plugin's type another name.",
                    code="K111",
                    params={"name": each.name},
                )
            self._types[each.name] = each

    def __getitem__(self, name: str) -> FieldType:
        return self._types[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def with_types(self, extra: Iterable[FieldType]) -> "FieldTypes":
        """These types and more. Raises ConfigurationError for a name taken already."""
        return FieldTypes((*self.values(), *extra))

    def suggestion(self, name: str) -> str:
        """A hint `did you mean 'text'?` for a mistyped name, else an empty text."""
        return did_you_mean(name, self)


@cache
def builtin_types() -> FieldTypes:
    """The shipped types."""
    return FieldTypes(each() for each in _PLAIN)
