"""Makes tasks about the record, one for each person and each role that is meant."""

from dataclasses import replace

from kalip.base.errors import NotFound
from kalip.model import CreateTask, People
from kalip.storage import get_user
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.scene import Scene
from kalip.workflow.tasks import LONGEST_TITLE, NewTask, create_task


def create_task_of_rule(scene: Scene, action: CreateTask, name: str) -> Did:
    """Make the tasks. NotFound when nobody is meant."""
    locale = scene.work.actor.locale
    title = scene.said(action.title, locale)
    task = NewTask(title, note=scene.said(action.text, locale), due_in=action.due, calendar=action.calendar or None)
    made = make_tasks(scene, action.people, name, task)
    return Did("Tasks made: {count} – {title}.", {"count": made, "title": title})


def make_tasks(scene: Scene, people: People, name: str, task: NewTask) -> int:
    """Give a task to each user that the record's fields name and to each role; how many. NotFound for nobody."""
    users: list[str] = []
    for value in (scene.values(people.paths) if people.paths else {}).values():
        user = get_user(scene.work.session, str(value)) if value is not None else None
        if user is not None and user.active and user.id not in users:
            users.append(user.id)
    whom: list[tuple[str | None, str | None]] = [(user, None) for user in users]
    whom += [(None, role) for role in people.roles]
    if not whom:
        raise NotFound("There is nobody who could have the task '{title}'.", params={"title": task.title})
    for user_id, role in whom:
        given = replace(
            task,
            title=task.title[:LONGEST_TITLE],
            entity=scene.entity if scene.record_id else None,
            record_id=scene.record_id or None,
            user=user_id,
            role=role,
            source="rule",
            source_name=scene.rule.address,
            key=f"{scene.key}:{name}:{user_id or role}",
        )
        create_task(scene.work, given)
    return len(whom)
