"""Functions on text.

Case is changed by a fixed table, so that it never depends on a database's locale: Latin, Greek and Cyrillic letters one
to one, and the Turkish İ becomes i without a stray dot.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Final

from kalip.expressions.encoding import canonical
from kalip.expressions.functions.builtin import Builtin
from kalip.expressions.functions.pattern import Pattern
from kalip.expressions.types import BOOLEAN, DATE, DATETIME, DECIMAL, INTEGER, TEXT, TIME, list_of

MAX_TEXT: Final = 1_000_000
"""Characters beyond which replace gives null, so that nested calls can't fill the memory."""

WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
)
_LETTERS: Final = [chr(code) for code in (*range(0x41, 0x5B), *range(0xC0, 0x530))]
_PAIRS: Final = [
    (letter, letter.lower())
    for letter in _LETTERS
    if len(letter.lower()) == 1 and letter.lower() != letter and letter.lower().upper() == letter
]
UPPER_LETTERS: Final = "".join(upper for upper, _ in _PAIRS) + "İ"
LOWER_LETTERS: Final = "".join(lower for _, lower in _PAIRS) + "i"
_TO_LOWER: Final = str.maketrans(UPPER_LETTERS, LOWER_LETTERS)
# The dotless ı has no pair above, as I is the upper letter of i.
RAISED_LETTERS: Final = "".join(lower for _, lower in _PAIRS) + "ı"
RAISING_LETTERS: Final = "".join(upper for upper, _ in _PAIRS) + "I"
_TO_UPPER: Final = str.maketrans(RAISED_LETTERS, RAISING_LETTERS)
_ASCII_LOWER: Final = str.maketrans({chr(code): chr(code + 32) for code in range(65, 91)})
_ASCII_UPPER: Final = str.maketrans({chr(code): chr(code - 32) for code in range(97, 123)})


def contains(text: str, part: str) -> bool:
    """Tell whether a text has a part."""
    return part in text


def starts_with(text: str, part: str) -> bool:
    """Tell whether a text begins with a part."""
    return text.startswith(part)


def ends_with(text: str, part: str) -> bool:
    """Tell whether a text ends with a part."""
    return text.endswith(part)


def lower(text: str) -> str:
    """Make letters small, the same in every locale."""
    return text.translate(_TO_LOWER)


def upper(text: str) -> str:
    """Make letters large, the same in every locale."""
    return text.translate(_TO_UPPER)


def lower_ascii(text: str) -> str:
    """Make the letters A to Z small."""
    return text.translate(_ASCII_LOWER)


def upper_ascii(text: str) -> str:
    """Make the letters a to z large."""
    return text.translate(_ASCII_UPPER)


def trim(text: str) -> str:
    """Cut white space off both ends."""
    return text.strip(WHITE_SPACE)


def rest(text: str, start: int) -> str:
    """Give a text from a position on, counted from 0."""
    return text[max(start, 0) :]


def substring(text: str, start: int, end: int) -> str:
    """Give the part of a text between two positions; positions outside are moved to the nearer end."""
    return text[max(start, 0) : max(end, 0)]


def replace(text: str, old: str, new: str) -> str | None:
    """Replace each `old`; an empty one changes nothing. Null when the result is longer than MAX_TEXT."""
    if not old:
        return text
    length = len(text) + text.count(old) * (len(new) - len(old))
    return text.replace(old, new) if length <= MAX_TEXT else None


def split(text: str, separator: str) -> tuple[str, ...]:
    """Cut a text at each separator; an empty one cuts between all characters."""
    return tuple(text.split(separator)) if separator else tuple(text)


def index_of(text: str, part: str) -> int:
    """Find a part, counted from 0; -1 when it isn't there."""
    return text.find(part)


def matches(text: str, pattern: str) -> bool | None:
    """Tell whether a pattern is found in a text; null for a pattern that isn't one."""
    compiled = Pattern.of(pattern)
    return None if compiled is None else compiled.found_in(text)


def text_of_boolean(value: bool) -> str:  # noqa: FBT001  the value itself
    """Write true or false."""
    return "true" if value else "false"


