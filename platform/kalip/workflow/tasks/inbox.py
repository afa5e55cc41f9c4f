"""What a person has to do: one inbox in parts, the tasks of a record, and a task with all that its preview shows."""

from collections.abc import Sequence

from kalip.records import EventPage, Work, require_visible, titles_of
from kalip.records.history import events_shown
from kalip.records.standing_in import my_standings, reach_of
from kalip.storage import events_for
from kalip.storage.tasks import OPEN, Task, TaskQuery, TaskScope, count_tasks, list_tasks, tasks_of_record
from kalip.workflow.tasks.commands import TASK, TaskPage, TaskView, outcomes_of
from kalip.workflow.tasks.rights import find_visible, permitted

SCOPES: tuple[TaskScope, ...] = ("mine", "groups", "to_me", "by_me", "stand_in", "snoozed", "done")


def inbox(work: Work, query: TaskQuery, limit: int = 50, cursor: str | None = None) -> TaskPage:
    """A part of the actor's inbox: due ones first. Titles of records come in one statement for each entity."""
    page = list_tasks(work.session, query, limit, cursor)
    return TaskPage(_views(work, page.tasks), page.next)


def query_of(work: Work, scope: TaskScope = "mine") -> TaskQuery:
    """The actor's own question, without filters."""
    me = work.actor
    return TaskQuery(me.principal or "", me.roles, work.now, scope, others=others_of(work), reach=me.entities)


def others_of(work: Work) -> tuple[tuple[str, frozenset[str] | None], ...]:
    """Those whose tasks the actor sees as a substitute, and the entities that this reaches; None means everything."""
    if work.actor.on_behalf is not None:
        return ()
    standings = [each for each in my_standings(work) if each.gives("tasks")]
    people = dict.fromkeys(each.principal for each in standings)
    return tuple((each, reach_of(standings, each, "tasks")) for each in people)


def inbox_counts(work: Work, scopes: Sequence[TaskScope] = ("mine", "groups")) -> dict[TaskScope, int]:
    """How many tasks are in parts of the actor's inbox."""
    return {scope: count_tasks(work.session, query_of(work, scope)) for scope in scopes}


def record_tasks(work: Work, entity: str, record_id: str, limit: int = 50) -> tuple[TaskView, ...]:
    """The tasks about a record that the actor sees: open ones first."""
    found = require_visible(work, entity, record_id)
    return _views(work, tasks_of_record(work.session, found.name, record_id, limit))


def task_view(work: Work, task_id: str) -> TaskView:
    """One task; NotFound where there is none that the actor may see."""
    return _views(work, [find_visible(work, task_id)])[0]


def task_history(work: Work, task_id: str, limit: int = 50) -> EventPage:
    """What became of a task, latest first; whether the actor may see it is asked here."""
    task = find_visible(work, task_id)
    found = events_for(work.session, TASK, task.id, limit)
    return events_shown(work, None, found)


def _views(work: Work, tasks: Sequence[Task]) -> tuple[TaskView, ...]:
    wanted: dict[str, list[str]] = {"user": []}
    for task in tasks:
        people = (task.user_id, task.created_by, task.delegated_by, task.done_by, task.on_behalf)
        wanted["user"] += [each for each in people if each is not None]
        if task.entity is not None and task.record_id is not None:
            wanted.setdefault(task.entity, []).append(task.record_id)
    titles = titles_of(work, wanted)
    return tuple(
        TaskView(
            task=task,
            outcomes=outcomes_of(task),
            titles=titles,
            record_title=titles.of(task.entity, task.record_id) if task.entity and task.record_id else "",
            record_visible=bool(task.entity and task.record_id and titles.knows(task.entity, task.record_id)),
            overdue=task.state == OPEN and task.due_at is not None and task.due_at <= work.now,
            may=permitted(work, task),
        )
        for task in tasks
    )
