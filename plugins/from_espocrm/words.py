"""What things are called in the languages that are taken along."""

from collections.abc import Mapping
from typing import Any

from kalip.runtime.plugins import Label, Source, made_name, texts
from plugins.from_espocrm.metadata import Metadata, text


class Words:
    """Labels of entities, fields, links, options and panels; English ones are made from names where none is given."""

    def __init__(self, source: Source, found: Metadata) -> None:
        self._languages: dict[str, list[Mapping[str, Mapping[str, Any]]]] = {}
        for name in sorted(found.i18n, key=_distance):
            locale = _locale(name, source.languages)
            if locale is not None:
                self._languages.setdefault(locale, []).append(found.i18n[name])

    def entity(self, name: str) -> Label:
        """One record of an entity."""
        return self._label(name, ("Global", "scopeNames", name))

    def entities(self, name: str) -> Label:
        """Many records of an entity; empty when nothing says it."""
        return self._found(("Global", "scopeNamesPlural", name))

    def field(self, entity: str, name: str) -> Label:
        """A field."""
        return self._label(name, (entity, "fields", name), (entity, "links", name), ("Global", "fields", name))

    def link(self, entity: str, name: str) -> Label:
        """A link."""
        return self._label(name, (entity, "links", name), (entity, "fields", name), ("Global", "links", name))

    def tooltip(self, entity: str, name: str) -> Label:
        """What people read below a field; empty when nothing says it."""
        return self._found((entity, "tooltips", name))

    def panel(self, entity: str, label: str) -> Label:
        """A panel or tab, which layouts name by a label."""
        return self._found((entity, "labels", label), ("Global", "labels", label), english=label) or label

    def options(self, entity: str, name: str) -> list[str]:
        """The options of a field that only translations know."""
        for said in (each for spoken in self._languages.values() for each in spoken):
            known = _at(said, (entity, "options", name)) or _at(said, ("Global", "options", name))
            if isinstance(known, dict) and known:
                return list(known)
        return []

    def option(self, path: tuple[str, str], value: str) -> Label:
        """A value of the options at an entity and a field."""
        entity, name = path
        return self._found((entity, "options", name, value), ("Global", "options", name, value), english=value) or value

    def _label(self, name: str, *paths: tuple[str, ...]) -> Label:
        english = made_name(name, "field").replace("_", " ").capitalize()
        return self._found(*paths, english=english) or english

    def _found(self, *paths: tuple[str, ...], english: str = "") -> Label:
        said = {
            locale: next((each for known in spoken for path in paths if (each := text(_at(known, path)))), "")
            for locale, spoken in self._languages.items()
        }
        said = {locale: each for locale, each in said.items() if each}
        return texts({"en": english, **said} if english and said else said)


def _at(value: object, path: tuple[str, ...]) -> object:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _distance(name: str) -> tuple[bool, str]:
    """First the languages of their own countries, and English as EspoCRM is written in: others fill their gaps."""
    language, _, region = name.partition("_")
    return (region.lower() not in ("", language) and name != "en_US", name)


def _locale(name: str, languages: tuple[str, ...]) -> str | None:
    """The language that a folder such as `pt_BR` is taken for; None when it isn't asked for."""
    language, _, region = name.partition("_")
    exact = f"{language}-{region}" if region else language
    return next((each for each in (exact, language) if each in languages), None)
