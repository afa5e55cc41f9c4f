"""One line of text."""

import re
from collections.abc import Sequence
from typing import Any

from kalip.expressions.functions.pattern import Pattern
from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json, OptionFault
from kalip.fields.operators import words
from kalip.fields.options import keys, length_option, option, setting
from kalip.fields.texts import clean_line
from kalip.model import Field

DEFAULT_LENGTH = 255
LONGEST = 500
"""So many characters of four bytes still fit in an index of PostgreSQL."""


class TextType(TextFamily):
    """One line of text."""

    name = "text"
    label = words("Text", "Metin", "Текст")
    description = "One line of text: a name, a title, a code. Spaces at both ends are cut off."
    options = keys(
        {
            "max_length": length_option(DEFAULT_LENGTH, LONGEST),
            "min_length": option(
                "Shortest text", "Fewest characters allowed.", type="integer", minimum=1, maximum=LONGEST
            ),
            "pattern": option(
                "Pattern",
                "Regular expression that the whole text must match; say in `help` what is wanted.",
                type="string",
                minLength=1,
                maxLength=200,
            ),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return ("Ada", "İstanbul ışığı", "Привет, мир", "1.5", 'O\'Neil "q" {0} \\\\ %', "🙂" * 3)

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read one trimmed line."""
        return clean_line(raw, LONGEST)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse a wrong length and what doesn't match the pattern."""
        faults = length_faults(field, value, DEFAULT_LENGTH)
        pattern = field.options.get("pattern")
        if pattern and (whole := whole_pattern(pattern)) and not whole.found_in(value):
            faults.append(FieldFault("pattern", "'{text}' doesn't have the form wanted here.", {"text": value[:60]}))
        return faults

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The lengths must be in order and the pattern a simple regular expression."""
        faults = []
        least, most = field.options.get("min_length") or 0, setting(field.options, "max_length", DEFAULT_LENGTH)
        if least > most:
            faults.append(("/min_length", f"min_length {least} is greater than max_length {most}", "swap them"))
        if wrong := pattern_fault(field.options.get("pattern") or ""):
            faults.append(("/pattern", wrong, "write a regular expression such as [A-Z]{2}[0-9]{4}"))
        return tuple(faults)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text, with its bound when written."""
        bound = {"maxLength": setting(field.options, "max_length", DEFAULT_LENGTH)} if write else {}
        return {"type": "string", **bound}


def length_faults(field: Field, value: str, default: int) -> list[FieldFault]:
    """Faults of a text against the options `min_length` and `max_length`."""
    faults = []
    most, least = setting(field.options, "max_length", default), field.options.get("min_length") or 0
    if len(value) > most:
        params = {"limit": most, "length": len(value)}
        faults.append(FieldFault("too_long", "At most {limit} characters, not {length}.", params))
    if len(value) < least:
        faults.append(FieldFault("too_short", "At least {limit} characters.", {"limit": least}))
    return faults


def pattern_fault(pattern: str) -> str:
    """Say what is wrong with a pattern; empty when it is fine.

    Looking around and looking back at a group are refused: only without them a pattern takes time in proportion to the
    text, whatever that is.
    """
    if not pattern or whole_pattern(pattern) is not None:
        return ""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"not a regular expression: {error}"
    return "the pattern looks around, looks back at a group, or is too large"


def whole_pattern(pattern: str) -> Pattern | None:
    """A pattern that the whole text must match; None for what is none."""
    folded = "(?i)" if pattern.startswith("(?i)") else ""
    return Pattern.of(f"{folded}^(?:{pattern.removeprefix(folded)})$")
