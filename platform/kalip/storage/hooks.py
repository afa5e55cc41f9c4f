"""Messages to other systems with their attempts, and messages of theirs that came in."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipHookAttempt, KalipHookDelivery, KalipHookMessage, table_of
from kalip.storage.session import Session

DeliveryState = Literal["waiting", "sent", "failed"]
DELIVERIES: Final = table_of(KalipHookDelivery)
ATTEMPTS: Final = table_of(KalipHookAttempt)
MESSAGES: Final = table_of(KalipHookMessage)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to another system. `failed` was tried as often as it may be, or refused for good."""

    id: str
    key: str
    rule: str
    entity: str
    record_id: str
    url: str
    secret: str
    body: str
    state: DeliveryState
    created_at: datetime
    attempts: int = 0
    status: int | None = None
    error: str | None = None
    tried_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to send a message, and what was answered."""

    delivery_id: str
    number: int
    at: datetime
    status: int | None
    error: str | None
    answer: str | None
    milliseconds: int


def add_delivery(session: Session, delivery: Delivery) -> bool:
    """Put a message in unless one of the same key is there; whether it is new."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(DELIVERIES).values(asdict(delivery)).on_conflict_do_nothing()
    return session.write(statement.returning(DELIVERIES.c.id)).first() is not None


def get_delivery(session: Session, delivery_id: str) -> Delivery | None:
    """One message."""
    row = session.run(select(DELIVERIES).where(DELIVERIES.c.id == delivery_id)).mappings().first()
    return None if row is None else Delivery(**row)


def save_attempt(session: Session, delivery: Delivery, attempt: DeliveryAttempt) -> None:
    """Write an attempt, and what became of the message by it."""
    session.write(insert(ATTEMPTS).values(asdict(attempt)))
    values: dict[str, Any] = asdict(delivery)
    del values["id"]
    session.write(update(DELIVERIES).where(DELIVERIES.c.id == delivery.id).values(values))


def reopen_delivery(session: Session, delivery_id: str) -> bool:
    """Let a message be sent again; False when there is none."""
    reopened = update(DELIVERIES).where(DELIVERIES.c.id == delivery_id).values(state="waiting")
    return session.write(reopened).rowcount == 1


def list_deliveries(
    session: Session,
    *,
    rule: str | None = None,
    states: Collection[str] = (),
    limit: int = 50,
    before: str | None = None,
) -> list[Delivery]:
    """Messages, the newest first; `before` is the id that the page before ended with."""
    query = select(DELIVERIES).order_by(DELIVERIES.c.id.desc()).limit(limit)
    if rule is not None:
        query = query.where(DELIVERIES.c.rule == rule)
    if states:
        query = query.where(DELIVERIES.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(DELIVERIES.c.id < before)
    return [Delivery(**row) for row in session.run(query).mappings()]


def delivery_attempts(session: Session, delivery_id: str) -> list[DeliveryAttempt]:
    """The attempts to send a message, in order."""
    query = select(ATTEMPTS).where(ATTEMPTS.c.delivery_id == delivery_id).order_by(ATTEMPTS.c.number)
    return [DeliveryAttempt(**row) for row in session.run(query).mappings()]


def receive_message(session: Session, hook: str, message_id: str, now: datetime) -> bool:
    """Remember a message that came in; False when it came before. The same one at once waits until this one ended."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(MESSAGES).values(hook=hook, message_id=message_id, received_at=now)
    return session.write(statement.on_conflict_do_nothing().returning(MESSAGES.c.hook)).first() is not None


def forget_messages(session: Session, before: datetime) -> int:
    """Delete old ids of messages that came in; how many."""
    return session.write(delete(MESSAGES).where(MESSAGES.c.received_at < before)).rowcount
