"""What people are told, how they want to be told, and what they follow. Knows rows, not who may know of a record."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.cursor import read_cursor, write_cursor
from kalip.storage.own import KalipFollow, KalipNotification, KalipNotificationSetting, table_of
from kalip.storage.session import Session

_TOLD: Final = table_of(KalipNotification)
_SETTINGS: Final = table_of(KalipNotificationSetting)
_FOLLOWS: Final = table_of(KalipFollow)
FollowLevel = Literal["watch", "talk", "off"]
Rhythm = Literal["at_once", "hourly", "daily"]
_ORDER, _KINDS = "notifications", ("text",)


@dataclass(frozen=True, slots=True)
class Notification:
    """What a person is told, once for each `key`: `params` fill the places of `text`.

    `shown` in the application, and `mail`: none, digest (waits for the next one) or sent.
    """

    id: str
    user_id: str
    key: str
    kind: str
    text: str
    at: datetime
    params: Mapping[str, Any] = field(default_factory=dict)
    actor: str | None = None
    on_behalf: str | None = None
    entity: str | None = None
    record_id: str | None = None
    task_id: str | None = None
    shown: bool = True
    read_at: datetime | None = None
    mail: Literal["none", "digest", "sent"] = "none"


@dataclass(frozen=True, slots=True)
class NotificationSetting:
    """How a person wants to be told: `choices` are ways by kind, as plain JSON; `hour` is of the person's day."""

    user_id: str
    choices: Mapping[str, Any] = field(default_factory=dict)
    rhythm: Rhythm = "at_once"
    hour: int = 8
    digest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """Some notifications, latest first; `next` continues them."""

    items: tuple[Notification, ...]
    next: str | None


_NAMES: Final = tuple(each.name for each in fields(Notification))


def add_notification(session: Session, told: Notification) -> bool:
    """Add what a person is told; false when the person was told under this key already."""
    row = asdict(told) | {"params": orjson.dumps(dict(told.params)).decode()}
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(_TOLD).values(row).on_conflict_do_nothing(index_elements=["user_id", "key"])
    return session.write(statement.returning(_TOLD.c.id)).first() is not None


def was_told(session: Session, user_id: str, key: str) -> bool:
    """Whether a person was told something under this key."""
    query = select(_TOLD.c.id).where(_TOLD.c.user_id == user_id, _TOLD.c.key == key)
    return session.run(query).first() is not None


def list_notifications(
    session: Session,
    user_id: str,
    limit: int = 50,
    cursor: str | None = None,
    *,
    kind: str | None = None,
    unread: bool = False,
) -> NotificationPage:
    """What a person is shown, latest first; BadRequest for a cursor of another list."""
    query = select(_TOLD).where(_TOLD.c.user_id == user_id, _TOLD.c.shown.is_(True))
    if kind is not None:
        query = query.where(_TOLD.c.kind == kind)
    if unread:
        query = query.where(_TOLD.c.read_at.is_(None))
    if cursor is not None:
        query = query.where(_TOLD.c.id < read_cursor(cursor, _ORDER, _KINDS)[0])
    found = [_made(row) for row in session.run(query.order_by(_TOLD.c.id.desc()).limit(limit + 1)).mappings()]
    more = write_cursor(_ORDER, _KINDS, (found[limit - 1].id,)) if len(found) > limit else None
    return NotificationPage(tuple(found[:limit]), more)


def get_notification(session: Session, user_id: str, notification_id: str) -> Notification | None:
    """One of what a person is told."""
    query = select(_TOLD).where(_TOLD.c.id == notification_id, _TOLD.c.user_id == user_id)
    row = session.run(query).mappings().first()
    return None if row is None else _made(row)


def count_unread(session: Session, user_id: str, cap: int = 100) -> int:
    """How much a person has not read, at most `cap`."""
    unread = (_TOLD.c.user_id == user_id, _TOLD.c.shown.is_(True), _TOLD.c.read_at.is_(None))
    some = select(_TOLD.c.id).where(*unread).limit(cap).subquery()
    return int(session.run(select(func.count()).select_from(some)).scalar_one())


