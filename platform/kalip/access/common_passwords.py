"""Whether a password is one of the first that anybody would try: listed, a walk over keys, a thing repeated.

The list is a filter beside this file, made by `python -m tests.support.common_passwords`: it says of about one in a
hundred thousand other words that they are in it, and never that one that is in it isn't. Asks nobody outside.
"""

import hashlib
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

FILTER: Final = Path(__file__).with_name("common_passwords.bin")
MAGIC: Final = b"KCP1"
BITS_FOR_EACH: Final = 24
PROBES: Final = 16
SHORTEST: Final = 4
"""Shorter words are in no list: they are in every password."""

# What people put before and after a word to please a rule.
_MOST_DECORATION: Final = 6
_DECORATION: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LOOKALIKES: Final = (
    str.maketrans("013457@$!|€", "oieastasiie"),
    str.maketrans("013457@$!|€", "oleastaslle"),
)
_LONGEST_UNIT: Final = 5
_SHORTEST_RUN: Final = 3
_MOST_RUNS: Final = 3
_ROWS: Final = (
    *("01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz"),
    *("qwertyuıopğü", "asdfghjklşi", "zxcvbnmöç", "fgğıodrnhpqw", "uieaütkmlyşx", "jövcçzsb"),
    "abcçdefgğhıijklmnoöprsştuüvyz",
    *("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    *("1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",),
    "qazwsxedcrfvtgbyhnujmikolp",
    *("zaq1xsw2cde3vfr4bgt5nhy6mju7", "1й2ц3у4к5е6н7г8ш9щ0з", "!@#$%^&*()_+", "!\"№;%:?*()_+"),
)  # fmt: skip


def is_common(password: str) -> bool:
    """Whether a password, its case and what decorates it apart, is common, a walk over keys, or a thing repeated."""
    text = folded(password)
    return _is_walk(text) or _is_repeated(text) or any(is_listed(each) for each in _cores(text))


def is_listed(word: str) -> bool:
    """Whether a folded word is in the list."""
    if len(word) < SHORTEST:
        return False
    bits = _bits()
    return all(bits[place >> 3] >> (place & 7) & 1 for place in places_of(word, len(bits) * 8))


def folded(text: str) -> str:
    """A text as it is compared: without regard to case, to how signs are composed and dotted (Turkish)."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", plain.replace("\u0307", "").replace("ı", "i"))


def places_of(word: str, size: int) -> Iterator[int]:
    """The bits of a filter of `size` bits that stand for a word."""
    digest = hashlib.sha256(word.encode()).digest()
    first, step = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8))
    return ((first + index * (step | 1)) % size for index in range(PROBES))


def filter_of(words: Iterable[str]) -> bytes:
    """The filter's file for folded words: the same words in any order give the same bytes."""
    known = {word for word in words if len(word) >= SHORTEST}
    bits = bytearray(len(known) * BITS_FOR_EACH // 8 + 1)
    for word in known:
        for place in places_of(word, len(bits) * 8):
            bits[place >> 3] |= 1 << (place & 7)
    return MAGIC + bytes(bits)


@cache
def _bits() -> bytes:
    content = FILTER.read_bytes()
    if content[: len(MAGIC)] != MAGIC:
        raise ValueError(f"{FILTER} is no filter of passwords")
    return content[len(MAGIC) :]


def _cores(text: str) -> Iterator[str]:
    """What a password may be without what was done to it to make it look better."""
    for each in dict.fromkeys((text, *(text.translate(table) for table in _LOOKALIKES))):
        core = _DECORATION.sub("", each)
        yield each
        yield each[::-1]
        if len(each) - len(core) <= _MOST_DECORATION:
            yield core
            yield core[::-1]
    core = _DECORATION.sub("", text)
    if len(text) - len(core) <= _MOST_DECORATION:
        yield from (core.translate(table) for table in _LOOKALIKES)


def _is_repeated(text: str) -> bool:
    for length in range(1, len(text) // 2 + 1):
        unit = text[:length]
        if len(text) % length == 0 and unit * (len(text) // length) == text:
            return length <= _LONGEST_UNIT or _is_walk(unit) or any(is_listed(each) for each in _cores(unit))
    return False


def _is_walk(text: str) -> bool:
    """Whether the whole text is at most a few runs along rows of keys, or of an alphabet, in either direction."""
    runs, at = 0, 0
    while at < len(text):
        run = max((_run(text, at, row) for row in _directions()), default=0)
        if run < _SHORTEST_RUN or runs == _MOST_RUNS:
            return False
        runs, at = runs + 1, at + run
    return runs > 0


def _run(text: str, at: int, row: str) -> int:
    place = row.find(text[at])
    if place < 0:
        return 0
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(text[at:], row[place:], strict=False))
    return sum(1 for _ in pairs)


@cache
def _directions() -> tuple[str, ...]:
    return tuple(each for row in map(folded, _ROWS) for each in (row, row[::-1]))
