"""Puts the texts of a language document into the documents that they translate."""

from collections.abc import Mapping
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.base.names import did_you_mean, humanize
from kalip.base.text import DEFAULT_LOCALE
from kalip.metadata import codes
from kalip.metadata.documents import Document
from kalip.metadata.merged import Setter
from kalip.metadata.overlay import present_name
from kalip.metadata.source import escape, unescape

Map = dict[str, Any]


class Translation:
    """One document's texts in one language being put in; collects who set what, and what is wrong."""

    def __init__(self, language: Document, address: str, setters: Mapping[str, tuple[Setter, ...]]) -> None:
        self.language = language
        self.locale = language.names[0]
        self.prefix = f"/{escape(address)}"
        steps = address.split("/")
        self.subject = steps[1] if steps[-1] == "entity" else steps[-1]
        self.setters = dict(setters)
        self.diagnostics: list[Diagnostic] = []

    def put(self, base: Mapping[str, Any], texts: Mapping[str, Any]) -> Map:
        """The data with the texts in; `base` is not changed."""
        return self._maps(dict(base), texts, "", self.prefix)

    def _maps(self, base: Map, texts: Mapping[str, Any], at: str, source: str) -> Map:
        for key, value in texts.items():
            pointer = f"{source}/{escape(key)}"
            name = self._present_name(base, key, pointer)
            target = f"{at}/{escape(name)}"
            below = base.get(name)
            if isinstance(value, str):
                base[name] = self._with_text(below, value, at if name == "label" else None)
                setter = (self.language, pointer)
                place = f"{target}/{self.locale}"
                self.setters[place] = (*self.setters.get(place, ()), setter)
            elif isinstance(below, dict):
                base[name] = self._maps(dict(below), value, target, pointer)
            else:
                hint = did_you_mean(name, base) or "remove it"
                message = f"there is no '{name}' to translate"
                self.diagnostics.append(self.language.diagnostic(codes.BAD_TRANSLATION, message, hint, pointer))
        return base

    def _with_text(self, below: Any, text: str, labelled: str | None) -> Map:
        """The texts with one more; a label that was made from a name stays what it is in English."""
        texts = {DEFAULT_LOCALE: below} if isinstance(below, str) else dict(below or {})
        if not texts and labelled is not None:
            texts[DEFAULT_LOCALE] = humanize(unescape(labelled.rpartition("/")[2]) or self.subject)
        return {**texts, self.locale: text}

    def _present_name(self, base: Map, key: str, pointer: str) -> str:
        name = present_name(base, key)
        if name != key:
            message = f"'{key}' is now called '{name}'"
            found = self.language.diagnostic(codes.OLD_NAME, message, f"write '{name}'", pointer, "warning")
            self.diagnostics.append(found)
        return name
