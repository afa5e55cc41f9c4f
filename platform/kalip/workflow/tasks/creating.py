"""Gives a task to a person or a role."""

from datetime import datetime, timedelta

from kalip.base.errors import RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.base.names import did_you_mean
from kalip.model import Span
from kalip.records import Work
from kalip.storage.tasks import Task, add_task, find_task
from kalip.workflow.tasks.checking import (
    check_due,
    check_holder,
    check_outcomes,
    check_priority,
    check_record,
    clean_note,
    clean_title,
)
from kalip.workflow.tasks.commands import NewTask, outcomes_json
from kalip.workflow.tasks.logging import CREATED, log

LONGEST_SPAN = timedelta(days=3660)


def create_task(work: Work, new: NewTask) -> str:
    """Give a task and tell its id; the id of the one there is when there is one of this key.

    Whoever sees a record may give tasks about it, to people who see it too. RecordRejected with every fault.
    """
    if new.key is not None:
        known = find_task(work.session, new.key)
        if known is not None:
            return known.id
    task = _checked(work, new)
    if not add_task(work.session, task):
        known = find_task(work.session, str(new.key))
        if known is not None:
            return known.id
    holder = {"user": task.user_id} if task.user_id else {"role": task.role}
    log(work, CREATED, task, None, {"title": task.title, **holder, "due": task.due_at, "source": task.source})
    return task.id


def _checked(work: Work, new: NewTask) -> Task:
    faults: list[Violation] = []
    title, note = clean_title(new.title, faults), clean_note(new.note, faults)
    entity = check_record(work, new.entity, new.record_id, faults)
    about = (entity.name, str(new.record_id)) if entity is not None else None
    if entity is None and not work.actor.reaches(None):
        message = "Name the record that it is about: your rights reach only some entities."
        faults.append(Violation("/entity", "required", message))
    check_holder(work, (new.user, new.role), about, faults)
    check_outcomes(new.outcomes, entity, faults)
    priority = check_priority(new.priority, faults)
    due = check_due(new.due, faults) or _due_after(work, new.due_in, new.calendar, faults)
    if faults:
        raise RecordRejected(faults)
    return Task(
        id=new_id(),
        title=title,
        created_at=work.now,
        key=new.key,
        kind=new.kind,
        note=note,
        entity=about[0] if about else None,
        record_id=about[1] if about else None,
        user_id=new.user,
        role=new.role,
        priority=priority,
        due_at=due,
        outcomes=outcomes_json(new.outcomes),
        source=new.source,
        source_name=new.source_name,
        created_by=work.actor.principal,
    )


def _due_after(work: Work, span: Span | None, calendar: str | None, faults: list[Violation]) -> datetime | None:
    """The end of a span from now: on the clock, or in the working time of a calendar."""
    if span is None:
        return None
    if calendar is None:
        if timedelta() <= span.plain() <= LONGEST_SPAN:
            return work.now + span.plain()
        faults.append(Violation("/due_in", "out_of_range", "Between 1 and {limit} days.", {"limit": LONGEST_SPAN.days}))
        return None
    kept = work.model.calendars.get(calendar)
    due = kept.add(work.now, kept.length(span)) if kept is not None else None
    if due is None:
        hint = did_you_mean(calendar, work.model.calendars)
        message = "There is no working time in a calendar '{calendar}'. {hint}"
        faults.append(Violation("/calendar", "not_found", message, {"calendar": calendar, "hint": hint}))
    return due
