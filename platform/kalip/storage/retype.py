"""How values of one field type become values of another: by column kinds where that is exact, else by their text.

A value that would lose anything fails, and stays in the retired column; the time of day of a moment that becomes a date
and the currency of money that becomes a number are lost knowingly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final, NamedTuple

from kalip.base.text import Text
from kalip.fields import FieldFault, FieldType, FieldTypes
from kalip.model import DIRECTORY, Field
from kalip.storage.convert import Convert, Unconvertible, conversion
from kalip.storage.kinds import kind_of

_PLAIN: Final = frozenset({"text", "long_text"})
_WORDS: Final = _PLAIN | {"email", "phone", "url", "colour", "tax_number", "choice", "autonumber", "choices", "tags"}
_NUMBERS: Final = frozenset({"integer", "decimal", "percent", "rating"})
_OPAQUE: Final = frozenset(
    {"reference", "references", "any_reference", *DIRECTORY}
    | {"file", "files", "image", "json", "rich_text", "signature"}
)
_BY_KIND: Final = {
    "text": "text",
    "integer": "integer",
    "integer32": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "moment": "datetime",
    "duration": "duration",
    "texts": "tags",
    "json": "json",
}
_YES: Final = ("true", "yes")
_NO: Final = ("false", "no")
_LONGEST_SAMPLE: Final = 60


class Converted(NamedTuple):
    """The parts of the new value; not `exact` when something was lost knowingly."""

    parts: tuple[Any, ...]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Retype:
    """A conversion of a field's parts. `by_kind` converts the main part alone; where nothing is `alike` all fail."""

    types: FieldTypes
    old: str
    field: Field
    by_kind: Convert | None = None
    alike: bool = True

    def __call__(self, parts: Sequence[Any]) -> Converted:
        """Convert the parts of a value that is not null. Raises Unconvertible."""
        if not self.alike:
            raise Unconvertible(self.field.type)
        if self.old == "money" and self.field.type in _NUMBERS:
            return self._amount(parts)
        if self.old == "datetime" and self.field.type == "date":
            moment = parts[0].astimezone(UTC)
            return Converted((moment.date(),), moment.time() == moment.time().min)
        if self.by_kind is not None:
            return Converted((self.by_kind(parts[0]),))
        if self.old == "boolean":
            return Converted(self._by_word(_YES if parts[0] else _NO))
        return Converted(self._by_text(self.text(parts)))

    def text(self, parts: Sequence[Any]) -> str:
        """The old value as text."""
        if len(parts) > 1 and isinstance(parts[0], str):
            return parts[0]  # of a composite value its one line: the full name
        if self.old not in self.types:
            return str(parts[0])
        kind = self.types[self.old]
        stub = Field("value", self.old, Text())
        return kind.to_text(stub, kind.from_parts(stub, tuple(parts)))

    def sample(self, parts: Sequence[Any]) -> str:
        """The old value for people, cut where it is long."""
        text = " ".join(self.text(parts).split())
        return text if len(text) <= _LONGEST_SAMPLE else f"{text[: _LONGEST_SAMPLE - 1]}…"

    def _amount(self, parts: Sequence[Any]) -> Converted:
        if self.by_kind is None:
            raise Unconvertible(str(parts[0]))
        return Converted((self.by_kind(parts[0]),), exact=False)

    def _by_word(self, words: Sequence[str]) -> tuple[Any, ...]:
        for word in words:
            try:
                return self._by_text(word)
            except Unconvertible:
                continue
        raise Unconvertible(words[0])

    def _by_text(self, text: str) -> tuple[Any, ...]:
        kind = self.types[self.field.type]
        try:
            value = kind.parse_text(self.field, text)
        except FieldFault as fault:
            raise Unconvertible(text) from fault
        if value is None or kind.validate(self.field, value):
            raise Unconvertible(text)
        if self.field.type in _PLAIN and value != text.strip():
            raise Unconvertible(text)
        return kind.to_parts(self.field, value)


def retype(types: FieldTypes, old: str, old_kinds: Sequence[str], field: Field) -> Retype | None:
    """The conversion from an old type to a field; None when columns of the same kinds are to stay as they are."""
    new = field.type
    kinds = _kinds(types[new], field)
    by_kind = conversion(old_kinds[0], kinds[0])
    if old not in types:
        return _unlike(types, old, old_kinds, field)
    if old == "money" and new in _NUMBERS:
        return Retype(types, old, field, by_kind)
    listed = "texts" in (kinds[0], old_kinds[0]) and kinds[0] != "json"
    checked = kinds[0] == "text" and new not in _PLAIN
    if by_kind is not None and len(kinds) == len(old_kinds) == 1 and not listed and not checked:
        return Retype(types, old, field, by_kind)
    if (old, new) == ("datetime", "date"):
        return Retype(types, old, field)
    opaque = old in _OPAQUE or new in _OPAQUE
    if not opaque and (old in _WORDS or new in _WORDS or (old in _NUMBERS and new == "money")):
        return Retype(types, old, field)
    return _unlike(types, old, old_kinds, field)


def _unlike(types: FieldTypes, old: str, old_kinds: Sequence[str], field: Field) -> Retype | None:
    same = list(old_kinds) == _kinds(types[field.type], field)
    return None if same else Retype(types, old, field, alike=False)


def type_by_kind(kind: str) -> str:
    """The type of a column of which nobody remembers more than how its values stand."""
    return _BY_KIND.get(kind.partition(":")[0], "text")


def _kinds(type_: FieldType, field: Field) -> list[str]:
    return [kind_of(part.column) for part in type_.parts(field)]
