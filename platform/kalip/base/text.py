"""Text in several languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DEFAULT_LOCALE = "en"
LANGUAGES: Final = ("en", "tr", "ru")
"""The languages that Kalip itself speaks, and that are taken along from other systems."""


@dataclass(frozen=True, slots=True)
class Text:
    """A label in some languages: pairs of locale and text, in the order written."""

    pairs: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, value: "str | Mapping[str, str] | Text | None", fallback: str = "") -> "Text":
        """Read a label as metadata writes it: a string (meant for every locale) or a map."""
        if isinstance(value, Text):
            return value
        if isinstance(value, str):
            return cls(((DEFAULT_LOCALE, value),))
        if value:
            return cls(tuple(value.items()))
        return cls(((DEFAULT_LOCALE, fallback),)) if fallback else cls()

    def get(self, locale: str = DEFAULT_LOCALE) -> str:
        """The text for a locale; else its base language, English, or the first there is."""
        texts = dict(self.pairs)
        for wanted in (locale, locale.split("-")[0].split("_")[0], DEFAULT_LOCALE):
            if wanted in texts:
                return texts[wanted]
        return self.pairs[0][1] if self.pairs else ""

    def with_locale(self, locale: str, text: str) -> "Text":
        """A copy that says `text` in `locale`."""
        return Text((*((key, value) for key, value in self.pairs if key != locale), (locale, text)))

    def __str__(self) -> str:
        return self.get()

    def __bool__(self) -> bool:
        return bool(self.pairs)
