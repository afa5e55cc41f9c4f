"""A place on earth."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from kalip.expressions import TEXT
from kalip.expressions.types import decimal_of
from kalip.fields.columns import ScaledDecimal, text_column
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Parts
from kalip.fields.numbers import decimal_from_json
from kalip.fields.operators import EMPTINESS, Operator, words
from kalip.fields.options import DECIMAL_PATTERN
from kalip.model import Field

SCALE = 6
"""A tenth of a metre."""
_PAIR = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]+)?)\s*[,;\s]\s*(-?[0-9]{1,3}(?:\.[0-9]+)?)")
_LIMITS = {"latitude": 90, "longitude": 180}


class Location(NamedTuple):
    """Degrees on WGS 84, six digits behind the point."""

    latitude: Decimal
    longitude: Decimal


class LocationType(FieldType):
    """Latitude and longitude in degrees."""

    name = "location"
    label = words("Location", "Konum", "Местоположение")
    description = "Latitude and longitude in degrees on WGS 84, six digits behind the point. Finer ones are rounded."
    widget = "location"
    sortable = False

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (
            Location(Decimal("41.008200"), Decimal("28.978400")),
            Location(Decimal("-90.000000"), Decimal("180.000000")),
            Location(Decimal("0.000000"), Decimal("-0.000001")),
        )

    def parts(self, field: Field) -> tuple[Part, ...]:
        """The text and both numbers."""
        degrees = decimal_of(SCALE)
        numbers = (Part(name, degrees, ScaledDecimal(SCALE)) for name in _LIMITS)
        return (Part("", TEXT, text_column()), *numbers)

    def to_parts(self, field: Field, value: Any) -> Parts:
        """The text and both numbers."""
        return (None, None, None) if value is None else (self.value_to_text(field, value), *value)

    def from_parts(self, field: Field, parts: Parts) -> Any:
        """None unless both numbers are there."""
        return None if parts[1] is None or parts[2] is None else Location(*parts[1:])

    def parse_value(self, field: Field, raw: Json) -> Location:
        """Read an object with both numbers."""
        if not isinstance(raw, Mapping):
            raise wrong_type('an object such as {"latitude": "41.0082", "longitude": "28.9784"}', raw)
        for key in raw:
            if key not in _LIMITS:
                raise FieldFault("unknown_key", "'{key}' is not known here.", {"key": str(key)[:60]})
        return Location(*(_degrees(name, raw.get(name)) for name in _LIMITS))

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Location:
        """Read latitude and longitude with points, as maps show them."""
        match = _PAIR.fullmatch(text.strip()[:80])
        if match is None:
            raise FieldFault("not_a_location", "Expected latitude and longitude such as 41.0082, 28.9784.")
        return self.parse_value(field, dict(zip(_LIMITS, match.groups(), strict=True)))

    def parse_inputs(
        self, field: Field, inputs: Mapping[str, Sequence[str]], locale: str, timezone: tzinfo = UTC
    ) -> Any:
        """Read both numbers' inputs, else one text."""
        texts = [inputs[name][0].strip() for name in _LIMITS if inputs.get(name)]
        if not texts:
            return super().parse_inputs(field, inputs, locale, timezone)
        return self.parse_text(field, " ".join(texts), locale, timezone)

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An object with both numbers as text."""
        text = {"type": "string", "pattern": DECIMAL_PATTERN}
        number: dict[str, Any] = {"anyOf": [text, {"type": "number"}]} if write else text
        properties = {name: dict(number) for name in _LIMITS}
        return {"type": "object", "properties": properties, "required": list(_LIMITS), "additionalProperties": False}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """An object with both numbers as text."""
        return {"latitude": format(value.latitude, "f"), "longitude": format(value.longitude, "f")}

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """An object with both numbers as text."""
        return _read

    def value_to_text(self, field: Field, value: Any) -> str:
        """Both numbers with a comma."""
        return f"{value.latitude:f},{value.longitude:f}"

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Empty or not."""
        return EMPTINESS


def _degrees(name: str, raw: Json) -> Decimal:
    if raw is None:
        raise FieldFault("missing", "The {name} is missing.", {"name": name}, f"/{name}")
    try:
        # Phones send fifteen digits; finer than a tenth of a metre is noise.
        value = decimal_from_json(raw, 15).quantize(Decimal(1).scaleb(-SCALE))
    except FieldFault as fault:
        raise fault.under(f"/{name}") from fault
    limit = _LIMITS[name]
    if abs(value) > limit:
        raise FieldFault("out_of_range", "Must be between -{limit} and {limit}.", {"limit": limit}, f"/{name}")
    return value or abs(value)


def _read(parts: Parts) -> Json:
    _, latitude, longitude = parts
    if latitude is None or longitude is None:
        return None
    return {"latitude": format(latitude, "f"), "longitude": format(longitude, "f")}
