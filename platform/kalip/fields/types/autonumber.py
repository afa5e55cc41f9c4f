"""A number that the system gives."""

import re
from datetime import date
from typing import Any

from kalip.fields.families import TextFamily
from kalip.fields.field_type import Json, OptionFault
from kalip.fields.operators import MEMBERSHIP, SUBSTRINGS, Operator, words
from kalip.fields.options import keys, option, setting
from kalip.fields.texts import clean_line
from kalip.model import Field

DEFAULT_FORMAT = "{number:05}"
LONGEST = 60
_PLACE = re.compile(r"\{([a-z]+)(?::0?([1-9][0-9]?))?\}")
_PARTS = {"year": 4, "month": 2, "day": 2, "number": 1}
_PERIODS = {"never": "", "year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d"}
_NEEDED = {"never": (), "year": ("year",), "month": ("year", "month"), "day": ("year", "month", "day")}


class AutonumberType(TextFamily):
    """A running number in a format, given once and without gaps when the record is made."""

    name = "autonumber"
    label = words("Running number", "Sıra numarası", "Порядковый номер")
    description = (
        "A running number that the system gives when the record is made, without gaps: `L-{year}-{number:05}` makes "
        "L-2026-00042. `period` says when counting begins again."
    )
    widget = "autonumber"
    readonly = True
    options = keys(
        {
            "format": option(
                "Format",
                f"Text with {{number:05}}, and {{year}}, {{month}}, {{day}} if wanted; {DEFAULT_FORMAT} when left out.",
                type="string",
                minLength=1,
                maxLength=LONGEST,
                default=DEFAULT_FORMAT,
            ),
            "period": option(
                "Count from 1 again",
                "When counting begins again; never when left out.",
                type="string",
                enum=list(_PERIODS),
                default="never",
            ),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return tuple(self.number(field, count, date(2026, 1, 31)) for count in (1, 42, 1_000_000))

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read a number given before, by an import."""
        return clean_line(raw, LONGEST)

    def number(self, field: Field, count: int, day: date) -> str:
        """The text of the `count`-th number on a day."""
        values = {"year": day.year, "month": day.month, "day": day.day, "number": count}

        def put(match: re.Match[str]) -> str:
            return f"{values[match[1]]:0{int(match[2] or _PARTS[match[1]])}}"

        return _PLACE.sub(put, setting(field.options, "format", DEFAULT_FORMAT))

    def period(self, field: Field, day: date) -> str:
        """The name of the period in which numbers run on: `2026` where they begin again each year, else empty."""
        return day.strftime(_PERIODS[setting(field.options, "period", "never")])

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The format must hold the number once, nothing unknown, and what tells periods apart."""
        text = setting(field.options, "format", DEFAULT_FORMAT)
        period = setting(field.options, "period", "never")
        places = [match[1] for match in _PLACE.finditer(text)]
        faults = [
            ("/format", f"unknown place {{{name}}}", "places are {number:05}, {year}, {month}, {day}")
            for name in places
            if name not in _PARTS
        ]
        if places.count("number") != 1:
            faults.append(("/format", "the format must hold {number} exactly once", "write for example L-{number:05}"))
        if "{" in (rest := _PLACE.sub("", text)) or "}" in rest:
            faults.append(
                ("/format", "a brace is not part of a place", "places are {number:05}, {year}, {month}, {day}")
            )
        missing = [f"{{{name}}}" for name in _NEEDED[period] if name not in places]
        if missing:
            hint = f"add {' and '.join(missing)} to the format"
            faults.append(("/format", f"numbers would repeat, since counting begins again each {period}", hint))
        return tuple(faults)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text."""
        return {"type": "string", **({"maxLength": LONGEST} if write else {"readOnly": True})}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Parts and whole ones."""
        return (*SUBSTRINGS, *MEMBERSHIP)