def mark_read(
    session: Session,
    user_id: str,
    now: datetime,
    ids: Collection[str] | None = None,
    record: tuple[str, str] | None = None,
) -> int:
    """Note that a person has read these, or all about a record, or all; how many were unread."""
    query = update(_TOLD).where(_TOLD.c.user_id == user_id, _TOLD.c.read_at.is_(None))
    if ids is not None:
        query = query.where(_TOLD.c.id.in_(sorted(ids)))
    if record is not None:
        query = query.where(_TOLD.c.entity == record[0], _TOLD.c.record_id == record[1])
    return session.write(query.values(read_at=now)).rowcount


def mark_unread(session: Session, user_id: str, notification_id: str) -> bool:
    """Take back that something was read; false when there is no such thing."""
    mine = (_TOLD.c.user_id == user_id, _TOLD.c.id == notification_id)
    return session.write(update(_TOLD).where(*mine).values(read_at=None)).rowcount == 1


def waiting_for_digest(session: Session, user_id: str, limit: int = 200) -> list[Notification]:
    """What waits for a person's next digest, oldest first."""
    query = select(_TOLD).where(_TOLD.c.mail == "digest", _TOLD.c.user_id == user_id).order_by(_TOLD.c.id).limit(limit)
    return [_made(row) for row in session.run(query).mappings()]


def users_with_digest(session: Session) -> list[str]:
    """The people for whom something waits to be sent together."""
    query = select(_TOLD.c.user_id).where(_TOLD.c.mail == "digest").distinct().order_by(_TOLD.c.user_id)
    return list(session.run(query).scalars())


def settle_digest(session: Session, ids: Collection[str]) -> None:
    """Note that these went out with a digest."""
    session.write(update(_TOLD).where(_TOLD.c.id.in_(sorted(ids))).values(mail="sent"))


def delete_old_notifications(session: Session, before: datetime) -> int:
    """Forget what was told before a moment and read since; how much there was."""
    return session.write(delete(_TOLD).where(_TOLD.c.at < before, _TOLD.c.read_at.is_not(None))).rowcount


def notification_settings(session: Session, user_ids: Collection[str]) -> dict[str, NotificationSetting]:
    """How each of these people wants to be told; those who never said so as usual."""
    found = {each: NotificationSetting(each) for each in user_ids}
    for row in session.run(select(_SETTINGS).where(_SETTINGS.c.user_id.in_(sorted(found)))):
        choices = orjson.loads(row.choices)
        found[row.user_id] = NotificationSetting(row.user_id, choices, row.rhythm, row.hour, row.digest_at)
    return found


def save_notification_setting(session: Session, setting: NotificationSetting) -> None:
    """Keep how a person wants to be told."""
    row = asdict(setting) | {"choices": orjson.dumps(dict(setting.choices)).decode()}
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    rest = {name: value for name, value in row.items() if name != "user_id"}
    statement = dialect.insert(_SETTINGS).values(row)
    session.write(statement.on_conflict_do_update(index_elements=["user_id"], set_=rest))


def set_follow(
    session: Session, user_id: str, record: tuple[str, str], level: FollowLevel, now: datetime, *, first: bool = False
) -> None:
    """Have a person follow a record (entity and id); with `first` only when the person never chose."""
    row = {"user_id": user_id, "entity": record[0], "record_id": record[1], "level": level, "at": now}
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    key = ["user_id", "entity", "record_id"]
    statement = dialect.insert(_FOLLOWS).values(row)
    session.write(
        statement.on_conflict_do_nothing(index_elements=key)
        if first
        else statement.on_conflict_do_update(index_elements=key, set_={"level": level, "at": now})
    )


def follow_level(session: Session, user_id: str, entity: str, record_id: str) -> FollowLevel | None:
    """How a person follows a record; None for one who never chose."""
    return followers_of(session, entity, [record_id], user_id).get(record_id, {}).get(user_id)


def followers_of(
    session: Session, entity: str, record_ids: Sequence[str], user_id: str | None = None
) -> dict[str, dict[str, FollowLevel]]:
    """Who follows each of these records, and how; records that nobody follows are left out."""
    query = select(_FOLLOWS).where(_FOLLOWS.c.entity == entity, _FOLLOWS.c.record_id.in_(sorted(set(record_ids))))
    if user_id is not None:
        query = query.where(_FOLLOWS.c.user_id == user_id)
    found: dict[str, dict[str, FollowLevel]] = {}
    for row in session.run(query):
        found.setdefault(row.record_id, {})[row.user_id] = row.level
    return found


def _made(row: Mapping[Any, Any]) -> Notification:
    return Notification(**{**{name: row[name] for name in _NAMES}, "params": orjson.loads(row["params"])})
