"""A figure over the lines of a record."""

from kalip.fields.operators import words
from kalip.fields.options import keys, option
from kalip.fields.types.computed import RESULT_OPTION, ComputedType

FUNCTIONS = ("sum", "count", "min", "max", "avg", "last")


class RollupType(ComputedType):
    """The sum, count, least, greatest, average or last value over the lines of a record, never stored."""

    name = "rollup"
    label = words("Total of lines", "Satır toplamı", "Итог по строкам")
    description = (
        "A figure over the lines of a record: how many there are, or the sum, least, greatest, average or last of one "
        "of their fields. Never stored, so always right."
    )
    widget = "rollup"
    options = keys(
        {
            "of": option("Lines", "The children field of this entity.", type="string", pattern="^[a-z][a-z0-9_]*$"),
            "function": option("Function", "What is made of the lines.", type="string", enum=list(FUNCTIONS)),
            "field": option(
                "Field of the lines",
                "The field that is summed or compared; `count` needs none.",
                type="string",
                pattern="^[a-z][a-z0-9_.]*$",
            ),
            "where": option("Condition", "Expression over a line: only such lines count.", type="string", minLength=1),
            "result": RESULT_OPTION,
        }
    )
    needs = ("of", "function")
