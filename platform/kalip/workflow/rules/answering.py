"""Answers what a rule asks, or lets it fall away: each once, by people who may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected, Violation
from kalip.fields import FieldFault
from kalip.model import Entity, Field, Rule, Verb
from kalip.records import Work, enqueue, record_rights
from kalip.records.commands import Source
from kalip.storage.rule_runs import StoredRun, end_run_of_rule, get_run, list_runs
from kalip.workflow.rules.firing import Firing
from kalip.workflow.rules.matching import rule_at


def answer_run(work: Work, run_id: str, answers: Mapping[str, Any], source: Source = "json") -> StoredRun:
    """Give a rule what it asks for; it goes on by itself. RecordRejected with what is missing or wrong.

    Answers of a `text` source are those of inputs: part to texts, as the actor writes them. NotFound for a run that
    the actor may not see, Conflict for one that asks nothing (any more).
    """
    run, rule = asked_by(work, run_id)
    given, faults = _read(work, rule, answers, source)
    if faults:
        raise RecordRejected(faults)
    answered = replace(run, state="waiting", reason="Answered; goes on.", params={}, given=given)
    end_run_of_rule(work.session, answered)
    firing = Firing(run.rule, run.occasion, run.record_id, run.event_id, answers=given)
    enqueue(work, firing.job(suffix=":answered"))
    return answered


def skip_run(work: Work, run_id: str) -> StoredRun:
    """Let a rule that asks fall away. AccessDenied for whom the rule doesn't name."""
    run, rule = asked_by(work, run_id)
    if not may_skip(work, rule):
        raise AccessDenied("You may not skip this rule.")
    params = {"user": work.actor.name}
    skipped = replace(run, state="skipped", reason="Skipped by {user}.", params=params, finished_at=work.now)
    end_run_of_rule(work.session, skipped)
    return skipped


def questions_of(work: Work, entity: Entity, record_id: str) -> list[tuple[StoredRun, Rule]]:
    """What rules ask about a record of whoever may change it, the oldest first."""
    if not any(rule.parameters for rule in entity.rules.values()):
        return []
    found = list_runs(work.session, entity=entity.name, record_id=record_id, states=("asking",))
    asking = [(run, rule) for run in reversed(found) if (rule := rule_at(work.model.entities, run.rule)) is not None]
    return asking if asking and may_answer(work, asking[0][0]) else []


def may_skip(work: Work, rule: Rule) -> bool:
    """Whether the actor may let a rule that asks fall away."""
    return work.actor.administrator or not set(rule.skippable).isdisjoint(work.actor.roles)


def asked_by(work: Work, run_id: str) -> tuple[StoredRun, Rule]:
    """A run that asks, with its rule. NotFound for one that the actor may not see, Conflict for any other."""
    run = get_run(work.session, run_id)
    rule = rule_at(work.model.entities, run.rule) if run is not None else None
    if run is None or rule is None or not may_answer(work, run):
        raise NotFound("There is no run '{id}'.", params={"id": run_id[:60]})
    if run.state != "asking":
        raise Conflict("The rule asks nothing any more.")
    return run, rule


def may_answer(work: Work, run: StoredRun) -> bool:
    """Whether the actor may change the record that a run is about."""
    if work.actor.administrator:
        return True
    try:
        return Verb.UPDATE in record_rights(work, run.entity, run.record_id, (Verb.UPDATE,))
    except (NotFound, AccessDenied):
        return False


def _read(work: Work, rule: Rule, answers: Mapping[str, Any], source: Source) -> tuple[dict[str, Any], list[Violation]]:
    """The answers as JSON values, and what is missing or wrong."""
    unknown = answers.keys() - rule.parameters.keys()
    faults = [Violation(f"/{name}", "unknown_field", "The rule doesn't ask for this.") for name in sorted(unknown)]
    given: dict[str, Any] = {}
    for name, parameter in rule.parameters.items():
        kind, raw = work.served.types[parameter.type], answers.get(name)
        try:
            value = None if raw is None else _value(work, parameter, raw, source)
        except FieldFault as fault:
            faults.append(fault.violation(f"/{name}"))
            continue
        if value is not None:
            faults += [fault.violation(f"/{name}") for fault in kind.validate(parameter, value)]
            given[name] = kind.to_json(parameter, value)
        elif parameter.required:
            label = parameter.label.get(work.actor.locale)
            faults.append(Violation(f"/{name}", "required", "{label} is required.", {"label": label}))
    return given, faults


def _value(work: Work, parameter: Field, raw: Any, source: Source) -> Any:
    kind = work.served.types[parameter.type]
    if source == "json":
        return kind.parse(parameter, raw)
    return kind.parse_inputs(parameter, raw, work.actor.locale, ZoneInfo(work.actor.timezone))
