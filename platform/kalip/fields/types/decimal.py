"""An exact decimal."""

from kalip.fields.families import DecimalFamily
from kalip.fields.operators import words


class DecimalType(DecimalFamily):
    """An exact decimal of up to 18 digits."""

    name = "decimal"
    label = words("Decimal number", "Ondalık sayı", "Десятичное число")
    description = (
        'An exact number with a fixed count of digits behind the point; 18 digits in all. Text in JSON: "12.50".'
    )
