"""Jobs, how far the readers of the event log came, and when recurring work is due."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipJob(Base):
    """One piece of background work. `key` makes it one; `attempt` is the fence: only the run that it names may end it.

    `state` is waiting, running, done, dead or cancelled. A lower `priority` comes first. `scope` is JSON of what the
    actor's rights were narrowed to.
    """

    __tablename__ = "kalip_job"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    # Text, not JSONB: the keys keep their order.
    arguments: Mapped[str]
    queue: Mapped[str]
    priority: Mapped[int]
    state: Mapped[str]
    attempt: Mapped[int]
    attempts: Mapped[int]
    run_at: Mapped[datetime]
    actor: Mapped[str | None]
    on_behalf: Mapped[str | None]
    scope: Mapped[str | None]
    correlation: Mapped[str | None]
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    worker: Mapped[str | None]
    done: Mapped[int]
    total: Mapped[int]
    text: Mapped[str]
    cancelling: Mapped[bool]
    error: Mapped[str | None]
    result: Mapped[str | None]
    __table_args__ = (
        # The order in which waiting jobs are taken.
        Index("ix_kalip_job_turn", "state", "priority", "run_at", "id"),
        Index("ix_kalip_job_finished", "state", "finished_at"),
        Index("ix_kalip_job_created", "created_at"),
    )


class KalipJobAttempt(Base):
    """One run of a job that has ended: done, failed, lost or cancelled."""

    __tablename__ = "kalip_job_attempt"
    job_id: Mapped[str] = mapped_column(ForeignKey("kalip_job.id", ondelete="CASCADE"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    worker: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime]
    error: Mapped[str | None]


class KalipConsumer(Base):
    """How far a consumer has read the event log."""

    __tablename__ = "kalip_consumer"
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    # PostgreSQL's transaction of the event at the position; it means nothing in another cluster.
    xact: Mapped[int | None]
    moved_at: Mapped[datetime]


class KalipRecurring(Base):
    """When recurring work is due next. `timing` is what it was declared as: another one starts anew."""

    __tablename__ = "kalip_recurring"
    name: Mapped[str] = mapped_column(primary_key=True)
    timing: Mapped[str]
    next_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
