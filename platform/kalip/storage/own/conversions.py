"""Conversions: what was made of which record, by whom, and what is still to be made."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipConversion(Base):
    """One conversion of one record. `state` is open, done or undone.

    `claim` is taken once at a time for a record and conversion, so that nobody makes the same twice; `key` is the
    caller's own. `pending`, `moved` and `before` are JSON text: what is still to be made, which related records went
    along, and what the record was before.
    """

    __tablename__ = "kalip_conversion"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    claim: Mapped[str | None] = mapped_column(unique=True)
    key: Mapped[str | None] = mapped_column(unique=True)
    pending: Mapped[str]
    moved: Mapped[str]
    before: Mapped[str]
    version: Mapped[int]
    actor: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    correlation: Mapped[str]
    __table_args__ = (Index("ix_kalip_conversion_record", "entity", "record_id"),)


class KalipConversionResult(Base):
    """A record that a conversion made or took. `version` is that of then, `before` what was filled in, as JSON."""

    __tablename__ = "kalip_conversion_result"
    conversion_id: Mapped[str] = mapped_column(ForeignKey("kalip_conversion.id", ondelete="CASCADE"), primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    made: Mapped[bool]
    version: Mapped[int]
    before: Mapped[str]
    __table_args__ = (Index("ix_kalip_conversion_result_record", "entity", "record_id"),)


class KalipConversionDeclined(Base):
    """That fields which a target lacks are not wanted there; `fields` are their names then, as JSON."""

    __tablename__ = "kalip_conversion_declined"
    entity: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[str]
    actor: Mapped[str | None]
    declined_at: Mapped[datetime]
