"""A number of stars."""

from collections.abc import Sequence
from typing import Any

from kalip.expressions import INTEGER
from kalip.fields.columns import small_integer_column
from kalip.fields.families import range_faults
from kalip.fields.fault import FieldFault
from kalip.fields.field_type import OptionFault, Part, Style
from kalip.fields.operators import words
from kalip.fields.options import keys, option, setting
from kalip.fields.types.integer import IntegerType
from kalip.model import Field

MOST = 5


class RatingType(IntegerType):
    """A number of stars from 1."""

    name = "rating"
    label = words("Rating", "Puan", "Оценка")
    description = "A number of stars from 1 to `max`; null means not rated."
    widget = "rating"
    sums = False
    options = keys(
        {
            "max": option("Most stars", f"{MOST} when left out.", type="integer", minimum=2, maximum=10, default=MOST),
        }
    )

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return (1, setting(field.options, "max", MOST))

    def parts(self, field: Field) -> tuple[Part, ...]:
        """One small column."""
        return (Part("", INTEGER, small_integer_column()),)

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Refuse what lies outside of 1 and the most stars."""
        return range_faults(value, 1, setting(field.options, "max", MOST))

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """JSON Schema says it all."""
        return ()

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """A small whole number."""
        return {"type": "integer", **({"minimum": 1, "maximum": setting(field.options, "max", MOST)} if write else {})}

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """Stars out of stars: 3/5."""
        return f"{value}/{setting(field.options, 'max', MOST)}"
