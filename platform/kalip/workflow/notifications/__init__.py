"""What people are told: in the application and by mail, of what concerns them, in the ways that each of them chose."""

from collections.abc import Mapping, Sequence
from typing import Final

from kalip.records import Consumer, JobHandler, Recurring
from kalip.workflow.notifications.events import CONSUMER, DUE, TELL, remind, tell, tell_of
from kalip.workflow.notifications.following import follow, how_followed, unfollow
from kalip.workflow.notifications.kinds import KINDS, WAYS, KindName, Way, ways_of
from kalip.workflow.notifications.mailing import DIGEST, send_digest, send_digests
from kalip.workflow.notifications.reading import (
    MOST_COUNTED,
    my_notification,
    my_notifications,
    read_notifications,
    unread_count,
    unread_notification,
)
from kalip.workflow.notifications.settings import RHYTHMS, choose_ways, my_setting
from kalip.workflow.notifications.telling import Notice, notify
from kalip.workflow.notifications.wording import Told, told

JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {TELL: tell, DUE: remind, DIGEST: send_digests}
CONSUMERS: Final[Sequence[Consumer]] = (CONSUMER,)
RECURRING: Final[Sequence[Recurring]] = (
    Recurring("notifications-due", DUE, every=300),
    Recurring("notifications-digest", DIGEST, every=600),
)

__all__ = [
    "CONSUMERS",
    "JOB_HANDLERS",
    "KINDS",
    "MOST_COUNTED",
    "RECURRING",
    "RHYTHMS",
    "WAYS",
    "KindName",
    "Notice",
    "Told",
    "Way",
    "choose_ways",
    "follow",
    "how_followed",
    "my_notification",
    "my_notifications",
    "my_setting",
    "notify",
    "read_notifications",
    "send_digest",
    "tell_of",
    "told",
    "unfollow",
    "unread_count",
    "unread_notification",
    "ways_of",
]
