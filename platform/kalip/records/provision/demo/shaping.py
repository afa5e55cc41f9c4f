"""Shapes texts for addresses and names: plain ASCII, slugs, e-mail addresses. Knows Turkish and Cyrillic letters."""

import re
import unicodedata
from typing import Final

_LETTERS: Final = {
    "ı": "i", "İ": "I", "ş": "s", "Ş": "S", "ğ": "g", "Ğ": "G", "ç": "c", "Ç": "C", "ö": "o", "Ö": "O",
    "ü": "u", "Ü": "U", "ß": "ss", "ø": "o", "æ": "ae", "ł": "l",
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "",
    "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
_TABLE: Final = str.maketrans(
    _LETTERS | {low.upper(): high.capitalize() for low, high in _LETTERS.items() if "а" <= low <= "ё"}
)

SHAPES: Final = ("plain", "ascii", "slug", "email")


def shaped(text: str, shape: str) -> str:
    """A text in a shape; `email` here means one filled-in piece of an address."""
    if shape == "plain":
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_TABLE)).encode("ascii", "ignore").decode()
    if shape == "ascii":
        return plain
    allowed = r"[^a-z0-9]+" if shape == "slug" else r"[^a-z0-9.-]+"
    joint = "-" if shape == "slug" else ""
    return re.sub(allowed, joint, plain.lower()).strip("-.")


def numbered(text: str, number: int) -> str:
    """A text told apart from equal ones: `x2`, and before the @ in an address."""
    name, sign, domain = text.partition("@")
    return f"{name}{number}{sign}{domain}"
