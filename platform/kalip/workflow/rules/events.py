"""Turns events into jobs, and the job of an event into runs of its rules, in their order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import KalipError
from kalip.records import Consumer, Hopeless, Job, JobLost, JobRun, Services, Work, enqueue, run
from kalip.storage import Event, event_with_id
from kalip.storage.rule_runs import finished_runs
from kalip.workflow.rules.clocks import wind
from kalip.workflow.rules.firing import TRANSIENT, Firing, fire
from kalip.workflow.rules.matching import RECEIVED, RuleBook

EVENT: Final = "rules.event"


def jobs_for(work: Work, events: Sequence[Event]) -> list[Job]:
    """One job for each event that starts a rule or touches a clock; none for the others."""
    book = work.served.project(RuleBook)
    return [
        Job(EVENT, {"event": event.id}, f"rules:{event.id}") for event in events if event.id and book.concerns(event)
    ]


CONSUMER: Final = Consumer("rules", jobs_for)


def run_event(services: Services, job_run: JobRun) -> Mapping[str, Any]:
    """Wind the clocks of the record, then run the rules that the event starts, each in a transaction of its own.

    One that fails gets a job of its own, so that it is tried again, or lies with the dead ones, alone.
    """
    event_id = int(job_run.arguments["event"])
    event = services.database.glance(lambda session: event_with_id(session, event_id))
    if event is None:
        return {}
    book = services.runtime.pin().project(RuleBook)
    if event.entity in book.clocked and event.record_id:
        run(services, SYSTEM, lambda work: wind(work, event))
    occasion = str(event.id)
    ended = services.database.glance(lambda session: finished_runs(session, occasion))
    rules = [rule for rule in book.started_by(event) if rule.address not in ended]
    states: dict[str, str] = {}
    for place, rule in enumerate(rules, 1):
        firing = Firing(rule.address, occasion, record_of(event), event.id)
        # The last rule ends the job in its own transaction: one commit fewer.
        finish = job_run.finish if place == len(rules) else None
        states[rule.name] = fire_or_retry(services, firing, finish)
    return states


def fire_or_retry(services: Services, firing: Firing, finish: Callable[[Work], None] | None = None) -> str:
    """Run a rule; a failure is in the run log, and its job runs it again. What became of it, in a word."""
    try:
        done = fire(services, firing, finish)
    except JobLost:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a rule does, the rules after it go on
        run(services, SYSTEM, lambda work: enqueue(work, firing.job(suffix=":again")))
        return f"failed: {error}"
    return done.state if done is not None else "ended before"


def run_rule(services: Services, job_run: JobRun) -> Mapping[str, Any]:
    """Run one rule. Hopeless when only another record or another rule could help: it waits for somebody to look."""
    firing = Firing(**job_run.arguments)
    try:
        done = fire(services, firing)
    except KalipError as error:
        if isinstance(error, TRANSIENT):
            raise
        raise Hopeless("{rule}: {reason}", params={"rule": firing.rule, "reason": error.message}) from error
    return {"state": done.state if done is not None else "ended before"}


def record_of(event: Event) -> str:
    """The record that rules act upon; a message without one is told by an id that no record has."""
    return "" if event.kind == RECEIVED and event.record_id.startswith("hook:") else event.record_id