def text_of_moment(moment: datetime) -> str:
    """Write a moment by RFC 3339 in UTC, with a fraction only when there is one."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def text_of_time(moment: time) -> str:
    """Write a time of day as HH:MM:SS."""
    return moment.replace(microsecond=0).isoformat()


def _size_bound(text: str, old: str, new: str) -> str:
    count = f"(length({text}) - length(replace({text}, {old}, ''))) / length({old})"
    return f"length({text}) + ({count}) * (length({new}) - length({old})) <= {MAX_TEXT}"


def _same(value: str) -> str:
    return value


def _written(value: int) -> str:
    return str(value)


def _iso(value: date) -> str:
    return value.isoformat()


def _canonical(value: Decimal) -> str:
    return canonical(value)


_CLAMPED = "LEAST(GREATEST({0}, 0), 100000000)"
_FROM = _CLAMPED.format("{1}")
_TO = _CLAMPED.format("{2}")
_REPLACED = f"WHEN {_size_bound('{0}', '{1}', '{2}')} THEN replace({{0}}, {{1}}, {{2}})"
# The colons of a format would be read as parameters, so the writer binds it by this name.
_MOMENT = "replace(to_char({0} AT TIME ZONE 'UTC', {moment_format}), '.000000Z', 'Z')"

_CASE = {
    "lower": "translate({0}, {upper_letters}, {lower_letters})",
    "upper": "translate({0}, {raised_letters}, {raising_letters})",
}

TEXT_FUNCTIONS: Final = (
    Builtin("contains", (TEXT, TEXT), BOOLEAN, contains, "strpos({0}, {1}) > 0", "instr({0}, {1}) > 0"),
    Builtin(
        "startsWith", (TEXT, TEXT), BOOLEAN, starts_with, "starts_with({0}, {1})", "substr({0}, 1, length({1})) = {1}"
    ),
    Builtin("endsWith", (TEXT, TEXT), BOOLEAN, ends_with, "right({0}, length({1})) = {1}"),
    Builtin("matches", (TEXT, TEXT), BOOLEAN, matches, nullable=True, complaint="this is not a pattern known here"),
    Builtin("lower", (TEXT,), TEXT, lower, _CASE["lower"]),
    Builtin("upper", (TEXT,), TEXT, upper, _CASE["upper"]),
    Builtin("lowerAscii", (TEXT,), TEXT, lower_ascii, 'lower({0} COLLATE "C")', "lower({0})"),
    Builtin("upperAscii", (TEXT,), TEXT, upper_ascii, 'upper({0} COLLATE "C")', "upper({0})"),
    Builtin("trim", (TEXT,), TEXT, trim, "btrim({0}, {white_space})"),
    Builtin("substring", (TEXT, INTEGER), TEXT, rest, f"substr({{0}}, CAST({_FROM} AS INTEGER) + 1)"),
    Builtin(
        "substring", (TEXT, INTEGER, INTEGER), TEXT, substring,
        f"substr({{0}}, CAST({_FROM} AS INTEGER) + 1, CAST(GREATEST({_TO} - {_FROM}, 0) AS INTEGER))",
    ),
    Builtin(
        "replace", (TEXT, TEXT, TEXT), TEXT, replace, f"CASE WHEN {{1}} = '' THEN {{0}} {_REPLACED} END", nullable=True
    ),
    Builtin("split", (TEXT, TEXT), list_of(TEXT), split),
    Builtin("indexOf", (TEXT, TEXT), INTEGER, index_of, "CAST(strpos({0}, {1}) - 1 AS BIGINT)", "instr({0}, {1}) - 1"),
    Builtin("size", (TEXT,), INTEGER, len, "CAST(length({0}) AS BIGINT)", "length({0})"),
    Builtin("string", (TEXT,), TEXT, _same, "{0}", "{0}"),
    Builtin("string", (BOOLEAN,), TEXT, text_of_boolean, "CAST({0} AS TEXT)"),
    Builtin("string", (INTEGER,), TEXT, _written, "CAST({0} AS TEXT)", "CAST({0} AS TEXT)"),
    Builtin("string", (DECIMAL,), TEXT, _canonical, "CAST(trim_scale({0}) AS TEXT)"),
    Builtin("string", (DATE,), TEXT, _iso, "to_char({0}, 'YYYY-MM-DD')", "{0}"),
    Builtin("string", (DATETIME,), TEXT, text_of_moment, _MOMENT),
    Builtin("string", (TIME,), TEXT, text_of_time, "CAST(CAST({0} AS TIME(0)) AS TEXT)", "{0}"),
)  # fmt: skip
"""All overloads, in the order in which they are tried."""

SQL_WORDS: Final = {
    "upper_letters": UPPER_LETTERS,
    "lower_letters": LOWER_LETTERS,
    "raised_letters": RAISED_LETTERS,
    "raising_letters": RAISING_LETTERS,
    "white_space": WHITE_SPACE,
    "moment_format": 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"',
}
"""Constants that the SQL of functions names in braces; the writer binds them as parameters."""
