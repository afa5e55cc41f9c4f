"""Fills templates of mail with a record: values as the reader's language writes them, seen with the actor's rights."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from kalip.access import Masked
from kalip.base.errors import BadRequest, NotFound
from kalip.base.names import did_you_mean
from kalip.fields import Style
from kalip.fields.locales import locale_of
from kalip.model import USER, Entity, Field, MailTemplate, Pieces, Placeholder
from kalip.records import Titles, Work, titles_of
from kalip.records.commands import Record
from kalip.records.naming import Path, visible_entity
from kalip.records.reading import read_row
from kalip.records.related import readable_path
from kalip.records.rules import REFERENCE

_YES_NO: Final[Mapping[str, tuple[str, str]]] = {"tr": ("evet", "hayır"), "ru": ("да", "нет"), "en": ("yes", "no")}


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A template filled with a record. `to` are the addresses that its fields hold."""

    template: str
    locale: str
    subject: str
    body: str
    to: tuple[str, ...]


def mail_template(work: Work, name: str) -> MailTemplate:
    """A template by name; NotFound with the one that was probably meant."""
    found = work.model.mails.get(name)
    if found is None:
        raise NotFound(
            "There is no mail '{name}'.", hint=did_you_mean(name, work.model.mails), params={"name": name[:60]}
        )
    return found


def templates_for(work: Work, entity: str) -> tuple[MailTemplate, ...]:
    """The templates that are about an entity."""
    return tuple(each for each in work.model.mails.values() if each.entity == entity)


def render_mail(work: Work, name: str, record_id: str, locale: str = "") -> RenderedMail:
    """Fill a template with a record that the actor may see; NotFound otherwise. Values hidden from the actor are empty.

    Written in `locale` when it is given, else in the language that the template works out, else in the actor's.
    """
    template = mail_template(work, name)
    entity = visible_entity(work, template.entity)
    places = [
        piece
        for texts in (template.subject, template.body)
        for pieces in texts.values()
        for piece in pieces
        if isinstance(piece, Placeholder)
    ]
    expressions = [each.expression for each in places]
    if template.language is not None:
        expressions.append(template.language)
    parts = _read(work, entity, record_id, {path for each in expressions for path in each.paths}, "parts")
    fields = {each.expression.source: each.field for each in places if each.field is not None}
    values = _read(work, entity, record_id, {*fields, *template.to}, "values")
    chosen = locale or _language(work, template, parts) or work.actor.locale
    wording = _wording(template.subject, chosen)
    page = _Page(work, parts, values, _style(work, wording, fields, values))
    return RenderedMail(
        template=name,
        locale=wording,
        subject=" ".join(page.fill(_pieces(template.subject, wording)).split()),
        body=page.fill(_pieces(template.body, _wording(template.body, chosen))),
        to=tuple(dict.fromkeys(str(values[path]) for path in template.to if values.get(path))),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    work: Work
    parts: Record
    values: Record
    style: Style

    def fill(self, pieces: Pieces) -> str:
        return "".join(piece if isinstance(piece, str) else self._shown(piece) for piece in pieces)

    def _shown(self, place: Placeholder) -> str:
        source, field = place.expression.source, place.field
        if field is not None:
            value = self.values.get(source)
            if isinstance(value, Masked):
                return str(value)
            return "" if value is None else self.work.served.types[field.type].format(field, value, self.style)
        return _plain(place.expression.evaluate(self.parts, self.work.context), self.style)


def _plain(value: Any, style: Style) -> str:
    """A value that an expression gave, as the language writes it."""
    locale = locale_of(style.locale)
    if value is None:
        return ""
    if isinstance(value, bool):
        return _YES_NO.get(locale.language, _YES_NO["en"])[0 if value else 1]
    if isinstance(value, int | Decimal):
        return str(format_decimal(value, locale=locale, decimal_quantization=False))
    if isinstance(value, datetime):
        return str(format_datetime(value.astimezone(style.timezone), "short", locale=locale))
    if isinstance(value, date):
        return str(format_date(value, "medium", locale=locale))
    if isinstance(value, time):
        return str(format_time(value, "short", locale=locale))
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each, style) for each in value)
    return str(value)


def _read(work: Work, entity: Entity, record_id: str, paths: Iterable[str], form: Any) -> Record:
    return read_row(work, entity, record_id, [*_readable(work, entity, sorted(paths))], form)


def _readable(work: Work, entity: Entity, paths: Iterable[str]) -> Iterator[Path]:
    """The paths that the actor may read: what the others lead to stays empty."""
    for text in paths:
        with suppress(BadRequest):
            yield readable_path(work, entity, text)


def _style(work: Work, locale: str, fields: Mapping[str, Field], values: Record) -> Style:
    wanted: dict[str, list[str]] = {}
    for source, field in fields.items():
        value = values.get(source)
        if value is not None and field.type in (REFERENCE, USER):
            wanted.setdefault(USER if field.type == USER else str(field.target), []).append(str(value))
    titles = titles_of(work, wanted) if wanted else Titles()
    choices = {
        name: {value: each.label.get(locale) for value, each in choices.choices.items()}
        for name, choices in work.model.choices.items()
    }
    return Style(locale, ZoneInfo(work.actor.timezone), choices, titles.by_id())


def _language(work: Work, template: MailTemplate, parts: Record) -> str:
    if template.language is None:
        return ""
    said = template.language.evaluate(parts, work.context)
    return str(said) if said else ""


def _wording(texts: Mapping[str, Pieces], locale: str) -> str:
    """The locale, among those there are, that is nearest to one."""
    base = locale.replace("_", "-").split("-")[0]
    return next((each for each in (locale, base, "en") if each in texts), next(iter(texts), "en"))


def _pieces(texts: Mapping[str, Pieces], locale: str) -> Pieces:
    return texts.get(locale) or texts[_wording(texts, locale)]
