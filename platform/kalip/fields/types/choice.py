"""One value of a choice list."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from kalip.base.names import humanize, nearest
from kalip.base.text import Text
from kalip.fields.families import TextFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import Json, Style
from kalip.fields.operators import MEMBERSHIP, Operator, words
from kalip.fields.options import keys, option
from kalip.fields.texts import clean_line
from kalip.model import Field

LONGEST = 100
GONE = words("{label} (no longer offered)", "{label} (artık sunulmuyor)", "{label} (больше не предлагается)")
"""What a choice is called that a record holds though its list no longer has it."""
CHOICES_OPTION = option(
    "Choice list",
    "Name of the choice list that holds the values.",
    type="string",
    pattern="^([a-z][a-z0-9_]*/)?[a-z][a-z0-9_]*$",
)


class ChoiceType(TextFamily):
    """One value of a choice list.

    The compiler fills `options["values"]` (values that may be chosen, in order), `["retired"]`, `["labels"]`
    (value to `Text`) and `["former"]` (earlier names to values) from the list that `choices` names.
    """

    name = "choice"
    label = words("Choice", "Seçim", "Выбор")
    description = "One value of a choice list. A retired value stays readable but can't be chosen anew."
    widget = "choice"
    options = keys({"choices": CHOICES_OPTION})
    needs = ("choices",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return tuple(field.options.get("values", ())) or ("new",)

    def parse_value(self, field: Field, raw: Json) -> str | None:
        """Read a value of the list."""
        return parse_choice(field, raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> str | None:
        """Read a value of the list, or its label in any language."""
        return parse_choice(field, labelled(field, text.strip()))

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse a retired value."""
        return retired_faults(field, (value,))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text; when written, one of the values."""
        return choice_schema(field, write=write)

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The label."""
        return choice_label(field, value, style)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Equal and among."""
        return MEMBERSHIP


def parse_choice(field: Field, raw: Json) -> str | None:
    """Read a value of a field's list, or a name that it had before. Raises FieldFault."""
    value = clean_line(raw, LONGEST)
    former: Mapping[str, str] = field.options.get("former", {})
    value = former.get(value, value) if value is not None else None
    known = (*field.options.get("values", ()), *field.options.get("retired", ()))
    if value is None or not known or value in known:
        return value
    near = nearest(value, known)
    if near:
        template = "'{value}' is not one of the choices: did you mean '{near}'?"
        raise FieldFault("unknown_choice", template, {"value": value, "near": near})
    raise FieldFault("unknown_choice", "'{value}' is not one of the choices.", {"value": value})


def labelled(field: Field, text: str) -> str:
    """The value whose label in some language is the text; the text itself when there is none."""
    if text in field.options.get("values", ()):
        return text
    wanted = text.casefold()
    labels: Mapping[str, Text] = field.options.get("labels", {})
    found = (value for value, label in labels.items() if any(wanted == said.casefold() for _, said in label.pairs))
    return next(found, text)


def retired_faults(field: Field, values: Sequence[str]) -> list[FieldFault]:
    """A fault for each value that can't be chosen any more."""
    retired = field.options.get("retired", ())
    return [
        FieldFault("retired_choice", "'{value}' can't be chosen any more.", {"value": value})
        for value in values
        if value in retired
    ]


def choice_schema(field: Field, *, write: bool) -> dict[str, Any]:
    """The JSON Schema of one value; old records may hold others than can be chosen now."""
    values = list(field.options.get("values", ()))
    if not values:
        return {"type": "string"}
    return {"type": "string", "enum": values} if write else {"type": "string", "examples": values[:20]}


def choice_label(field: Field, value: str, style: Style) -> str:
    """The label of a value in the reader's language."""
    said = style.choices.get(field.choices or "", {}).get(value)
    labels: Mapping[str, Text] = field.options.get("labels", {})
    label = labels.get(value)
    name = said or (label.get(style.locale) if label is not None else "") or humanize(value)
    known = (*field.options.get("values", ()), *field.options.get("retired", ()))
    # Records keep a choice that the list no longer has; a field without a list has nothing to say of it.
    return GONE.get(style.locale).replace("{label}", name) if known and value not in known else name
