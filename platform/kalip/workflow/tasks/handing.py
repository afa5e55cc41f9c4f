"""Who has a task: taken from a role's queue, given back, given on, given to somebody else."""

from dataclasses import replace

from kalip.base.errors import RecordRejected, Violation
from kalip.records import Overtaken, Work
from kalip.storage import get_user
from kalip.storage.tasks import OPEN, Task
from kalip.storage.tasks import change_task as write_task
from kalip.workflow.tasks.checking import PERSON, check_holder
from kalip.workflow.tasks.commands import AssignTask, TaskTaken
from kalip.workflow.tasks.logging import ASSIGNED, DELEGATED, GIVEN_BACK, TAKEN, log
from kalip.workflow.tasks.rights import find_visible, in_queue_of, require_right


def take_task(work: Work, task_id: str) -> Task:
    """Take a task from the queue of one of the actor's roles; TaskTaken when somebody was first.

    RecordRejected when a person put it there and the actor can't see the record that it is about.
    """
    task = find_visible(work, task_id)
    if task.state == OPEN and task.user_id is not None and task.user_id == work.actor.principal:
        return task
    if task.state != OPEN or (task.user_id is not None and in_queue_of(work, task)):
        raise _gone(work, task)
    require_right(work, task, "take")
    # Rules and approvals put tasks into queues for people who then need to see what they are about.
    _check(work, task, AssignTask(task.id, user=work.actor.principal), vouched=task.source != PERSON)
    return _hand(work, TAKEN, task, replace(task, user_id=work.actor.principal, snoozed_until=None))


def give_back_task(work: Work, task_id: str) -> Task:
    """Put a task back into the queue that it was taken from; one that is there stays there."""
    task = find_visible(work, task_id)
    if task.state == OPEN and task.user_id is None:
        return task
    if task.state != OPEN:
        raise _gone(work, task)
    require_right(work, task, "give_back")
    return _hand(work, GIVEN_BACK, task, replace(task, user_id=None, delegated_by=None, snoozed_until=None))


def assign_task(work: Work, command: AssignTask) -> Task:
    """Give a task to another person or role: as who gave it, or (delegating, to a person) as who has it."""
    task = find_visible(work, command.id)
    if task.state != OPEN:
        raise _gone(work, task)
    if (task.user_id, task.role if command.role else None) == (command.user, command.role):
        return task
    require_right(work, task, "delegate" if command.delegate else "assign")
    if command.delegate and command.role is not None:
        message = "A task is given on to a person."
        raise RecordRejected([Violation("/role", "not_eligible", message)])
    _check(work, task, command)
    if command.delegate:
        given = replace(task, user_id=command.user, delegated_by=work.actor.principal, snoozed_until=None)
        return _hand(work, DELEGATED, task, given)
    role = command.role if command.user is None else task.role
    given = replace(task, user_id=command.user, role=role, delegated_by=None, snoozed_until=None)
    return _hand(work, ASSIGNED, task, given)


def _check(work: Work, task: Task, command: AssignTask, *, vouched: bool = False) -> None:
    about = (task.entity, task.record_id) if task.entity and task.record_id else None
    faults: list[Violation] = []
    check_holder(work, (command.user, command.role), about, faults, vouched=vouched)
    if faults:
        raise RecordRejected(faults)


def _hand(work: Work, kind: str, task: Task, given: Task) -> Task:
    values = {name: getattr(given, name) for name in ("user_id", "role", "delegated_by", "snoozed_until")}
    if not write_task(work.session, task, **values):
        raise Overtaken("Somebody else changed this task meanwhile.")
    log(work, kind, given, {"user": task.user_id, "role": task.role}, {"user": given.user_id, "role": given.role})
    return replace(given, version=task.version + 1)


def _gone(work: Work, task: Task) -> TaskTaken:
    holder = task.user_id if task.state == OPEN else task.done_by
    person = get_user(work.session, holder) if holder else None
    params = {"name": person.name if person else "Kalip"}
    if task.state == OPEN:
        return TaskTaken("{name} took this task first.", params=params)
    return TaskTaken("{name} ended this task already.", params=params)
