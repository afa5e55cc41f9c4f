"""All field types by name: the shipped ones, and with those of plugins."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from kalip.base.errors import ConfigurationError
from kalip.base.names import did_you_mean, is_name
from kalip.fields.field_type import FieldType
from kalip.fields.types.address import AddressType
from kalip.fields.types.any_reference import AnyReferenceType
from kalip.fields.types.autonumber import AutonumberType
from kalip.fields.types.boolean import BooleanType
from kalip.fields.types.children import ChildrenType
from kalip.fields.types.choice import ChoiceType
from kalip.fields.types.choices import ChoicesType
from kalip.fields.types.colour import ColourType
from kalip.fields.types.computed import ComputedType
from kalip.fields.types.date import DateType
from kalip.fields.types.datetime import DateTimeType
from kalip.fields.types.decimal import DecimalType
from kalip.fields.types.duration import DurationType
from kalip.fields.types.email import EmailType
from kalip.fields.types.file import FileType
from kalip.fields.types.files import FilesType
from kalip.fields.types.group import GroupType
from kalip.fields.types.image import ImageType
from kalip.fields.types.integer import IntegerType
from kalip.fields.types.json import JsonType
from kalip.fields.types.location import LocationType
from kalip.fields.types.long_text import LongTextType
from kalip.fields.types.money import MoneyType
from kalip.fields.types.percent import PercentType
from kalip.fields.types.person_name import PersonNameType
from kalip.fields.types.phone import PhoneType
from kalip.fields.types.rating import RatingType
from kalip.fields.types.reference import ReferenceType
from kalip.fields.types.references import ReferencesType
from kalip.fields.types.rich_text import RichTextType
from kalip.fields.types.rollup import RollupType
from kalip.fields.types.tags import TagsType
from kalip.fields.types.tax_number import TaxNumberType
from kalip.fields.types.text import TextType
from kalip.fields.types.time import TimeType
from kalip.fields.types.url import UrlType
from kalip.fields.types.user import UserType

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
    ReferenceType,
    ReferencesType,
    ChildrenType,
    AnyReferenceType,
    UserType,
    GroupType,
    EmailType,
    PhoneType,
    UrlType,
    AddressType,
    PersonNameType,
    TaxNumberType,
    FileType,
    FilesType,
    ImageType,
    JsonType,
    AutonumberType,
    LocationType,
    ColourType,
    RatingType,
    TagsType,
)
_DERIVED: tuple[type[ComputedType], ...] = (ComputedType, RollupType)


class FieldTypes(Mapping[str, FieldType]):
    """Field types by name, in the order people see them."""

    def __init__(self, types: Iterable[FieldType]) -> None:
        """Add `computed` and `rollup`, which show results as any of the types given.

        Raises ConfigurationError when a name is malformed or taken twice.
        """
        self._types: dict[str, FieldType] = {}
        plain = tuple(types)
        results = {each.name: each for each in plain}
        for each in (*plain, *(derived(results) for derived in _DERIVED)):
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
        plain = (each for each in self.values() if not isinstance(each, ComputedType))
        return FieldTypes((*plain, *extra))

    def suggestion(self, name: str) -> str:
        """A hint `did you mean 'text'?` for a mistyped name, else an empty text."""
        return did_you_mean(name, self)


@cache
def builtin_types() -> FieldTypes:
    """The shipped types."""
    return FieldTypes(each() for each in _PLAIN)
