"""What an explanation says: sentences whose templates are translated, and whether each speaks for or against."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kalip.base.errors import fill
from kalip.base.text import Text

Translate = Callable[[str, str], str]
"""Gives an English text in a locale."""


@dataclass(frozen=True, slots=True)
class Because:
    """A sentence of the explanation: an English template with what fills it, and the sentences under it.

    `speaks` is whether it speaks for what is asked about, against it, or neither (None). What fills the template are
    texts, labels (`Text`) and further sentences.
    """

    template: str
    params: Mapping[str, object] = field(default_factory=dict)
    speaks: bool | None = None
    under: tuple["Because", ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a condition read: what its field is called, and the value as the asking person reads it."""

    label: Text
    text: str


def said_in(because: Because, locale: str, translate: Translate) -> str:
    """A sentence in a language, without those under it."""
    filled = {name: _filled(value, locale, translate) for name, value in because.params.items()}
    return fill(translate(locale, because.template), filled).strip()


def _filled(value: object, locale: str, translate: Translate) -> str:
    if isinstance(value, Because):
        return said_in(value, locale, translate)
    if isinstance(value, Text):
        return value.get(locale)
    if isinstance(value, tuple):
        return _listed(value, locale)
    return str(value)


def _listed(values: Iterable[object], locale: str) -> str:
    shown = [f"{each.label.get(locale)}: {each.text}" for each in values if isinstance(each, Value)]
    return f"({'; '.join(shown)})" if shown else ""
