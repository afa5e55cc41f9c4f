"""What types made of several named texts share: addresses, names of persons, places."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Any, ClassVar

import orjson

from kalip.base.text import Text
from kalip.expressions import TEXT
from kalip.fields.columns import text_column
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Parts, Style
from kalip.fields.operators import EMPTINESS, SUBSTRINGS, Operator, words
from kalip.fields.texts import clean_line
from kalip.model import Field

PART_NAMES: Mapping[str, Mapping[str, Text]] = {
    "person_name": {
        "first": words("First name", "Ad", "Имя"),
        "middle": words("Middle name", "İkinci ad", "Отчество"),
        "last": words("Last name", "Soyad", "Фамилия"),
    },
    "address": {
        "street": words("Street", "Sokak", "Улица"),
        "city": words("City", "Şehir", "Город"),
        "region": words("Region", "Bölge", "Регион"),
        "postal_code": words("Postal code", "Posta kodu", "Индекс"),
        "country": words("Country", "Ülke", "Страна"),
    },
    "location": {
        "latitude": words("Latitude", "Enlem", "Широта"),
        "longitude": words("Longitude", "Boylam", "Долгота"),
    },
}
"""What people call the parts that are typed, or shown in columns, one by one; by type and part."""


class CompositeFamily(FieldType):
    """A NamedTuple of texts, some of them None, with all of it in one line as the first column."""

    members: ClassVar[tuple[str, ...]]
    """Names of the parts, as in the NamedTuple; each is a column."""
    lengths: ClassVar[Mapping[str, int]]
    searchable = True
    indexable = False

    @abstractmethod
    def make(self, parts: Sequence[str | None]) -> Any:
        """Build the NamedTuple from its parts in order."""

    def summary(self, value: Any) -> str:
        """All of it in one line."""
        return ", ".join(part for part in value if part)

    def check_member(self, name: str, text: str) -> str:
        """Read one part that is not blank. Raises FieldFault."""
        return text

    def from_line(self, field: Field, text: str) -> Any:
        """Read a line that people wrote without saying which part is which. Raises FieldFault."""
        return self.parse(field, {self.members[0]: text})

    def parts(self, field: Field) -> tuple[Part, ...]:
        """The line and each part."""
        return tuple(Part(name, TEXT, text_column()) for name in ("", *self.members))

    def to_parts(self, field: Field, value: Any) -> Parts:
        """The line and each part."""
        return (None,) * (1 + len(self.members)) if value is None else (self.summary(value), *value)

    def from_parts(self, field: Field, parts: Parts) -> Any:
        """None when every part is."""
        return self.make(parts[1:]) if any(parts[1:]) else None

    def parse_value(self, field: Field, raw: Json) -> Any:
        """Read an object of texts; None when all are blank."""
        if not isinstance(raw, Mapping):
            raise wrong_type("an object", raw)
        for key in raw:
            if key not in self.members:
                raise FieldFault("unknown_key", "'{key}' is not known here.", {"key": str(key)[:60]})
        read = [self._member(name, raw.get(name)) for name in self.members]
        return self.make(read) if any(read) else None

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Any:
        """Read the JSON object that `to_text` writes, else a line."""
        text = text.strip()
        if text.startswith("{"):
            try:
                return self.parse(field, orjson.loads(text))
            except (orjson.JSONDecodeError, UnicodeEncodeError):
                raise FieldFault("not_json", "This begins like a JSON object but is none.") from None
        return self.from_line(field, text)

    def parse_inputs(
        self, field: Field, inputs: Mapping[str, Sequence[str]], locale: str, timezone: tzinfo = UTC
    ) -> Any:
        """Read one input for each part, else one line."""
        if "" in inputs and not any(name in inputs for name in self.members):
            return super().parse_inputs(field, inputs, locale, timezone)
        return self.parse_value(field, {name: inputs[name][0] for name in self.members if inputs.get(name)})

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An object of texts."""
        properties: dict[str, Any] = {name: {"type": ["string", "null"]} for name in self.members}
        required = {} if write else {"required": list(self.members)}
        return {"type": "object", "properties": properties, "additionalProperties": False, **required}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """An object with every part."""
        return dict(zip(self.members, value, strict=True))

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """An object with every part."""
        members = self.members

        def read(parts: Parts) -> Json:
            return dict(zip(members, parts[1:], strict=True)) if any(parts[1:]) else None

        return read

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """One line."""
        return self.summary(value)

    def value_to_text(self, field: Field, value: Any) -> str:
        """A compact JSON object of what is there."""
        return orjson.dumps({name: part for name, part in self.value_to_json(field, value).items() if part}).decode()

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """One text for each part."""
        return {name: ((value[index] or "") if value else "",) for index, name in enumerate(self.members)}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Parts of the line."""
        return (*SUBSTRINGS, *EMPTINESS)

    def literal(self, field: Field, value: Any) -> str:
        """The line."""
        return super().literal(field, self.summary(value) if isinstance(value, tuple) else value)

    def _member(self, name: str, raw: Json) -> str | None:
        if raw is None:
            return None
        try:
            text = clean_line(raw, self.lengths[name])
            return None if text is None else self.check_member(name, text)
        except FieldFault as fault:
            raise fault.under(f"/{name}") from fault


def most_characters(**lengths: int) -> Mapping[str, int]:
    """Most characters of each part, read-only."""
    return MappingProxyType(lengths)
