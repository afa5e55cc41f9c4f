"""How Frappe names records: series and formats become running numbers, a field becomes the key."""

import re
from dataclasses import dataclass
from typing import Final

_DATES: Final = {"YYYY": "{year}", "YY": "{year}", "MM": "{month}", "DD": "{day}", "FY": "{year}", "JJJ": "{day}"}
_ORDER: Final = ("never", "year", "month", "day")
_LONGEST: Final = 60
_DIGITS: Final = re.compile(r"#+")


@dataclass(frozen=True, slots=True)
class Numbering:
    """A format of running numbers, when counting begins again, and what it can't say."""

    format: str
    period: str
    lost: tuple[str, ...] = ()


def from_series(series: str) -> Numbering:
    """`CRM-.YYYY.-.####`: parts between points, the last of hashes; five digits when there are none."""
    return _numbering(series.split("."))


def from_format(text: str) -> Numbering:
    """`format:CRM-{MM}-{####}`: parts in braces."""
    return _numbering(re.split(r"[{}]", text))


def _numbering(parts: list[str]) -> Numbering:
    made: list[str] = []
    lost: list[str] = []
    counted = False
    dates: set[str] = set()
    for part in parts:
        if _DIGITS.fullmatch(part):
            if not counted:
                made.append(f"{{number:{len(part):02}}}" if len(part) > 1 else "{number}")
            counted = True
        elif part in _DATES:
            made.append(_DATES[part])
            dates |= {_DATES[part]} if not counted else set()
            if part in ("YY", "FY", "JJJ"):
                lost.append(f"'{part}' is written as {_DATES[part]}")
        elif part.startswith((".", "{")) or re.fullmatch(r"[a-z_]\w*", part) or part in ("WW", "timestamp"):
            lost.append(f"'{part}' is left out: numbers hold no fields")
        else:
            made.append(re.sub(r"[{}\x00-\x1f]", "", part))
    if not counted:
        made.append("{number:05}")
    text = re.sub(r"([-/ ])\1+", r"\1", "".join(made)).lstrip("-/. ")
    if len(text) > _LONGEST:
        return Numbering("{number:05}", "never", (*lost, "the series is too long"))
    return Numbering(text, _period(dates), tuple(lost))


def _period(dates: set[str]) -> str:
    """Frappe counts anew for each prefix: with the year in it each year, with the month each month."""
    needed = ("{year}", "{month}", "{day}")
    depth = 0
    while depth < len(needed) and needed[depth] in dates:
        depth += 1
    return _ORDER[depth]
