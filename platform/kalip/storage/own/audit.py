"""Seals over the event log, and the door through which alone what is logged may be changed."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipSeal(Base):
    """A link of the chain over the event log: `hash` covers the link and through `previous` all links before it.

    `kind` is `events` for a batch of events as they were logged, `redacted` or `removed` for what was done to events of
    the batch that the seal `subject` is over. `rows` has the id and the digest of each event, `salts` what the digests
    were made with; see `storage/seals.py`. `about` is JSON text.
    """

    __tablename__ = "kalip_seal"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    subject: Mapped[int | None]
    first_id: Mapped[int]
    last_id: Mapped[int]
    count: Mapped[int]
    about: Mapped[str]
    at: Mapped[datetime]
    rows: Mapped[str]
    salts: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
    __table_args__ = (
        Index("ix_kalip_seal_kind", "kind", "last_id"),
        Index("ix_kalip_seal_subject", "subject", "number"),
    )


class KalipEventDoor(Base):
    """Holds a row only inside a transaction that is allowed to change events: triggers refuse changes without it."""

    __tablename__ = "kalip_event_door"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
