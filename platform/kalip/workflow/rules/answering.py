"""Answers what a rule asks, or lets it fall away: each once, by people who may."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kalip.base.errors import AccessDenied, Conflict, NotFound, RecordRejected, Violation
from kalip.fields import FieldFault
from kalip.model import Rule, Verb
from kalip.records import Work, enqueue, record_rights
from kalip.storage.rule_runs import StoredRun, end_run_of_rule, get_run
from kalip.workflow.rules.firing import Firing
from kalip.workflow.rules.matching import rule_at


def answer_run(work: Work, run_id: str, answers: Mapping[str, Any]) -> StoredRun:
    """Give a rule what it asks for; it goes on by itself. RecordRejected with what is missing or wrong.

    NotFound for a run that the actor may not see, Conflict for one that asks nothing (any more).
    """
    run, rule = _asking(work, run_id)
    faults = list(_faults(work, rule, answers))
    if faults:
        raise RecordRejected(faults)
    answered = replace(run, state="waiting", reason="Answered; goes on.", params={}, given=dict(answers))
    end_run_of_rule(work.session, answered)
    firing = Firing(run.rule, run.occasion, run.record_id, run.event_id, answers=dict(answers))
    enqueue(work, firing.job(suffix=":answered"))
    return answered


def skip_run(work: Work, run_id: str) -> StoredRun:
    """Let a rule that asks fall away. AccessDenied for whom the rule doesn't name."""
    run, rule = _asking(work, run_id)
    if not work.actor.administrator and set(rule.skippable).isdisjoint(work.actor.roles):
        raise AccessDenied("You may not skip this rule.")
    params = {"user": work.actor.name}
    skipped = replace(run, state="skipped", reason="Skipped by {user}.", params=params, finished_at=work.now)
    end_run_of_rule(work.session, skipped)
    return skipped


def _asking(work: Work, run_id: str) -> tuple[StoredRun, Rule]:
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
        return Verb.UPDATE in record_rights(work, run.entity, run.record_id)
    except (NotFound, AccessDenied):
        return False


def _faults(work: Work, rule: Rule, answers: Mapping[str, Any]) -> list[Violation]:
    unknown = answers.keys() - rule.parameters.keys()
    faults = [Violation(f"/{name}", "unknown_field", "The rule doesn't ask for this.") for name in sorted(unknown)]
    for name, parameter in rule.parameters.items():
        raw = answers.get(name)
        if raw is None:
            if parameter.required:
                label = parameter.label.get(work.actor.locale)
                faults.append(Violation(f"/{name}", "required", "{label} is required.", {"label": label}))
            continue
        kind = work.served.types[parameter.type]
        try:
            value = kind.parse(parameter, raw)
        except FieldFault as fault:
            faults.append(fault.violation(f"/{name}"))
        else:
            faults += [fault.violation(f"/{name}") for fault in kind.validate(parameter, value)]
    return faults
