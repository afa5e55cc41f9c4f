"""A file."""

import re
from typing import Any

from kalip.fields.families import TextFamily
from kalip.fields.field_type import Json, OptionFault, Style
from kalip.fields.ids import SAMPLE_IDS, id_schema, parse_id
from kalip.fields.operators import EMPTINESS, Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field

_MEBIBYTE = 1024 * 1024
_ACCEPTED = re.compile(r"\.[a-z0-9]{1,10}|[a-z]+/(?:\*|[a-z0-9.+-]+)")
FILE_OPTIONS = keys(
    {
        "accept": option(
            "Kinds accepted",
            "Media types (`application/pdf`, `image/*`) and endings (`.docx`); all when left out.",
            type="array",
            items={"type": "string", "pattern": f"^({_ACCEPTED.pattern})$"},
            minItems=1,
            uniqueItems=True,
        ),
        "max_size": option(
            "Largest size",
            f"Most bytes of one file; {25 * _MEBIBYTE} when left out.",
            type="integer",
            minimum=1,
            maximum=1024 * _MEBIBYTE,
            default=25 * _MEBIBYTE,
        ),
    }
)


class FileType(TextFamily):
    """One uploaded file, by its id."""

    name = "file"
    label = words("File", "Dosya", "Файл")
    description = "One file, uploaded first and then named by its id."
    widget = "file"
    searchable = False
    sortable = False
    options = FILE_OPTIONS

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return SAMPLE_IDS[:2]

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read a file's id."""
        return parse_id(raw)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """Each kind accepted must be a media type or an ending."""
        return accept_faults(field)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An id."""
        return id_schema(write=write)

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The file's name."""
        return style.titles.get(value, value)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Empty or not."""
        return EMPTINESS


def accept_faults(field: Field) -> tuple[OptionFault, ...]:
    """Faults of the option `accept`."""
    return tuple(
        (f"/accept/{index}", f"'{kind}' is neither a media type nor an ending", "write image/* or .pdf")
        for index, kind in enumerate(field.options.get("accept") or ())
        if not _ACCEPTED.fullmatch(kind)
    )
