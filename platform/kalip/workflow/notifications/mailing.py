"""What people are told by mail: at once, or gathered for the hour or the day in their own time zone."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kalip.access import SYSTEM
from kalip.base.errors import RecordRejected
from kalip.records import JobRun, Services, Work, run
from kalip.records.readers import active_people, work_of
from kalip.storage import User
from kalip.storage.notifications import (
    Notification,
    NotificationSetting,
    delete_old_notifications,
    notification_settings,
    save_notification_setting,
    settle_digest,
    users_with_digest,
    waiting_for_digest,
)
from kalip.workflow.mails import OutgoingMail, send_mail
from kalip.workflow.notifications.wording import Told, told

DIGEST: Final = "notifications.digest"
KEPT: Final = timedelta(days=180)
"""What was read is forgotten after that."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def mail_now(work: Work, person: User, made: Notification, quote: str = "") -> None:
    """Send one notification, in the work's transaction; `quote` is what somebody wrote."""
    (one,) = _in_words(work, person, [made])
    lines = [one.text, *(f"> {line}" for line in quote.splitlines()), "", _address(work, one)]
    _send(work, person, one.text, lines, f"notification:{made.id}")


def send_digests(services: Services, _job: JobRun) -> Mapping[str, Any]:
    """Send what waits to those whose hour has come, each in a transaction of its own; forget what is old."""
    with services.database.read() as session:
        waiting = users_with_digest(session)
    sent = sum(run(services, SYSTEM, lambda work, user=user: send_digest(work, user)) for user in waiting)  # type: ignore[misc]
    forgotten = run(services, SYSTEM, lambda work: delete_old_notifications(work.session, work.now - KEPT))
    return {"sent": sent, "forgotten": forgotten}


def send_digest(work: Work, user_id: str) -> int:
    """Send a person what waits, if the time has come; 1 when something was sent.

    The mail, and that nothing waits any more, are one transaction.
    """
    person = active_people(work, [user_id]).get(user_id)
    waiting = waiting_for_digest(work.session, user_id)
    setting = notification_settings(work.session, [user_id])[user_id]
    if not waiting:
        return 0
    if person is not None and not is_due(setting, person.timezone, waiting[0].at, work.now):
        return 0
    settle_digest(work.session, [each.id for each in waiting])
    save_notification_setting(work.session, replace(setting, digest_at=work.now))
    unread = [each for each in waiting if each.read_at is None]
    if person is None or not unread:
        return 0
    lines = []
    for one in _in_words(work, person, unread):
        lines += [one.text, _address(work, one), ""]
    say = _translator(work, person)
    subject = say("{count} notifications").replace("{count}", str(len(unread)))
    _send(work, person, subject, lines, f"digest:{user_id}:{waiting[-1].id}")
    return 1


def is_due(setting: NotificationSetting, timezone: str, oldest: datetime, now: datetime) -> bool:
    """Whether a digest goes out: hourly ones an hour after the last, daily ones at the hour of the person's own day.

    Whoever changed to mail at once gets the rest at once.
    """
    if setting.rhythm == "at_once":
        return True
    last = setting.digest_at
    if setting.rhythm == "hourly":
        return now - max(oldest, last or oldest) >= _HOUR or (last is not None and now - last >= _HOUR)
    local = now.astimezone(ZoneInfo(timezone))
    hour = local.replace(hour=setting.hour, minute=0, second=0, microsecond=0)
    if hour > local:
        hour -= _DAY
    return oldest < hour and (last is None or last < hour)


def _in_words(work: Work, person: User, items: Sequence[Notification]) -> tuple[Told, ...]:
    return told(work_of(work, person), items, person.locale, _translator(work, person))


def _translator(work: Work, person: User) -> Any:
    return lambda text: work.services.translate(person.locale, text)


def _address(work: Work, one: Told) -> str:
    return f"{work.services.network.public_url}/notifications/{one.notification.id}"


def _send(work: Work, person: User, subject: str, lines: Sequence[str], key: str) -> None:
    settings = f"{work.services.network.public_url}/account/preferences#notifications"
    why = _translator(work, person)("You choose what you are told by mail here:")
    body = "\n".join((*lines, "", "-- ", why, settings, ""))
    # An address that takes no mail is no reason to keep what is told in the application from anybody.
    with suppress(RecordRejected):
        send_mail(work, OutgoingMail(to=(person.email,), subject=" ".join(subject.split())[:200], body=body, key=key))
