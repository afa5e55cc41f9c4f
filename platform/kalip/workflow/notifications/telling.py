"""Tells people of what concerns them: once for each key, never who did it, never who may not see the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kalip.base.ids import new_id
from kalip.records import Work, nothing
from kalip.records.covers import covers_of_records
from kalip.records.readers import active_people, may_see, work_of
from kalip.storage import User
from kalip.storage.notifications import (
    Notification,
    NotificationSetting,
    add_notification,
    notification_settings,
    was_told,
)
from kalip.workflow.notifications.copying import copies_of
from kalip.workflow.notifications.kinds import KindName, ways_of
from kalip.workflow.notifications.mailing import mail_now
from kalip.workflow.notifications.wording import CHANGED, seen_fields


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell `users` (ids) of. `text` is English with `{name}` places, filled by `params` (JSON).

    Beside them there are `{actor}`, `{record}` and `{entity}`; a label in several languages is filled in the reader's.
    The same `key` tells a person once. With `entity` and `record_id` only who may see that record is told; `by` is
    who did it and is not told. With `quiet` nothing is sent by mail; `quote` is what somebody wrote, which only a mail
    that goes at once repeats.

    What `follows` another key is told to whoever was told under that, whether the record may still be seen or not.
    `changed` names fields for the place `{fields}`: who may see none of them isn't told.
    """

    users: Sequence[str]
    kind: KindName
    text: str
    key: str
    params: Mapping[str, Any] = field(default_factory=nothing)
    entity: str | None = None
    record_id: str | None = None
    task_id: str | None = None
    by: str | None = None
    quiet: bool = False
    quote: str = ""
    follows: str = ""
    changed: Sequence[str] | None = None


def notify(work: Work, notice: Notice) -> int:
    """Tell people, in the work's transaction, in the ways that each of them chose; how many are told anew.

    Those who stand in for one of them are told, too, unless they did it themselves.
    """
    doer = notice.by or work.actor.id
    people = active_people(work, (each for each in notice.users if each != doer))
    copies = [each for each in copies_of(work, people) if each.reaches(notice.entity) and each.substitute != doer]
    others = active_people(work, (each.substitute for each in copies)) if copies else {}
    settings = notification_settings(work.session, [*people, *others])
    told = sum(_tell(work, notice, person, settings[person.id], None) for person in people.values())
    for copy in copies:
        person = others.get(copy.substitute)
        if person is not None:
            told += _tell(work, notice, person, settings[person.id], copy.absent)
    return told


def _tell(work: Work, notice: Notice, person: User, setting: NotificationSetting, on_behalf: str | None) -> bool:
    ways = ways_of(setting, notice.kind)
    if not ways or not _concerns(work, notice, person):
        return False
    by_mail = "mail" in ways and not notice.quiet
    at_once = setting.rhythm == "at_once"
    made = Notification(
        id=new_id(),
        user_id=person.id,
        key=notice.key,
        kind=notice.kind,
        text=notice.text,
        at=work.now,
        params=dict(notice.params) if notice.changed is None else {**notice.params, CHANGED: list(notice.changed)},
        actor=notice.by or work.actor.id,
        on_behalf=on_behalf,
        entity=notice.entity,
        record_id=notice.record_id,
        task_id=notice.task_id,
        shown="app" in ways,
        mail="none" if not by_mail else "sent" if at_once else "digest",
    )
    if not ("app" in ways or by_mail) or not add_notification(work.session, made):
        return False
    if by_mail and at_once:
        mail_now(work, person, made, notice.quote)
    return True


def _concerns(work: Work, notice: Notice, person: User) -> bool:
    if notice.entity is None or notice.record_id is None:
        return True
    if notice.follows:
        return was_told(work.session, person.id, notice.follows)
    if notice.entity not in work.model.entities or not may_see(work, person, notice.entity, notice.record_id):
        return False
    if notice.changed is None:
        return True
    covers = covers_of_records(work_of(work, person), work.entity(notice.entity), [notice.record_id])
    return bool(seen_fields(covers[notice.record_id], notice.changed))
