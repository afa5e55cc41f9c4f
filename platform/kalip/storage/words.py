"""Words of texts as the search index holds them: folded, and stemmed for Turkish, English and Russian.

Both databases get the same words, so they find the same. A Latin word may be Turkish or English: it is kept with the
stems of both, and a query word matches when any of its forms is there.
"""

import re
import threading
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Final

from Stemmer import Stemmer

_WORD: Final = re.compile(r"[^\W_]+")
_LONGEST_WORD: Final = 60
_MOST_WORDS: Final = 10_000
_SHORTEST_STEMMED: Final = 3
# A local telephone number is the tail of an international one.
_PHONE_TAILS: Final = (10, 7)
_TURKISH_CASE: Final = str.maketrans({"İ": "i", "I": "ı"})


class _Stemmers(threading.local):
    """Snowball's stemmers; one of them works for one thread at a time."""

    def __init__(self) -> None:
        self.english = Stemmer("english")
        self.turkish = Stemmer("turkish")
        self.russian = Stemmer("russian")


_STEMMERS: Final = _Stemmers()


def index_words(text: str) -> list[str]:
    """The words under which a text is found: every form of every word, in order, repetitions kept."""
    words: list[str] = []
    for word in _words(text):
        words.extend(word_forms(word))
        if len(words) > _MOST_WORDS:
            break
    return words


def query_words(text: str) -> list[tuple[str, ...]]:
    """The words of a query: for each one the forms of which any may match."""
    return [word_forms(word) for word in _words(text)]


def matched(query: Sequence[tuple[str, ...]], words: Collection[str]) -> int:
    """How many words of a query are among a text's, as the index would say; the last one may be only begun."""
    found = sum(any(form in words for form in forms) for forms in query)
    if query and not any(form in words for form in query[-1]):
        found += any(word.startswith(query[-1][0]) for word in words)
    return found


@lru_cache(maxsize=65_536)
def word_forms(word: str) -> tuple[str, ...]:
    """The folded word first, then its stems where they differ."""
    forms = [fold(word)]
    if word.isdigit():
        forms += [word[-tail:] for tail in _PHONE_TAILS if len(word) > tail]
    elif len(word) > _SHORTEST_STEMMED:
        forms += [fold(stem) for stem in _stems(word)]
    return tuple(dict.fromkeys(form for form in forms if form))


def fold(word: str) -> str:
    """Without case and accents; Turkish dotted and dotless i are one, Russian ё is е, й stays."""
    lowered = word.translate(_TURKISH_CASE).lower().replace("ı", "i")
    marks = (
        char for char in unicodedata.normalize("NFD", lowered.replace("й", "\0")) if not unicodedata.combining(char)
    )
    return "".join(marks).replace("\0", "й")


def _words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(unicodedata.normalize("NFKC", text)):
        yield found.group()[:_LONGEST_WORD]


def _stems(word: str) -> Iterator[str]:
    if any("\u0400" <= char <= "\u04ff" for char in word):
        yield _STEMMERS.russian.stemWord(word.lower().replace("ё", "е"))
    elif word.isalpha():
        yield _STEMMERS.turkish.stemWord(word.translate(_TURKISH_CASE).lower())
        yield _STEMMERS.english.stemWord(unicodedata.normalize("NFC", word.replace("İ", "i")).lower())
