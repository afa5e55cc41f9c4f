"""What rules leave behind: their runs, how far sweeps came, running clocks, messages sent and received."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipRuleRun(Base):
    """One firing of a rule, or the reason why it didn't fire: once for each occasion and rule.

    `cause` is the correlation of what caused it, `correlation` that of what it did itself; `depth` counts the rules
    that led here, one after the other. `reason` is an English template that `params` fill; `steps`, `params` and
    `given` are JSON text.
    """

    __tablename__ = "kalip_rule_run"
    id: Mapped[str] = mapped_column(primary_key=True)
    occasion: Mapped[str]
    rule: Mapped[str]
    entity: Mapped[str]
    record_id: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    params: Mapped[str]
    steps: Mapped[str]
    given: Mapped[str | None]
    attempts: Mapped[int]
    depth: Mapped[int]
    event_id: Mapped[int | None]
    actor: Mapped[str | None]
    cause: Mapped[str | None]
    correlation: Mapped[str]
    revision: Mapped[str]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("occasion", "rule"),
        Index("ix_kalip_rule_run_rule", "rule", "id"),
        Index("ix_kalip_rule_run_record", "entity", "record_id", "id"),
        Index("ix_kalip_rule_run_correlation", "correlation"),
        Index("ix_kalip_rule_run_state", "state", "id"),
    )


class KalipRuleCursor(Base):
    """Up to which moment a rule's occasions have been looked for."""

    __tablename__ = "kalip_rule_cursor"
    rule: Mapped[str] = mapped_column(primary_key=True)
    upto: Mapped[datetime]


class KalipClock(Base):
    """A clock of a record: running, paused, or stopped. `used` are microseconds of working time before `running_since`.

    `alarm` is the place of the next alarm among the clock's, `times` how often it came already; `next_at` its moment.
    """

    __tablename__ = "kalip_clock"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    clock: Mapped[str]
    cycle: Mapped[int]
    state: Mapped[str]
    target: Mapped[str]
    within: Mapped[int]
    used: Mapped[int]
    started_at: Mapped[datetime]
    running_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    breached_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    alarm: Mapped[int]
    times: Mapped[int]
    next_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("entity", "record_id", "clock", "cycle"),
        Index("ix_kalip_clock_next", "next_at"),
    )


class KalipHookDelivery(Base):
    """A message to another system, one for each `key`: that of the run and action that send it."""

    __tablename__ = "kalip_hook_delivery"
    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[str]
    entity: Mapped[str]
    record_id: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_kalip_hook_delivery_rule", "rule", "id"),
        Index("ix_kalip_hook_delivery_state", "state", "id"),
    )


class KalipHookAttempt(Base):
    """One attempt to send a message, and what was answered."""

    __tablename__ = "kalip_hook_attempt"
    delivery_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str | None]
    answer: Mapped[str | None]
    milliseconds: Mapped[int]


class KalipHookMessage(Base):
    """A message that came in, by the id that its sender gave it: the same one twice is one."""

    __tablename__ = "kalip_hook_message"
    hook: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)
    event_id: Mapped[int | None]
