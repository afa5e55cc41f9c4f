"""What several field types share: one text, one number, one list of texts."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import format_decimal

from kalip.expressions import TEXT, Type, list_of
from kalip.expressions.types import decimal_of
from kalip.fields.columns import JsonTexts, ScaledDecimal, text_column
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, OptionFault, Part, Parts, Style
from kalip.fields.locales import locale_of
from kalip.fields.numbers import MAX_DIGITS, decimal_from_json, decimal_from_text, from_scaled
from kalip.fields.operators import LISTS, MEMBERSHIP, ORDER, SUBSTRINGS, Operator
from kalip.fields.options import DECIMAL_PATTERN, decimal_bounds, keys, scale_option, setting
from kalip.model import Field


class TextFamily(FieldType):
    """A type whose value is one text in one column."""

    widget = "text"
    searchable = True

    def value_type(self, field: Field) -> Type:
        """The type in expressions."""
        return TEXT

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One text column."""
        return (Part("", self.value_type(field), text_column()),)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text."""
        return {"type": "string"}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Parts of text and whole ones."""
        return (*SUBSTRINGS, *MEMBERSHIP)


class DecimalFamily(FieldType):
    """A type whose value is one exact decimal; `default_scale` holds where the field says nothing."""

    widget = "decimal"
    sums = True
    default_scale: ClassVar[int] = 2
    largest_scale: ClassVar[int] = 9
    options = keys({"scale": scale_option(2, 9), **decimal_bounds()})

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Zero, small ones and the greatest."""
        scale = self.scale(field)
        return tuple(from_scaled(digits, scale) for digits in (0, 1, -1250, 10**MAX_DIGITS - 1, 1 - 10**MAX_DIGITS))

    def scale(self, field: Field) -> int:
        """Digits behind the point."""
        return int(setting(field.options, "scale", self.default_scale))

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One exact column."""
        scale = self.scale(field)
        return (Part("", decimal_of(scale), ScaledDecimal(scale)),)

    def parse_value(self, field: Field, raw: Json) -> Decimal:
        """Read text or a number."""
        return decimal_from_json(raw, self.scale(field))

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Decimal:
        """Read a number as the locale writes it."""
        return decimal_from_text(text, self.scale(field), locale)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse what lies outside of the bounds."""
        return range_faults(value, bound(field, "min"), bound(field, "max"))

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """The bounds must be decimals in order that fit the scale."""
        return bounds_faults(field, lambda raw: decimal_from_json(raw, self.scale(field)))

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """Text when answered; a number is read too."""
        scale = self.scale(field)
        if write:
            return {"anyOf": [{"type": "string", "pattern": DECIMAL_PATTERN}, {"type": "number"}]}
        fraction = rf"\.[0-9]{{{scale}}}" if scale else ""
        return {"type": "string", "pattern": f"^-?[0-9]+{fraction}$"}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """Plain text without exponent."""
        return format(value, "f")

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """Plain text."""
        return read_decimal

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """Grouped, with the locale's separators and all places."""
        return decimal_text(value, style.locale, self.scale(field))

    def value_to_text(self, field: Field, value: Any) -> str:
        """Plain text without exponent."""
        return format(value, "f")

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """As the locale writes it, without groups."""
        return {"": ("" if value is None else decimal_text(value, style.locale, self.scale(field), grouped=False),)}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Order."""
        return ORDER


class TextsFamily(FieldType):
    """A type whose value is a tuple of texts in one column; the empty tuple is None."""

    sortable = False
    indexable = False
    most: ClassVar[int] = 100

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One column with a JSON list."""
        return (Part("", list_of(TEXT), JsonTexts()),)

    @abstractmethod
    def parse_item(self, field: Field, raw: Json) -> str | None:
        """Read one item, None for a blank one. Raises FieldFault."""

    def parse_value(self, field: Field, raw: Json) -> tuple[str, ...] | None:
        """Read a list, each item once, in the order given."""
        if not isinstance(raw, list | tuple):
            raise wrong_type("a list", raw)
        if len(raw) > self.most:
            raise FieldFault("too_many", "At most {most} items.", {"most": self.most})
        items = dict.fromkeys(item for index, each in enumerate(raw) if (item := self._item(field, index, each)))
        return tuple(items) or None

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> tuple[str, ...] | None:
        """Read items separated by commas, semicolons or lines."""
        if len(text) > 100_000:
            raise FieldFault("too_long", "The list is too long.")
        return self.parse_items(
            field, [each for line in text.splitlines() for each in line.replace(";", ",").split(",")]
        )

    def parse_items(self, field: Field, texts: Sequence[str]) -> tuple[str, ...] | None:
        """Read texts that are one item each, skipping blank ones."""
        return self.parse_value(field, [each.strip() for each in texts if each.strip()])

    def parse_inputs(
        self, field: Field, inputs: Mapping[str, Sequence[str]], locale: str, timezone: tzinfo = UTC
    ) -> Any:
        """Read one text that lists items, or several that are one each."""
        texts = inputs.get("", ())
        if len(texts) == 1:
            return self.parse_text(field, texts[0], locale, timezone)
        return self.parse_items(field, texts) if texts else None

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A list of texts."""
        return {"type": "array", "items": {"type": "string"}, **({"maxItems": self.most} if write else {})}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """A list."""
        return list(value)

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """A list."""
        return read_list

    def value_to_text(self, field: Field, value: Any) -> str:
        """Items separated by commas."""
        return ", ".join(value)

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """One text for each item."""
        return {"": tuple(value or ())}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """What the list holds."""
        return LISTS

    def parse_operand(self, field: Field, raw: Json) -> Any:
        """One item."""
        return self.parse_item(field, raw)

    def _item(self, field: Field, index: int, raw: Json) -> str | None:
        try:
            return self.parse_item(field, raw)
        except FieldFault as fault:
            raise fault.under(f"/{index}") from fault


def bound(field: Field, name: str) -> Decimal | None:
    """The `min` or `max` of a decimal field, None when it has none."""
    raw = field.options.get(name)
    return None if raw is None else Decimal(str(raw))


def range_faults(value: Any, least: Any, most: Any) -> list[FieldFault]:
    """Faults of an ordered value against bounds, None meaning unbounded."""
    faults = []
    if least is not None and value < least:
        faults.append(FieldFault("too_small", "Must be at least {min}.", {"min": least}))
    if most is not None and value > most:
        faults.append(FieldFault("too_large", "Must be at most {max}.", {"max": most}))
    return faults


def bounds_faults(field: Field, parse: Callable[[Any], Any]) -> tuple[OptionFault, ...]:
    """Faults of the options `min` and `max`: unreadable, or in the wrong order."""
    faults, values = [], {}
    for name in ("min", "max"):
        raw = field.options.get(name)
        if raw is None:
            continue
        try:
            values[name] = parse(raw)
        except FieldFault as fault:
            faults.append((f"/{name}", fault.message, "write a value that the field itself could hold"))
    if len(values) == 2 and values["min"] > values["max"]:
        faults.append(("/min", f"min {values['min']} is greater than max {values['max']}", "swap them"))
    return tuple(faults)


def decimal_text(value: Decimal, locale: str, scale: int, *, grouped: bool = True) -> str:
    """A decimal as a locale writes it, with `scale` digits behind the point and never rounded."""
    whole = locale_of(locale).decimal_formats[None].pattern.split(".")[0] if grouped else "0"
    pattern = f"{whole}.{'0' * scale}" if scale else whole
    return format_decimal(value, format=pattern, locale=locale_of(locale), decimal_quantization=False)


def read_decimal(parts: Parts) -> Json:
    """JSON of a decimal column."""
    value = parts[0]
    return None if value is None else format(value, "f")


def read_list(parts: Parts) -> Json:
    """JSON of a column with a list."""
    value = parts[0]
    return None if value is None else list(value)
