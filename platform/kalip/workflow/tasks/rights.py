"""Who may see a task, and do what with it.

An open task gives its holder what it needs on its record and no more: to see it, and to fill in the fields that the
chosen outcome asks for. Who can't see the record yet is given the task only by whoever may share the record.
"""

from kalip.base.errors import AccessDenied, NotFound
from kalip.base.ids import is_id
from kalip.records import Work, require_visible
from kalip.records.standing_in import my_standings
from kalip.storage.tasks import OPEN, Task, get_task


def find_visible(work: Work, task_id: str) -> Task:
    """The task, or NotFound where there is none that the actor may see."""
    task = get_task(work.session, task_id) if is_id(task_id) else None
    if task is None or not may_see_task(work, task):
        raise NotFound("There is no task '{id}'.", params={"id": task_id[:60]})
    return task


def may_see_task(work: Work, task: Task) -> bool:
    """Those whom it concerns, and those who see the record that it is about, as far as their rights reach."""
    return work.actor.reaches(task.entity) and (concerned(work, task) or sees_record(work, task))


def concerned(work: Work, task: Task) -> bool:
    """Whether the actor has, had, gave, takes from the queue, or administrates the task."""
    me = work.actor
    if me.administrator or in_queue_of(work, task):
        return True
    people = (task.user_id, task.created_by, task.delegated_by, task.done_by, task.on_behalf)
    return (me.principal is not None and me.principal in people) or in_place_of_holder(work, task)


def in_place_of_holder(work: Work, task: Task) -> bool:
    """Whether the actor stands in for the person who has the task; never while acting for somebody else."""
    if task.user_id is None or work.actor.on_behalf is not None or task.user_id == work.actor.id:
        return False
    found = [each for each in my_standings(work) if each.principal == task.user_id and each.gives("tasks")]
    return any(each.entities is None or task.entity in each.entities for each in found)


def in_queue_of(work: Work, task: Task) -> bool:
    """Whether the task belongs to a role of the actor."""
    return task.role is not None and task.role in work.actor.roles


def sees_record(work: Work, task: Task) -> bool:
    """Whether the task is about a record that the actor may see."""
    if task.entity is None or task.record_id is None:
        return False
    try:
        require_visible(work, task.entity, task.record_id)
    except (NotFound, AccessDenied):
        return False
    return True


def holds(work: Work, task: Task) -> bool:
    """Whether the task is the actor's or of one whom the actor stands in for, or waits for a role of the actor."""
    if task.user_id is not None:
        return task.user_id == work.actor.principal or in_place_of_holder(work, task)
    return in_queue_of(work, task)


def commands(work: Work, task: Task) -> bool:
    """Whether the actor gave the task, or administrates."""
    return work.actor.administrator or (task.created_by is not None and task.created_by == work.actor.principal)


def permitted(work: Work, task: Task) -> frozenset[str]:
    """What the actor may do with a task that the actor sees."""
    if task.state != OPEN or not work.actor.reaches(task.entity):
        return frozenset()
    rights: dict[str, bool] = {
        "complete": holds(work, task) or work.actor.administrator,
        "take": task.user_id is None and in_queue_of(work, task),
        "give_back": task.role is not None and task.user_id is not None and _mine(work, task),
        "delegate": _mine(work, task),
        "snooze": _mine(work, task),
        "assign": commands(work, task),
        "change": commands(work, task),
        "cancel": commands(work, task),
    }
    return frozenset(name for name, given in rights.items() if given)


def require_right(work: Work, task: Task, right: str) -> None:
    """Raise AccessDenied unless the actor may do this with an open task."""
    if right not in permitted(work, task):
        raise AccessDenied("This task is not yours: you may not do that with it.")


def _mine(work: Work, task: Task) -> bool:
    return task.user_id is not None and task.user_id == work.actor.principal
