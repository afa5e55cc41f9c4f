"""What people are told, in their language and with their rights: titles are read when it is shown, not when it happens.

Knows no translations: whoever shows a text gives the function that translates it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from kalip.base.errors import fill
from kalip.base.text import Text
from kalip.fields.locales import locale_of
from kalip.model import Field
from kalip.records import Titles, Work, titles_of
from kalip.records.covers import Covers, covers_of_records
from kalip.storage.notifications import Notification

Translate = Callable[[str], str]
CHANGED: Final = "changed"
"""Names of fields among what fills the places of a text: `{fields}` tells of those that the reader may see."""
MOMENT: Final = "moment"
"""A moment among what fills the places of a text: an object with this name and the moment as text."""
_MOST_FIELDS: Final = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A notification as its reader sees it. `visible`: the record is there, and the reader may see it."""

    notification: Notification
    text: str
    actor_name: str
    record_title: str
    visible: bool


def told(work: Work, items: Sequence[Notification], locale: str, translate: Translate) -> tuple[Told, ...]:
    """Notifications in words, for the work's actor; titles come in one statement for each entity."""
    wanted: dict[str, list[str]] = {"user": []}
    for each in items:
        wanted["user"] += [user for user in (each.actor, each.on_behalf) if user]
        if each.entity and each.record_id:
            wanted.setdefault(each.entity, []).append(each.record_id)
    words = _Words(work, titles_of(work, wanted), _covers(work, items), locale, translate)
    return tuple(_told(words, each) for each in items)


def seen_fields(cover: Covers, names: Iterable[str]) -> list[Field]:
    """The fields of these names of which a reader may see something."""
    known = cover.entity.attributes
    return [known[name] for name in names if name in known and cover.level(name) != "none"]


@dataclass(frozen=True, slots=True)
class _Words:
    """What is needed to put notifications into a reader's words; `covers` by entity and record."""

    work: Work
    titles: Titles
    covers: Mapping[tuple[str, str], Covers]
    locale: str
    translate: Translate


def _covers(work: Work, items: Sequence[Notification]) -> dict[tuple[str, str], Covers]:
    wanted: dict[str, list[str]] = {}
    for each in items:
        if CHANGED in each.params and each.entity in work.model.entities and each.record_id:
            wanted.setdefault(str(each.entity), []).append(each.record_id)
    return {
        (name, str(record_id)): cover
        for name, ids in wanted.items()
        for record_id, cover in covers_of_records(work, work.entity(name), ids).items()
    }


def _told(words: _Words, each: Notification) -> Told:
    work, titles, locale, translate = words.work, words.titles, words.locale, words.translate
    entity = work.model.entities.get(each.entity or "")
    title = titles.of(each.entity, each.record_id) if each.entity and each.record_id else ""
    visible = bool(each.entity and each.record_id and titles.knows(each.entity, each.record_id))
    actor = titles.of("user", each.actor) if each.actor else ""
    label = entity.label.get(locale) if entity is not None else ""
    places = {name: _said(work, value, locale) for name, value in each.params.items()}
    if CHANGED in each.params:
        places["fields"] = _fields(words, each)
    known = {"actor": actor or "Kalip", "record": title or label or translate("a record"), "entity": label}
    text = fill(translate(each.text), {**places, **known})
    if each.on_behalf:
        text = fill(translate("For {name}: {text}"), {"name": titles.of("user", each.on_behalf), "text": text})
    return Told(each, text, actor, title, visible)


def _fields(words: _Words, each: Notification) -> str:
    cover = words.covers.get((str(each.entity), str(each.record_id)))
    fields = [] if cover is None else seen_fields(cover, each.params[CHANGED])
    labels = [field.label.get(words.locale) for field in fields[:_MOST_FIELDS]]
    return ", ".join(labels if labels and len(fields) <= _MOST_FIELDS else [*labels, "…"])


def _said(work: Work, value: Any, locale: str) -> str:
    if isinstance(value, Mapping) and MOMENT in value:
        moment = datetime.fromisoformat(value[MOMENT]).astimezone(ZoneInfo(work.actor.timezone))
        return str(format_datetime(moment, "short", locale=locale_of(locale)))
    if isinstance(value, Mapping):
        return Text.of(value).get(locale)
    if isinstance(value, list):
        return ", ".join(_said(work, each, locale) for each in value)
    return str(value)
