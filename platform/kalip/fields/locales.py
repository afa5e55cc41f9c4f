"""Babel's data for a locale: separators, date order, digits. Unknown locales fall back to English."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format
from babel.numbers import get_decimal_symbol, get_group_symbol


@dataclass(frozen=True, slots=True)
class NumberShape:
    """How a locale writes numbers: `grouped` and `plain` match whole texts in ASCII digits."""

    decimal: str
    group: str
    grouped: re.Pattern[str]
    plain: re.Pattern[str]


@lru_cache(maxsize=256)
def locale_of(code: str) -> Locale:
    """Babel's locale for `tr`, `pt-BR` or `pt_BR`; English for anything unknown."""
    try:
        return Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en")


@cache
def number_shape(locale: Locale) -> NumberShape:
    """The number shape of a locale; its blank group separators are all written as a plain space."""
    decimal = get_decimal_symbol(locale)
    group = get_group_symbol(locale)
    group = " " if group.isspace() else group.replace("’", "'")
    first, second = locale.decimal_formats[None].grouping
    mark = re.escape(group)
    middle = f"{mark}[0-9]{{{second}}}"
    fraction = rf"(?:{re.escape(decimal)}[0-9]+)?"
    return NumberShape(
        decimal,
        group,
        re.compile(rf"-?[0-9]{{1,{second}}}(?:{middle})*{mark}[0-9]{{{first}}}{fraction}"),
        re.compile(rf"-?[0-9]+{fraction}"),
    )


@cache
def date_order(locale: Locale) -> str:
    """The order of a numeric date: `dmy`, `mdy` or `ymd`."""
    pattern = get_date_format("short", locale).pattern
    letters = [letter.lower() for letter in re.sub("'[^']*'", "", pattern) if letter in "dMy"]
    return "".join(dict.fromkeys(letters))


def ascii_digits(text: str) -> str:
    """Digits of every script as ASCII ones, blanks as spaces, minus signs as `-`; the rest as it is."""
    if text.isascii():
        return text.strip()
    return "".join(_plain(letter) for letter in text).strip()


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    if letter.isspace():
        return " "
    return {"−": "-", "–": "-", "’": "'", "٫": ".", "\u200e": "", "\u200f": ""}.get(letter, letter)
