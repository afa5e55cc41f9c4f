"""The name of a person."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kalip.fields.composite import CompositeFamily, most_characters
from kalip.fields.operators import MEMBERSHIP, SUBSTRINGS, Operator, words
from kalip.model import Field

_PART = 100


class PersonName(NamedTuple):
    """The parts of a name; each may be None."""

    first: str | None
    middle: str | None
    last: str | None


class PersonNameType(CompositeFamily):
    """First, middle and last name; the field itself is the full name."""

    name = "person_name"
    label = words("Name of a person", "Kişi adı", "Имя человека")
    description = (
        "First, middle and last name. In expressions the field itself is the full name, `field.last` a part. "
        "One line such as `Ada Nur Yılmaz` is cut at its blanks; `Yılmaz, Ada` at its comma."
    )
    widget = "person_name"
    members = ("first", "middle", "last")
    lengths = most_characters(first=_PART, middle=_PART, last=_PART)
    indexable = True

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            PersonName("Ada", None, "Lovelace"),
            PersonName("Ayşe", "Nur", "Yılmaz Öz"),
            PersonName("Pelé", None, None),
        )

    def make(self, parts: Sequence[str | None]) -> PersonName:
        """Build the value."""
        return PersonName._make(parts)

    def summary(self, value: PersonName) -> str:
        """The full name."""
        return " ".join(part for part in value if part)

    def from_line(self, field: Field, text: str) -> PersonName | None:
        """Cut a full name: the last word is the last name, unless a comma says otherwise."""
        last, comma, rest = text.partition(",")
        given = rest.split() if comma else text.split()[:-1]
        family = last if comma else text.split()[-1]
        if not given:
            given, family = [family], ""
        name: PersonName | None = self.parse(field, {"first": given[0], "middle": " ".join(given[1:]), "last": family})
        return name

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Parts of the full name, and equal ones."""
        return (*SUBSTRINGS, *MEMBERSHIP)
