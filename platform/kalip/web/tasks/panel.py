"""The tasks of a record, beside it."""

from dataclasses import dataclass

from flask import url_for

from kalip.records import Work
from kalip.web.locale import current_locale
from kalip.web.record.activities import Activity, Adding, coming_activities, ways_to_add
from kalip.web.tasks.page import Due, due_of, ending_of
from kalip.web.tones import tone_of_id
from kalip.workflow.notifications import how_followed
from kalip.workflow.tasks import TaskView, record_tasks

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class PanelTask:
    """A task of the record. `complete` is where it is ended at once, where that asks for nothing."""

    id: str
    title: str
    href: str
    due: Due
    who: str
    tone: str
    ending: str
    complete: str
    button: str


@dataclass(frozen=True, slots=True)
class TaskPanel:
    """A record's tasks, open ones and some that ended, what is planned about it, and how the person follows it."""

    record: str
    entity: str
    record_id: str
    follow: str
    open: tuple[PanelTask, ...]
    ended: tuple[PanelTask, ...]
    new: str
    coming: tuple[Activity, ...]
    adding: tuple[Adding, ...]


def panel_of(work: Work, entity: str, record_id: str) -> TaskPanel:
    """The tasks of a record that the person may see."""
    tasks = record_tasks(work, entity, record_id, _SHOWN)
    owner = work.entity(entity)
    return TaskPanel(
        record=f"{entity}/{record_id}",
        entity=entity,
        record_id=record_id,
        follow=how_followed(work, entity, record_id),
        open=tuple(_shown(work, each) for each in tasks if each.task.state == "open"),
        ended=tuple(_shown(work, each) for each in tasks if each.task.state != "open"),
        new=url_for("new_tasks.new", entity=entity, record_id=record_id),
        coming=coming_activities(work, owner, record_id),
        adding=ways_to_add(work, owner, record_id),
    )


def _shown(work: Work, view: TaskView) -> PanelTask:
    task = view.task
    role = work.model.roles.get(task.role or "")
    holder = view.titles.of("user", task.user_id) if task.user_id else ""
    outcomes = list(view.outcomes.values())
    simple = "complete" in view.may and len(outcomes) == 1 and not outcomes[0].comment and not outcomes[0].fields
    return PanelTask(
        id=task.id,
        title=task.title,
        href=url_for("tasks.show_task", task_id=task.id),
        due=due_of(work, task.due_at, ended=task.state != "open"),
        who=holder or (role.label.get(current_locale()) if role else ""),
        tone=tone_of_id(task.user_id or ""),
        ending=ending_of(view),
        complete=url_for("tasks.complete", task_id=task.id) if simple else "",
        button=outcomes[0].label.get(current_locale()) if simple else "",
    )
