"""Several files."""

from typing import Any

from kalip.fields.families import TextsFamily
from kalip.fields.field_type import Json, OptionFault, Style
from kalip.fields.ids import SAMPLE_IDS, id_schema, parse_id
from kalip.fields.operators import EMPTINESS, Operator, words
from kalip.fields.types.file import FILE_OPTIONS, accept_faults
from kalip.model import Field


class FilesType(TextsFamily):
    """Several uploaded files, by their ids, in an order."""

    name = "files"
    label = words("Files", "Dosyalar", "Файлы")
    description = "Several files, each once and in an order, uploaded first and then named by their ids."
    widget = "files"
    options = FILE_OPTIONS

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (SAMPLE_IDS, SAMPLE_IDS[:1])

    def parse_item(self, field: Field, raw: Json) -> str | None:
        """Read a file's id."""
        return parse_id(raw)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """Each kind accepted must be a media type or an ending."""
        return accept_faults(field)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A list of ids."""
        return {**super().value_schema(field, write=write), "items": id_schema(write=write)}

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The files' names."""
        return ", ".join(style.titles.get(each, each) for each in value)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Empty or not."""
        return EMPTINESS
