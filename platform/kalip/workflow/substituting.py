"""What happens when a substitution begins and ends: the substitute is told, open tasks go over and come back.

Each step is done once, whoever comes first: the jobs of the substitution's own moments, or the hourly look-around.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from kalip.access import SYSTEM
from kalip.records import JobHandler, JobRun, Recurring, Services, Work, run
from kalip.records.organisation import SETTLE
from kalip.records.readers import active_people, may_see
from kalip.storage import User, get_user
from kalip.storage.substitutions import (
    Substitution,
    claim_step,
    get_substitution,
    moved_tasks,
    note_moved_tasks,
    open_tasks_of,
    substitutions_to_settle,
)
from kalip.storage.tasks import Task, get_task
from kalip.storage.tasks import change_task as write_task
from kalip.workflow.notifications import Notice, notify
from kalip.workflow.tasks.logging import ASSIGNED, DELEGATED, log


def settle(services: Services, job: JobRun) -> Mapping[str, Any]:
    """Do what is due for one substitution, or for all that something is due for."""
    named = job.arguments.get("substitution")
    if named is None:
        with services.database.read() as session:
            due = [each.id for each in substitutions_to_settle(session, services.clock())]
    else:
        due = [str(named)]
    counts = [run(services, SYSTEM, partial(settle_one, substitution_id=each)) for each in due]
    return {"substitutions": len(due), "tasks": sum(counts)}


def settle_one(work: Work, substitution_id: str) -> int:
    """Do what is due for a substitution, in the work's transaction; how many tasks changed hands."""
    found = get_substitution(work.session, substitution_id)
    if found is None:
        return 0
    if found.over > work.now:
        _tell(work, found)
    if not found.moves:
        return 0
    if found.in_force(work.now) and claim_step(work.session, found.id, "moved_at", work.now):
        return _hand_over(work, found)
    over = found.over <= work.now and found.moved_at is not None
    if over and claim_step(work.session, found.id, "returned_at", work.now):
        return _give_back(work, found)
    return 0


def _hand_over(work: Work, found: Substitution) -> int:
    """Give the open tasks to the substitute; those about a record that the substitute may not see stay."""
    substitute = active_people(work, [found.substitute]).get(found.substitute)
    if substitute is None:
        return 0
    moved = []
    for task_id in open_tasks_of(work.session, found.absent, found.entities):
        task = get_task(work.session, task_id)
        if task is None or not _may_have(work, task, substitute):
            continue
        if write_task(work.session, task, user_id=found.substitute, delegated_by=found.absent):
            moved.append(task_id)
            given = replace(task, user_id=found.substitute, delegated_by=found.absent)
            log(work, DELEGATED, given, {"user": found.absent}, {"user": found.substitute, "substitution": found.id})
    note_moved_tasks(work.session, found.id, moved)
    return len(moved)


def _give_back(work: Work, found: Substitution) -> int:
    """Give back what is still open and still with the substitute; what was given on stays where it is."""
    returned = 0
    for task_id in moved_tasks(work.session, found.id):
        task = get_task(work.session, task_id)
        if task is None or (task.user_id, task.delegated_by) != (found.substitute, found.absent):
            continue
        if write_task(work.session, task, user_id=found.absent, delegated_by=None):
            returned += 1
            given = replace(task, user_id=found.absent, delegated_by=None)
            log(work, ASSIGNED, given, {"user": found.substitute}, {"user": found.absent, "substitution": found.id})
    return returned


def _may_have(work: Work, task: Task, person: User) -> bool:
    if task.entity is None or task.record_id is None:
        return True
    return task.entity in work.model.entities and may_see(work, person, task.entity, task.record_id)


def _tell(work: Work, found: Substitution) -> None:
    """Tell the substitute, once."""
    absent = get_user(work.session, found.absent)
    if absent is None:
        return
    zone = ZoneInfo(absent.timezone)
    first = found.starts.astimezone(zone).date()
    last = (found.ends - timedelta(microseconds=1)).astimezone(zone).date()
    notice = Notice(
        [found.substitute],
        "substitute",
        "You stand in for {name} from {first} through {last}.",
        f"substitution:{found.id}",
        {"name": absent.name, "first": first.isoformat(), "last": last.isoformat()},
        by=found.created_by,
    )
    notify(work, notice)


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {SETTLE: settle}
RECURRING: Final[Sequence[Recurring]] = (Recurring("substitutions", SETTLE, every=3600),)
