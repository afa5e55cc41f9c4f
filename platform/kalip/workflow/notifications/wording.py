"""What people are told, in their language and with their rights: titles are read when it is shown, not when it happens.

Knows no translations: whoever shows a text gives the function that translates it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from kalip.base.errors import fill
from kalip.base.text import Text
from kalip.fields.locales import locale_of
from kalip.records import Titles, Work, titles_of
from kalip.storage.notifications import Notification

Translate = Callable[[str], str]
MOMENT: Final = "moment"
"""A moment among what fills the places of a text: an object with this name and the moment as text."""


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
    titles = titles_of(work, wanted)
    return tuple(_told(work, each, titles, locale, translate) for each in items)


def _told(work: Work, each: Notification, titles: Titles, locale: str, translate: Translate) -> Told:
    entity = work.model.entities.get(each.entity or "")
    title = titles.of(each.entity, each.record_id) if each.entity and each.record_id else ""
    visible = bool(each.entity and each.record_id and titles.knows(each.entity, each.record_id))
    actor = titles.of("user", each.actor) if each.actor else ""
    label = entity.label.get(locale) if entity is not None else ""
    places = {name: _said(work, value, locale) for name, value in each.params.items()}
    known = {"actor": actor or "Kalip", "record": title or label or translate("a record"), "entity": label}
    text = fill(translate(each.text), {**places, **known})
    if each.on_behalf:
        text = fill(translate("For {name}: {text}"), {"name": titles.of("user", each.on_behalf), "text": text})
    return Told(each, text, actor, title, visible)


def _said(work: Work, value: Any, locale: str) -> str:
    if isinstance(value, Mapping) and MOMENT in value:
        moment = datetime.fromisoformat(value[MOMENT]).astimezone(ZoneInfo(work.actor.timezone))
        return str(format_datetime(moment, "short", locale=locale_of(locale)))
    if isinstance(value, Mapping):
        return Text.of(value).get(locale)
    if isinstance(value, list):
        return ", ".join(_said(work, each, locale) for each in value)
    return str(value)
