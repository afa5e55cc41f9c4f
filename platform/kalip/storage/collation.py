"""The order of text: one key, made alike in Python, SQLite and PostgreSQL, so that both databases sort the same.

The alphabet is Latin with the Turkish letters in their places, then Cyrillic; case and other accents do not count.
Upper-case I is i, or ı in a site whose language is Turkish or Azerbaijani. Characters outside of the alphabet keep
their code points. Keys compare by code point, so an index over the key serves the order.
"""

import unicodedata
from functools import lru_cache
from typing import Final

SORT_FUNCTIONS: Final = {"kalip_sort": "en", "kalip_sort_tr": "tr"}
"""The key functions inside SQLite, with the language of each: a site of another language wants other indexes."""

_DOTLESS_LANGUAGES: Final = ("tr", "az")
_LATIN: Final = "abcçdefgğhıijklmnoöpqrsştuüvwxyz"
_CYRILLIC: Final = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
# Keys of Latin letters stay ASCII: 32 letters from A on; the punctuation standing there moves below the digits.
_FIRST_LATIN: Final = ord("A")
_FIRST_CYRILLIC: Final = ord("а")
_PUNCTUATION: Final = "[\\]^_`{|}~"
_UNCHANGED: Final = " 0123456789-.,&/()+:#@"
_ACCENTED_RANGES: Final = ((0xC0, 0x180), (0x1E00, 0x1F00))


def sort_key(text: str, language: str = "en") -> str:
    """Give the key by which a text sorts in a site of this language."""
    return text.translate(_table(language))


def sort_key_sql(column: str, dialect: str, language: str) -> str:
    """Give the SQL expression of a column's sort key; an index over the same expression serves it."""
    if dialect == "sqlite":
        return f"{'kalip_sort_tr' if _is_dotless(language) else 'kalip_sort'}({column})"
    source, target = _translation(language)
    return f"""translate({column}, '{source}', '{target}') COLLATE "C\""""


@lru_cache(maxsize=16)
def _table(language: str) -> dict[int, int]:
    return str.maketrans(*_letters(language))


@lru_cache(maxsize=16)
def _translation(language: str) -> tuple[str, str]:
    source, target = _letters(language)
    return source.replace("'", "''"), target.replace("'", "''")


def _is_dotless(language: str) -> bool:
    return language.partition("-")[0].partition("_")[0] in _DOTLESS_LANGUAGES


def _letters(language: str) -> tuple[str, str]:
    """Two texts of equal length: characters, and what each becomes. Frequent ones first: PostgreSQL scans the text."""
    dotless = _is_dotless(language)
    keys: dict[str, str] = {letter: chr(_FIRST_LATIN + place) for place, letter in enumerate(_LATIN)}
    # Not changed, but found sooner so: what is in no place of the text is looked for in all of it.
    keys.update({mark: mark for mark in _UNCHANGED})
    for letter in _LATIN:
        if letter not in "iı":
            keys[letter.upper()] = keys[letter]
    keys["I"] = keys["ı" if dotless else "i"]
    keys["İ"] = keys["i"]
    for place, letter in enumerate(_CYRILLIC):
        keys[letter] = keys[letter.upper()] = chr(_FIRST_CYRILLIC + place)
    keys["ё"] = keys["Ё"] = keys["е"]
    for mark in _PUNCTUATION:
        keys[mark] = "!"
    for first, last in _ACCENTED_RANGES:
        for code in range(first, last):
            base = unicodedata.normalize("NFD", chr(code))[0]
            if base in keys and chr(code) not in keys:
                keys[chr(code)] = keys[base]
    return "".join(keys), "".join(keys.values())
