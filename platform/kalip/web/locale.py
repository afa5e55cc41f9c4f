"""The words of the user interface in the reader's language. English texts are their own keys.

A catalogue in `translations/<locale>.json` maps each English text to its translation, or to a map of
plural form (as CLDR names them: one, few, many, other) to text for those that count.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel import Locale
from flask import g, has_request_context, request

from kalip.base.errors import KalipError, Violation, fill, message_in

LOCALES: Mapping[str, str] = {"en": "English", "tr": "Türkçe", "ru": "Русский"}
DEFAULT = "en"
COOKIE = "kalip_locale"
TRANSLATIONS = Path(__file__).parent / "translations"


def translate(locale: str, text: str, /, **params: object) -> str:
    """The text in a locale, its `{places}` filled; English when there is no translation."""
    found = catalogue(locale).get(text, text)
    if isinstance(found, dict):
        found = found.get("other", text)
    return fill(found, params)


def translate_count(locale: str, one: str, other: str, count: int, /, **params: object) -> str:
    """The text for a count. The catalogue's key is the English text for many."""
    found = catalogue(locale).get(other)
    form = Locale.parse(locale).plural_form(count)
    english = one if count == 1 else other
    text = (found.get(form) or found["other"]) if isinstance(found, dict) else (found or english)
    return fill(text, {"count": count, **params})


def message_of(locale: str, fault: Violation | KalipError) -> str:
    """What a violation or error says, in a locale."""
    return message_in(fault, locale, translate)


def current_locale() -> str:
    """The locale of the present request: the person's own, the chosen one, or the browser's."""
    if not has_request_context():
        return DEFAULT
    found = g.get("locale")
    if found is None:
        found = g.locale = _choose()
    return str(found)


def use_locale(locale: str) -> None:
    """Answer the present request in a locale; an unknown one changes nothing."""
    base = locale.replace("_", "-").split("-")[0]
    if base in LOCALES:
        g.locale = base


def gettext(text: str, /, **params: object) -> str:
    """Translate for the present request; templates call it `_`."""
    return translate(current_locale(), text, **params)


def ngettext(one: str, other: str, count: int, /, **params: object) -> str:
    """Translate a text that counts for the present request; templates call it `_n`."""
    return translate_count(current_locale(), one, other, count, **params)


@cache
def catalogue(locale: str) -> Mapping[str, str | dict[str, str]]:
    """All translations of a locale; empty for English and for unknown ones."""
    file = TRANSLATIONS / f"{locale}.json"
    if locale not in LOCALES or not file.is_file():
        return {}
    found: dict[str, str | dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _choose() -> str:
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LOCALES:
        return chosen
    return request.accept_languages.best_match(list(LOCALES)) or DEFAULT
