"""Tasks: work for a person or for whoever of a role takes it, with named outcomes. One inbox for all of them."""

from kalip.workflow.tasks.changing import change_task, snooze_task
from kalip.workflow.tasks.commands import (
    DEFAULT_OUTCOMES,
    LONGEST_NOTE,
    LONGEST_TITLE,
    PRIORITIES,
    TASK,
    AssignTask,
    ChangeTask,
    CompleteTask,
    NewTask,
    Outcome,
    TaskPage,
    TaskTaken,
    TaskView,
    outcomes_json,
    outcomes_of,
)
from kalip.workflow.tasks.completing import cancel_task, complete_many, complete_task
from kalip.workflow.tasks.creating import create_task
from kalip.workflow.tasks.handing import assign_task, give_back_task, take_task
from kalip.workflow.tasks.inbox import inbox, inbox_counts, others_of, query_of, record_tasks, task_history, task_view

__all__ = [
    "DEFAULT_OUTCOMES",
    "LONGEST_NOTE",
    "LONGEST_TITLE",
    "PRIORITIES",
    "TASK",
    "AssignTask",
    "ChangeTask",
    "CompleteTask",
    "NewTask",
    "Outcome",
    "TaskPage",
    "TaskTaken",
    "TaskView",
    "assign_task",
    "cancel_task",
    "change_task",
    "complete_many",
    "complete_task",
    "create_task",
    "give_back_task",
    "inbox",
    "inbox_counts",
    "others_of",
    "outcomes_json",
    "outcomes_of",
    "query_of",
    "record_tasks",
    "snooze_task",
    "take_task",
    "task_history",
    "task_view",
]
