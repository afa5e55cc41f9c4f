"""Tells people in the application."""

from kalip.model import NotifyUsers
from kalip.workflow.notifications import Notice, notify
from kalip.workflow.rules.actions.did import Did
from kalip.workflow.rules.actions.people import users_of
from kalip.workflow.rules.scene import Scene

_TEXT = "{text}"


def notify_users(scene: Scene, action: NotifyUsers, name: str) -> Did:
    """Tell them, each in their own language and the way they chose."""
    people = users_of(scene, action.people)
    told = notify(
        scene.work,
        Notice(
            [user.id for user in people],
            "rule",
            _TEXT,
            f"{scene.key}:{name}",
            {"text": dict(scene.said_everywhere(action.text).pairs)},
            scene.entity if scene.record_id else None,
            scene.record_id or None,
        ),
    )
    return Did("People told: {count}.", {"count": told})
