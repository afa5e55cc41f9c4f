"""Exact numbers: from JSON, from text as a locale writes it, and back. Never builds a number it has not measured."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.locales import ascii_digits, locale_of, number_shape

MAX_DIGITS = 18
"""Digits of a stored decimal, before and behind the point together: what a 64-bit integer holds."""
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LONGEST = 64


def decimal_from_json(raw: Any, scale: int) -> Decimal:
    """Read a decimal written as text (`"12.50"`) or as a JSON number. Raises FieldFault."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise wrong_type("a decimal as text", raw)
    if isinstance(raw, int) and not INTEGER_MIN <= raw <= INTEGER_MAX:
        raise _too_many_digits(scale)
    text = raw if isinstance(raw, str) else _written(raw)
    return fit(text, scale)


def decimal_from_text(text: str, scale: int, locale: str) -> Decimal:
    """Read a decimal as a locale writes it, strictly: `1.234,50` in Turkish. Raises FieldFault."""
    return fit(machine_number(text, locale), scale)


def integer_from_text(text: str, locale: str) -> int:
    """Read a whole number as a locale writes it. Raises FieldFault."""
    plain = machine_number(text, locale)
    if "." in plain:
        raise FieldFault("not_whole", "Expected a whole number.")
    return checked_integer(int(plain))


def checked_integer(value: int) -> int:
    """The same number when 64 bits hold it. Raises FieldFault."""
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise FieldFault("too_large", "The number doesn't fit in 64 bits.")
    return value


def machine_number(text: str, locale: str) -> str:
    """Rewrite a number from a locale's writing to `1234.50`. Raises FieldFault."""
    if len(text) > _LONGEST:
        raise FieldFault("not_a_number", "The number is too long.")
    shape = number_shape(locale_of(locale))
    plain = ascii_digits(text)
    if shape.grouped.fullmatch(plain):
        plain = plain.replace(shape.group, "")
    elif not shape.plain.fullmatch(plain):
        example = format_decimal(Decimal("1234.5"), locale=locale_of(locale))
        raise FieldFault(
            "not_a_number", "'{text}' is not a number; write it like {example}.", {"text": text, "example": example}
        )
    return plain.replace(shape.decimal, ".")


def fit(text: str, scale: int) -> Decimal:
    """Read plain `1234.50` exactly into a decimal of `scale` places. Raises FieldFault."""
    if len(text) > _LONGEST or not _PLAIN.fullmatch(text):
        raise FieldFault("not_a_number", "Expected a decimal such as 1234.50.")
    whole, _, fraction = text.lstrip("-").partition(".")
    fraction = fraction.rstrip("0")
    if fraction and scale == 0:
        raise FieldFault("not_whole", "Expected a whole number.")
    if len(fraction) > scale:
        raise FieldFault("too_many_decimals", "At most {scale} digits behind the point.", {"scale": scale})
    digits = int(whole + fraction.ljust(scale, "0"))
    if digits >= 10**MAX_DIGITS:
        raise _too_many_digits(scale)
    return from_scaled(-digits if text.startswith("-") else digits, scale)


def from_scaled(digits: int, scale: int) -> Decimal:
    """The decimal that an integer holds with `scale` places: 1250 with 2 is 12.50."""
    return Decimal(digits).scaleb(-scale)


def to_scaled(value: Decimal, scale: int) -> int:
    """The integer that holds a decimal with `scale` places. Raises ValueError when it doesn't fit."""
    if not value.is_finite() or value.adjusted() >= MAX_DIGITS:
        raise ValueError(f"{value} does not fit in {MAX_DIGITS} digits")
    sign, digits, exponent = value.as_tuple()
    shift = int(exponent) + scale
    number = int("".join(map(str, digits)))
    if shift >= 0:
        number *= 10**shift
    else:
        number, rest = divmod(number, 10**-shift) if -shift <= len(digits) else (0, number)
        if rest:
            raise ValueError(f"{value} has more than {scale} digits behind the point")
    if number >= 10**MAX_DIGITS:
        raise ValueError(f"{value} does not fit in {MAX_DIGITS} digits")
    return -number if sign else number


def _written(number: float | Decimal) -> str:
    # repr of a float is the shortest text that reads back: what the sender meant by 0.1.
    text = str(number) if isinstance(number, Decimal) else repr(number)
    mantissa, mark, exponent = text.lower().partition("e")
    if not mark:
        return text
    if not exponent.lstrip("+-").isdigit() or len(exponent) > 4 or abs(int(exponent)) > _LONGEST:
        raise FieldFault("not_a_number", "Expected a decimal such as 1234.50.")
    return format(Decimal(mantissa).scaleb(int(exponent)), "f")


def _too_many_digits(scale: int) -> FieldFault:
    return FieldFault("too_large", "At most {digits} digits before the point.", {"digits": MAX_DIGITS - scale})
