"""Which rules an event starts: by what happened alone; conditions are asked by the job that runs them."""

from collections.abc import Mapping
from typing import Final

from kalip.model import BY_EVENT, Changed, Entity, On, Rule, When
from kalip.records import ARCHIVED, CREATED, RESTORED, TRANSITIONED, UPDATED
from kalip.records.journal import MERGES
from kalip.runtime import Served
from kalip.storage import Event

RECEIVED: Final = "hook.received"
"""The kind of event that a message through a hook leaves."""
CHANGES: Final = frozenset({CREATED, UPDATED, TRANSITIONED, ARCHIVED, RESTORED, RECEIVED, *MERGES})
"""Kinds of events that rules and clocks look at."""
_STAGE: Final = "stage"


class RuleBook:
    """The active rules of a served model by entity: those that events start, and those that sweeps look for."""

    def __init__(self, served: Served) -> None:
        self.by_event: dict[str, tuple[Rule, ...]] = {}
        self.timed: dict[str, Rule] = {}
        self.clocked: set[str] = set()
        for entity in served.model.entities.values():
            active = [rule for rule in entity.rules.values() if rule.active]
            started = tuple(rule for rule in active if rule.when.on in BY_EVENT)
            if started:
                self.by_event[entity.name] = started
            self.timed |= {rule.address: rule for rule in active if rule.when.on not in BY_EVENT}
            if any(clock.active for clock in entity.clocks.values()):
                self.clocked.add(entity.name)

    def concerns(self, event: Event) -> bool:
        """Whether an event starts a rule, or may start or stop a clock."""
        if event.kind not in CHANGES or is_history(event):
            return False
        return event.entity in self.clocked or any(
            starts(rule.when, event) for rule in self.by_event.get(event.entity, ())
        )

    def started_by(self, event: Event) -> tuple[Rule, ...]:
        """The rules that an event starts, in the order written."""
        return tuple(rule for rule in self.by_event.get(event.entity, ()) if starts(rule.when, event))


def is_history(event: Event) -> bool:
    """Whether a record was brought in with a past of its own, as demo data and imports are: it starts nothing."""
    return event.kind == CREATED and "created_at" in (event.after or {})


def starts(when: When, event: Event) -> bool:
    """Whether an event is a rule's occasion."""
    after: Mapping[str, object] = event.after or {}
    if when.on is On.CREATED:
        return event.kind == CREATED
    if when.on is On.HOOK:
        return event.kind == RECEIVED and after.get("hook") == when.hook
    if when.on is On.ENTERED:
        return event.kind in (CREATED, TRANSITIONED) and _enters(when, event)
    if when.on is On.CHANGED:
        return event.kind in (UPDATED, TRANSITIONED) and _changes(when, event)
    return False


def _enters(when: When, event: Event) -> bool:
    after = event.after or {}
    if after.get(_STAGE) not in when.stages:
        return False
    # A move within a pipeline does not say which one it is in; the job that runs the rule asks the record.
    return not when.pipeline or after.get("pipeline", when.pipeline) == when.pipeline


def _changes(when: When, event: Event) -> bool:
    after, before = event.after or {}, event.before or {}
    if not when.fields:
        return bool(after)
    return any(
        name in after and _is_meant(changed, before.get(name), after[name]) for name, changed in when.fields.items()
    )


def _is_meant(changed: Changed, before: object, after: object) -> bool:
    return (not changed.before or before in changed.before) and (not changed.after or after in changed.after)


def rule_at(entities: Mapping[str, Entity], address: str) -> Rule | None:
    """A rule of a model by its address."""
    entity, _, name = address.partition(".")
    return entities[entity].rules.get(name) if entity in entities else None
