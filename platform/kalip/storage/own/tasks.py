"""Tasks of people, what they are told of, what they follow, and how they want to be told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipTask(Base):
    """Work for a person, or for whoever of a role takes it. Only one task has a key.

    `outcomes` is JSON text: name to label and what it asks for. `version` counts changes: who changes a task names it.
    """

    __tablename__ = "kalip_task"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    note: Mapped[str]
    entity: Mapped[str | None]
    record_id: Mapped[str | None]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("kalip_user.id"))
    role: Mapped[str | None]
    delegated_by: Mapped[str | None] = mapped_column(ForeignKey("kalip_user.id"))
    priority: Mapped[int]
    due_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    state: Mapped[str]
    # Text, not JSONB: the outcomes keep their order.
    outcomes: Mapped[str]
    outcome: Mapped[str | None]
    comment: Mapped[str | None]
    source: Mapped[str]
    source_name: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    on_behalf: Mapped[str | None]
    __table_args__ = (
        Index("ix_kalip_task_user", "user_id", "state", "due_at"),
        Index("ix_kalip_task_role", "role", "state", "due_at"),
        Index("ix_kalip_task_delegated_by", "delegated_by", "state"),
        Index("ix_kalip_task_record", "entity", "record_id", "state"),
        Index("ix_kalip_task_due", "state", "due_at"),
    )


class KalipNotification(Base):
    """What a person is told, once for each key. `params` is JSON text that fills the places of `text`.

    `mail` says what becomes of it outside: none, digest (waits), sent.
    """

    __tablename__ = "kalip_notification"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    key: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str]
    params: Mapped[str]
    actor: Mapped[str | None]
    on_behalf: Mapped[str | None]
    entity: Mapped[str | None]
    record_id: Mapped[str | None]
    task_id: Mapped[str | None]
    at: Mapped[datetime]
    shown: Mapped[bool]
    read_at: Mapped[datetime | None]
    mail: Mapped[str]
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_kalip_notification_shown", "user_id", "shown", "id"),
        Index("ix_kalip_notification_mail", "mail", "user_id"),
    )


class KalipNotificationSetting(Base):
    """How a person wants to be told. `choices` is JSON text: kind to ways; kinds that are left out go as usual."""

    __tablename__ = "kalip_notification_setting"
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), primary_key=True)
    choices: Mapped[str]
    rhythm: Mapped[str]
    hour: Mapped[int]
    digest_at: Mapped[datetime | None]


class KalipFollow(Base):
    """Who is told of a record. `level` is watch (changes, comments), talk (comments) or off (left on purpose)."""

    __tablename__ = "kalip_follow"
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (Index("ix_kalip_follow_record", "entity", "record_id"),)
