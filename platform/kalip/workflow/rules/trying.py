"""What a rule would do with a record: it is run, looked at and undone."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.model import On, Rule
from kalip.records import Services, Work, nothing, run
from kalip.storage import Event, events_for
from kalip.storage.rule_runs import RunState
from kalip.workflow.rules.firing import Firing, actor_of, fire_in
from kalip.workflow.rules.matching import rule_at, starts

MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of a run: `reason` is a template filled by `params`, `steps` what each action would do.

    `changes` are the events that would be left: kind, entity, record and JSON values before and after.
    """

    rule: str
    record_id: str
    state: RunState
    reason: str
    params: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...]
    changes: tuple[Event, ...]


class _Undo(Exception):
    """Ends the trial's transaction."""


def try_rule(services: Services, address: str, record_id: str, answers: Mapping[str, Any] | None = None) -> Trial:
    """Run a rule on a record as it would run after the last event that starts it, and undo everything.

    NotFound for a rule or record that isn't there. A failure is an answer too.
    """
    rule = known_rule(services, address)
    event = run(services, SYSTEM, partial(_last_event, rule=rule, record_id=record_id), write=False)
    number = event.id if event is not None else None
    firing = Firing(rule.address, f"try:{new_id()}", record_id, number, answers=answers or nothing(), trial=True)
    found: list[Trial] = []

    def attempt(work: Work) -> None:
        done = fire_in(work, firing)
        if done is not None:
            steps, changes = tuple(done.steps), tuple(work.events)
            found.append(Trial(rule.address, record_id, done.state, done.reason, done.params, steps, changes))
        raise _Undo

    try:
        with suppress(_Undo):
            run(services, actor_of(services, firing), attempt)
    except KalipError as error:
        return Trial(rule.address, record_id, "failed", error.template, error.params, (), ())
    return found[0]


def known_rule(services: Services, address: str) -> Rule:
    """A rule of the served model; NotFound names what was probably meant."""
    entities = services.runtime.pin().model.entities
    rule = rule_at(entities, address)
    if rule is None:
        known = [each.address for entity in entities.values() for each in entity.rules.values()]
        raise NotFound("There is no rule '{rule}'.", hint=did_you_mean(address, known), params={"rule": address[:120]})
    return rule


def _last_event(work: Work, rule: Rule, record_id: str) -> Event | None:
    if rule.when.on not in (On.CREATED, On.CHANGED, On.ENTERED, On.HOOK):
        return None
    page = events_for(work.session, rule.entity, record_id, MOST_EVENTS)
    return next((event for event in page.events if starts(rule.when, event)), None)
