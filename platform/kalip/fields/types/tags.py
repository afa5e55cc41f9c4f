"""Free words on a record."""

from typing import Any

from kalip.fields.families import TextsFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json
from kalip.fields.operators import words
from kalip.fields.texts import clean_line
from kalip.model import Field

LONGEST = 60


class TagsType(TextsFamily):
    """Free words, each once."""

    name = "tags"
    label = words("Tags", "Etiketler", "Метки")
    description = "Free words on a record, each once; at most 50 of 60 characters. No tag is null."
    widget = "tags"
    searchable = True
    most = 50

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (("vip",), ("ışık", "Привет", "two words", "a:b"))

    def parse_item(self, field: Field, raw: Json) -> str | None:
        """Read one tag."""
        tag = clean_line(raw, LONGEST)
        # What separates tags in text can't stand in one.
        if tag and ("," in tag or ";" in tag):
            raise FieldFault("separator", "A tag can't hold a comma or a semicolon.")
        return tag

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A list of short texts."""
        limits = {"maxLength": LONGEST, "pattern": "^[^,;]*$"} if write else {}
        return {**super().value_schema(field, write=write), "items": {"type": "string", **limits}}
