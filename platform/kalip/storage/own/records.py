"""What stands beside records: events, counters, answers, imports, saved lists, the search index."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import SEQUENCE, Base


class KalipEvent(Base):
    """One change of one record, and the outbox. `xact` is PostgreSQL's transaction: readers wait for those below."""

    __tablename__ = "kalip_event"
    id: Mapped[int] = mapped_column(SEQUENCE, Identity(), primary_key=True)
    kind: Mapped[str]
    entity: Mapped[str]
    record_id: Mapped[str]
    actor: Mapped[str | None]
    on_behalf: Mapped[str | None]
    at: Mapped[datetime]
    # Text, not JSONB: the keys keep their order.
    before: Mapped[str | None]
    after: Mapped[str | None]
    correlation: Mapped[str | None]
    revision: Mapped[str]
    xact: Mapped[int | None]
    __table_args__ = (
        Index("ix_kalip_event_record", "entity", "record_id", "id"),
        Index("ix_kalip_event_correlation", "correlation"),
        Index("ix_kalip_event_actor", "actor", "id"),
        # The order in which consumers read, on PostgreSQL.
        Index("ix_kalip_event_xact", "xact", "id"),
        {"sqlite_autoincrement": True},
    )


class KalipCounter(Base):
    """The last number given by a counter."""

    __tablename__ = "kalip_counter"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class KalipIdempotency(Base):
    """An answer kept under a caller's key."""

    __tablename__ = "kalip_idempotency"
    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class KalipImport(Base):
    """How far an import of one source under one mapping came."""

    __tablename__ = "kalip_import"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    source_name: Mapped[str]
    source_hash: Mapped[str]
    mapping_hash: Mapped[str]
    actor: Mapped[str | None]
    position: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    refused: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_kalip_import_source", "entity", "source_hash", "mapping_hash"),)


class KalipSavedView(Base):
    """A person's own list of an entity: columns, filter and sort as JSON text."""

    __tablename__ = "kalip_saved_view"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    entity: Mapped[str]
    name: Mapped[str]
    shared: Mapped[bool]
    body: Mapped[str]
    __table_args__ = (UniqueConstraint("user_id", "entity", "name"), Index("ix_kalip_saved_view_entity", "entity"))


class KalipSearch(Base):
    """Which record a row of the search index stands for. PostgreSQL adds `words`, SQLite has an FTS5 table beside."""

    __tablename__ = "kalip_search"
    id: Mapped[int] = mapped_column(SEQUENCE, Identity(), primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    __table_args__ = (UniqueConstraint("entity", "record_id"), {"sqlite_autoincrement": True})
