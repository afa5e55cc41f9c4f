"""Rules in words: templates with params, which callers translate. Knows no catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from kalip.base.errors import fill
from kalip.base.text import Text
from kalip.model import Entity, On, Rule, Span, When
from kalip.records import nothing

STATES: Final[Mapping[str, str]] = {
    "done": "fired",
    "skipped": "did not fire",
    "failed": "failed",
    "waiting": "waits",
    "asking": "asks",
    "stopped": "stopped",
    "running": "running",
}
"""What the states of runs are called."""


@dataclass(frozen=True, slots=True)
class Words:
    """An English template with what fills it: texts in several languages, and plain words."""

    template: str
    params: Mapping[str, object] = field(default_factory=nothing)


def in_english(template: str, params: Mapping[str, object]) -> str:
    """A template filled in English, lists with commas."""
    return fill(template, {name: _plain(value) for name, value in params.items()})


def _plain(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def occasion_words(rule: Rule, entity: Entity) -> Words:
    """When a rule runs."""
    when = rule.when
    if when.on is On.CREATED:
        return Words("When it is made")
    if when.on is On.CHANGED:
        if not when.fields:
            return Words("When anything changes")
        return Words("When {fields} changes", {"fields": _joined([_field(entity, name) for name in when.fields])})
    if when.on is On.ENTERED:
        return Words("When it comes into {stages}", {"stages": _stages(entity, when)})
    if when.on is On.STUCK:
        return Words(
            "When it is in {stages} for {span}", {"stages": _stages(entity, when), "span": span_text(when.span)}
        )
    if when.on is On.REACHED:
        return _reached(entity, when)
    if when.on is On.SCHEDULE:
        return Words("At {cron} ({zone})", {"cron": when.cron, "zone": when.timezone})
    return Words("When a message comes in through {hook}", {"hook": when.hook})


def span_text(span: Span) -> str:
    """A length of time in letters that all languages know: 2d 4h 30m."""
    minutes = int(span.time.total_seconds()) // 60
    parts = ((span.days, "d"), (minutes // 60, "h"), (minutes % 60, "m"))
    return " ".join(f"{count}{letter}" for count, letter in parts if count) or "0m"


def _reached(entity: Entity, when: When) -> Words:
    params = {"field": _field(entity, when.date), "span": span_text(when.span)}
    if when.span == Span():
        return Words("When {field} is reached", params)
    return Words("{span} before {field}" if when.before else "{span} after {field}", params)


def _field(entity: Entity, name: str) -> Text:
    found = entity.attribute(name)
    return found.label if found is not None else Text.of(name)


def _stages(entity: Entity, when: When) -> Text:
    labels = []
    for name in when.stages:
        pipelines = (each for key, each in entity.pipelines.items() if when.pipeline in ("", key))
        labels.append(next((each.stages[name].label for each in pipelines if name in each.stages), Text.of(name)))
    return _joined(labels)


def _joined(texts: list[Text]) -> Text:
    locales = dict.fromkeys(locale for text in texts for locale, _ in text.pairs)
    return Text(tuple((locale, ", ".join(text.get(locale) for text in texts)) for locale in locales))
