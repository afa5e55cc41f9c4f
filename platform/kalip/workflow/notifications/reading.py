"""What a person was told: listed, counted, and noted as read."""

from collections.abc import Collection

from kalip.base.errors import NotFound
from kalip.base.ids import is_id
from kalip.records import Work
from kalip.storage.notifications import (
    Notification,
    NotificationPage,
    count_unread,
    get_notification,
    list_notifications,
    mark_read,
    mark_unread,
)

MOST_COUNTED = 100


def my_notifications(
    work: Work, limit: int = 50, cursor: str | None = None, *, kind: str | None = None, unread: bool = False
) -> NotificationPage:
    """What the actor was told, latest first."""
    return list_notifications(work.session, work.actor.id or "", limit, cursor, kind=kind, unread=unread)


def unread_count(work: Work) -> int:
    """How much the actor has not read; `MOST_COUNTED` stands for that many or more."""
    return count_unread(work.session, work.actor.id or "", MOST_COUNTED)


def my_notification(work: Work, notification_id: str) -> Notification:
    """One of what the actor was told, or NotFound."""
    found = get_notification(work.session, work.actor.id or "", notification_id) if is_id(notification_id) else None
    if found is None:
        raise NotFound("There is no notification '{id}'.", params={"id": notification_id[:60]})
    return found


def read_notifications(work: Work, ids: Collection[str] | None = None, record: tuple[str, str] | None = None) -> int:
    """Note that the actor has read these, all about a record, or all; how many were unread."""
    return mark_read(work.session, work.actor.id or "", work.now, ids, record)


def unread_notification(work: Work, notification_id: str) -> None:
    """Take back that the actor has read something."""
    if not mark_unread(work.session, work.actor.id or "", notification_id):
        raise NotFound("There is no notification '{id}'.", params={"id": notification_id[:60]})
