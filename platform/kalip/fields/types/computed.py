"""A value that an expression gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from decimal import Context, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, ClassVar

from kalip.expressions import Type
from kalip.fields.columns import ComputedDecimal
from kalip.fields.families import DecimalFamily
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import FieldType, Json, OptionFault, Part, Parts, Style
from kalip.fields.operators import Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field

RESULT_OPTION = option(
    "Result",
    "Field type in which the result is shown, by name or with its options: "
    '`"percent"`, `{"type": "decimal", "scale": 3}`. Follows from the expression when left out.',
    anyOf=[
        {"type": "string", "minLength": 1},
        {"type": "object", "properties": {"type": {"type": "string"}}, "required": ["type"]},
    ],
)
_BY_KIND: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "boolean": ("boolean", {}),
        "integer": ("integer", {}),
        "decimal": ("decimal", {}),
        "text": ("text", {}),
        "date": ("date", {}),
        "datetime": ("datetime", {}),
        "time": ("time", {}),
        "duration": ("duration", {}),
        "json": ("json", {}),
        "record": ("reference", {}),
        "list": ("tags", {}),
    }
)
_WIDE = Context(prec=200)


class ComputedType(FieldType):
    """A value that an expression gives, never stored: SQL computes it in lists, Python in forms.

    Shows, formats and filters as the field type of its result does.
    """

    name = "computed"
    label = words("Computed", "Hesaplanan", "Вычисляемое")
    description = (
        "The value of an expression over the record, never stored: computed by the database in lists, filters and "
        "exports, and at once in forms."
    )
    widget = "computed"
    stored = False
    readonly = True
    options = keys(
        {
            "expression": option("Expression", "What is computed, over the record.", type="string", minLength=1),
            "result": RESULT_OPTION,
        }
    )
    needs: ClassVar[tuple[str, ...]] = ("expression",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        shown, inner = self.result(field)
        return shown.samples(inner)

    def __init__(self, results: Mapping[str, FieldType]) -> None:
        """Take the types in which results can be shown."""
        self._results = results

    def result(self, field: Field) -> tuple[FieldType, Field]:
        """The type of the result, and the field as that type sees it. Raises KeyError for an unknown type."""
        said = field.options.get("result")
        kind = field.computed.type if field.computed is not None else Type("text")
        if said is None:
            name, options = _BY_KIND.get(kind.kind, ("text", {}))
            if name == "decimal":
                options = {"scale": min(kind.scale if kind.scale is not None else 6, DecimalFamily.largest_scale)}
        elif isinstance(said, str):
            name, options = said, {}
        else:
            name, options = said["type"], {key: value for key, value in said.items() if key != "type"}
        labels = {key: field.options[key] for key in ("values", "retired", "labels") if key in field.options}
        shown = replace(field, type=name, options={**labels, **options}, target=kind.entity or field.target)
        return self._results[name], shown

    def parts(self, field: Field) -> tuple[Part, ...]:
        """The type of the result; SQL must be brought to its scale, the column type reads it from there."""
        shown, inner = self.result(field)
        (part, *_) = shown.parts(inner)
        if isinstance(shown, DecimalFamily):
            return (Part("", part.type, ComputedDecimal(shown.scale(inner))),)
        return (part,)

    def from_parts(self, field: Field, parts: Parts) -> Any:
        """The value as its type has it."""
        return self.settled(field, parts[0])

    def settled(self, field: Field, value: Any) -> Any:
        """A value that an expression gave, as the type of the result has it: decimals rounded to its places."""
        shown, inner = self.result(field)
        if value is not None and isinstance(shown, DecimalFamily):
            return rounded(Decimal(value), shown.scale(inner))
        return tuple(value) or None if isinstance(value, list) else value

    def parse_value(self, field: Field, raw: Json) -> Any:
        """Read as its type does, to compare with."""
        shown, inner = self.result(field)
        return shown.parse(inner, raw)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Any:
        """Read as its type does, to compare with."""
        shown, inner = self.result(field)
        return shown.parse_text(inner, text, locale, timezone)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """As its type's, read-only."""
        shown, inner = self.result(field)
        return {**shown.value_schema(inner, write=False), "readOnly": True}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.to_json(inner, self.settled(field, value))

    def json_reader(self, field: Field) -> Callable[[Parts], Json] | None:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.json_reader(inner)

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.format(inner, self.settled(field, value), style)

    def value_to_text(self, field: Field, value: Any) -> str:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.to_text(inner, self.settled(field, value))

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.to_inputs(inner, self.settled(field, value), style)

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """As its type's."""
        shown, inner = self.result(field)
        return shown.operators(inner)

    def literal(self, field: Field, value: Any) -> str:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.literal(inner, value)

    def parse_operand(self, field: Field, raw: Json) -> Any:
        """As its type does."""
        shown, inner = self.result(field)
        return shown.parse_operand(inner, raw)

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The result's type must exist, hold one column and fit the expression."""
        try:
            shown, inner = self.result(field)
        except KeyError as error:
            known = ", ".join(name for name, each in self._results.items() if self._fits(each, inner_of(field, name)))
            return (("/result", f"results can't be shown as {error}", f"known are {known}"),)
        if not self._fits(shown, inner):
            return (("/result", f"a result can't be shown as '{shown.name}'", "choose a type of one column"),)
        wanted = shown.parts(inner)[0].type
        given = field.computed.type if field.computed is not None else wanted
        if given.is_a(wanted) or ({given.kind, wanted.kind} <= {"integer", "decimal"} and wanted.kind == "decimal"):
            return tuple((f"/result{pointer}", message, hint) for pointer, message, hint in shown.check_options(inner))
        if given.kind in ("null", "unknown", "json") or {given.kind, wanted.kind} == {"text", "record"}:
            return ()
        return (
            ("/result", f"the expression gives {given.name}, '{shown.name}' shows {wanted.name}", "change one of them"),
        )

    @staticmethod
    def _fits(shown: FieldType, inner: Field) -> bool:
        return shown.stored and len(shown.parts(inner)) == 1


def inner_of(field: Field, name: str) -> Field:
    """The field as a type without options sees it."""
    return replace(field, type=name, options={})


def rounded(value: Decimal, scale: int) -> Decimal:
    """A decimal with `scale` digits behind the point, half to even."""
    try:
        return value.quantize(Decimal(1).scaleb(-scale), context=_WIDE)
    except InvalidOperation:
        raise FieldFault("too_large", "The computed number is too large.") from None
