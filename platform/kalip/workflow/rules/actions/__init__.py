"""The actions of rules: one file for each noun, one table of all. Each works in the rule's own transaction."""

from collections.abc import Callable, Mapping
from typing import Any

from kalip.model import (
    AssignUser,
    CallHook,
    ConvertRecords,
    CreateRecord,
    CreateTask,
    MakeTransition,
    NotifyUsers,
    RuleAction,
    RunAction,
    SendMail,
    SetFields,
    UpdateRelated,
)
from kalip.workflow.rules.actions.assigning import assign_user
from kalip.workflow.rules.actions.calling import call_hook
from kalip.workflow.rules.actions.conversions import convert_records
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.actions.mails import send_mail_of_rule
from kalip.workflow.rules.actions.moves import make_transition
from kalip.workflow.rules.actions.notices import notify_users
from kalip.workflow.rules.actions.plugins import run_action
from kalip.workflow.rules.actions.records import create_record, set_fields, update_related
from kalip.workflow.rules.actions.tasks import create_task_of_rule
from kalip.workflow.rules.scene import Scene

Performer = Callable[[Scene, Any, str], Did]
"""Does an action in the scene's work, under the action's name, and says what it did. Raises why it can't be done."""

PERFORMERS: Mapping[type[RuleAction], Performer] = {
    SetFields: set_fields,
    CreateRecord: create_record,
    UpdateRelated: update_related,
    MakeTransition: make_transition,
    ConvertRecords: convert_records,
    CreateTask: create_task_of_rule,
    AssignUser: assign_user,
    NotifyUsers: notify_users,
    SendMail: send_mail_of_rule,
    CallHook: call_hook,
    RunAction: run_action,
}

__all__ = ["PERFORMERS", "Did", "Performer"]
