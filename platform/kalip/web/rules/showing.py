"""Rules and their runs as pages show them, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for

from kalip.base.text import Text
from kalip.model import Entity, Rule
from kalip.records import Titles, Work, titles_of
from kalip.storage.rule_runs import StoredRun
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.timeline import moment
from kalip.workflow.rules.words import STATES, occasion_words

_TONES: Final[Mapping[str, str]] = {
    "done": "tone tone-green",
    "skipped": "tone",
    "failed": "tone tone-red",
    "waiting": "tone tone-blue",
    "asking": "tone tone-amber",
    "stopped": "tone tone-amber",
    "running": "tone tone-blue",
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """What an action did or would do; `values` are those it set, `href` leads to the record it made or changed."""

    action: str
    did: str
    values: tuple[tuple[str, str], ...]
    href: str


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run of a rule."""

    id: str
    rule: str
    label: str
    href: str
    state: str
    state_label: str
    tone: str
    reason: str
    when: str
    due: str
    record: str
    record_href: str
    steps: tuple[ShownStep, ...]
    depth: int
    attempts: int


@dataclass(frozen=True, slots=True)
class ShownRule:
    """A rule with its last run and the numbers of its runs by state."""

    address: str
    label: str
    description: str
    href: str
    when: str
    condition: str
    active: bool
    last: ShownRun | None
    counts: tuple[tuple[str, str, int], ...]


def shown_rule(rule: Rule, entity: Entity, last: ShownRun | None, counts: Mapping[str, int]) -> ShownRule:
    """A rule."""
    locale = current_locale()
    words = occasion_words(rule, entity)
    return ShownRule(
        rule.address,
        rule.label.get(locale),
        rule.description.get(locale),
        url_for("rules.show_rule", rule_address=rule.address),
        said(words.template, words.params),
        rule.condition.source if rule.condition is not None else "",
        rule.active,
        last,
        tuple((state, state_label(state), count) for state, count in sorted(counts.items())),
    )


def shown_runs(work: Work, runs: Sequence[StoredRun]) -> tuple[ShownRun, ...]:
    """Runs, with the titles of their records in one statement for each entity."""
    wanted: dict[str, list[str]] = {}
    for run in runs:
        if run.record_id and run.entity in work.model.entities:
            wanted.setdefault(run.entity, []).append(run.record_id)
    titles = titles_of(work, wanted)
    return tuple(_run(work, run, titles) for run in runs)


def _run(work: Work, run: StoredRun, titles: Titles) -> ShownRun:
    entity = work.model.entities.get(run.entity)
    name = run.rule.partition(".")[2]
    rule = entity.rules.get(name) if entity is not None else None
    visible = bool(run.record_id) and titles.knows(run.entity, run.record_id)
    return ShownRun(
        run.id,
        run.rule,
        rule.label.get(current_locale()) if rule is not None else run.rule,
        url_for("rules.show_rule", rule_address=run.rule) if rule is not None else "",
        run.state,
        state_label(run.state),
        _TONES.get(run.state, "tone"),
        said(run.reason, run.params),
        moment(work, run.created_at),
        moment(work, run.due_at) if run.due_at is not None and run.finished_at is None else "",
        (titles.of(run.entity, run.record_id) or run.record_id) if run.record_id else "",
        record_url(run.entity, run.record_id) if visible else "",
        tuple(shown_step(work, each) for each in run.steps),
        run.depth,
        run.attempts,
    )


def shown_step(work: Work, step: Mapping[str, Any]) -> ShownStep:
    """What an action did."""
    values = step["params"].get("values") or {}
    entity, record_id = str(step.get("entity", "")), str(step.get("record_id", ""))
    href = record_url(entity, record_id) if record_id and entity in work.model.entities else ""
    pairs = tuple((str(name), "" if value is None else str(value)) for name, value in values.items())
    return ShownStep(str(step["action"]), said(step["text"], step["params"]), pairs, href)


def state_label(state: str) -> str:
    """What a state of runs is called."""
    return gettext(STATES.get(state, state))


def tone_of(state: str) -> str:
    """The colours of a state of runs."""
    return _TONES.get(state, "tone")


def said(template: str, params: Mapping[str, Any]) -> str:
    """A template in the reader's language, filled."""
    return gettext(template, **{name: _said(value) for name, value in params.items()})


def _said(value: Any) -> object:
    if isinstance(value, Text):
        return value.get(current_locale())
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
