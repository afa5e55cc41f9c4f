"""Background work on personal data: terms that have run out, files of the erased, and breaches whose clock runs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.records import Job, JobHandler, JobRun, Recurring, Services, Work, enqueue, run
from kalip.records.privacy import (
    TermRule,
    empty_due,
    find_rule,
    note_run,
    officer,
    officers_of,
    rules_in_force,
    settle_erasures,
    waiting_rules,
)
from kalip.storage.privacy import BREACHES, Breach, breaches_open
from kalip.workflow.notifications import Notice, notify

RETENTION: Final = "privacy.retention"
REMINDING: Final = "privacy.breaches"
SETTLING: Final = "privacy.settle"
_LEFT: Final = tuple(timedelta(hours=each) for each in (72, 48, 24, 6, 0))
"""How long before a breach is due people are reminded; 152-FZ wants a first word a day after the discovery."""


def run_now(work: Work, rule_id: str) -> str:
    """Have what is due under one term emptied in the background, whether it is in force or not; the job's id.

    For privacy officers. NotFound when no mark says such a term.
    """
    rule = find_rule(officer(work), rule_id)
    key = f"{RETENTION}:{rule.id}:{work.now.isoformat()}"
    return enqueue(work, Job(RETENTION, {"rule": rule.id}, key, actor=work.actor.id, queue="long"))


def _empty(services: Services, job: JobRun) -> Mapping[str, Any]:
    """Empty what is due: under the rule named, or under all in force."""
    wanted = job.arguments.get("rule")
    rules = run(
        services, SYSTEM, lambda work: (find_rule(work, str(wanted)),) if wanted else rules_in_force(work), write=False
    )
    emptied = 0
    for place, rule in enumerate(rules):
        job.progress(place, len(rules), rule.entity.name)
        emptied += _carry_out(services, job, rule)
    return {"rules": len(rules), "records": emptied}


def _carry_out(services: Services, job: JobRun, rule: TermRule) -> int:
    after, emptied = "", 0
    while True:
        after, number = run(services, SYSTEM, partial(empty_due, rule=rule, after=after))
        emptied += number
        if not after or job.cancelled():
            run(services, SYSTEM, partial(note_run, rule=rule, emptied=emptied))
            return emptied


def _remind(services: Services, _job: JobRun) -> Mapping[str, Any]:
    """Remind officers of breaches that the authority has not been told of, and tell them of new terms."""
    return {"told": run(services, SYSTEM, remind)}


def remind(work: Work) -> int:
    """Tell officers of each breach whose clock has come to the next mark, and once of each term that is not in force.

    How many were told. Commits nothing.
    """
    told = sum(notify(work, _waiting(work, rule)) for rule in waiting_rules(work))
    for breach in breaches_open(work.session):
        marks = _marks(breach, work.now)
        if marks > breach.reminded:
            BREACHES.change(work.session, breach.id, reminded=marks)
            told += notify(work, _notice(work, breach, marks))
    return told


def _waiting(work: Work, rule: TermRule) -> Notice:
    text = "Personal data: a term of {entity} waits for somebody to put it in force."
    return Notice(officers_of(work), "due", text, f"term:{rule.id}", entity=rule.entity.name)


def _marks(breach: Breach, now: datetime) -> int:
    """How many of the marks of a breach's clock have come."""
    return sum(breach.due_at - now <= left for left in _LEFT)


def _notice(work: Work, breach: Breach, marks: int) -> Notice:
    text = "The authority must be told of the breach '{title}' by {due}."
    if breach.due_at <= work.now:
        text = "The authority should have been told of the breach '{title}' by {due}."
    due = f"{breach.due_at:%Y-%m-%d %H:%M} UTC"
    key = f"breach:{breach.id}:{marks}"
    return Notice(officers_of(work), "due", text, key, {"title": breach.title, "due": due})


def _settle(services: Services, _job: JobRun) -> Mapping[str, Any]:
    """Remove files of the erased that were left, and bring the list of erasures up to date."""
    return {"removed": settle_erasures(services)}


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {RETENTION: _empty, REMINDING: _remind, SETTLING: _settle}
RECURRING: Final = (
    Recurring("privacy_terms", RETENTION, cron="41 2 * * *", queue="long"),
    Recurring("privacy_breaches", REMINDING, cron="*/15 * * * *"),
    Recurring("privacy_settle", SETTLING, cron="11 4 * * *"),
)
