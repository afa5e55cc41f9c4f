"""What finds records that mean the same thing, what people said of them, and merges."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import Base


class KalipDuplicateRule(Base):
    """A rule whose keys are kept, told apart by its definition: another definition is another rule."""

    __tablename__ = "kalip_duplicate_rule"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]


class KalipDuplicateKey(Base):
    """What a record is alike by; the key is a digest, so that no personal data stands here. `claim` is held alone."""

    __tablename__ = "kalip_duplicate_key"
    rule: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    claim: Mapped[str | None] = mapped_column(unique=True)
    __table_args__ = (Index("ix_kalip_duplicate_key_record_id", "record_id"),)


class KalipNotDuplicate(Base):
    """Two records that a person said are not the same; `first` is the smaller id."""

    __tablename__ = "kalip_not_duplicate"
    first: Mapped[str] = mapped_column(primary_key=True)
    second: Mapped[str] = mapped_column(primary_key=True, index=True)
    actor: Mapped[str | None]
    at: Mapped[datetime]


class KalipDuplicateScan(Base):
    """The last look through all records of an entity."""

    __tablename__ = "kalip_duplicate_scan"
    entity: Mapped[str] = mapped_column(primary_key=True)
    actor: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    groups: Mapped[int]
    merged: Mapped[int]


class KalipDuplicateFound(Base):
    """A record in a group that a scan found; groups are numbered within their entity, the surest first."""

    __tablename__ = "kalip_duplicate_found"
    entity: Mapped[str] = mapped_column(primary_key=True)
    group_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[str]


class KalipMerge(Base):
    """A merge: which record others went into, what it held before and after, and whether it was undone."""

    __tablename__ = "kalip_merge"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    survivor_id: Mapped[str] = mapped_column(index=True)
    actor: Mapped[str | None]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    # Text, not JSONB: values stay as they were written.
    before: Mapped[str]
    after: Mapped[str]


class KalipMerged(Base):
    """A record that went into another: `into_id` in its own merge, `root_id` where it ended up after later ones."""

    __tablename__ = "kalip_merged"
    record_id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    merge_id: Mapped[str] = mapped_column(index=True)
    into_id: Mapped[str] = mapped_column(index=True)
    root_id: Mapped[str] = mapped_column(index=True)


class KalipMergeMove(Base):
    """One thing that a merge moved: a reference (`entity`, `field`, `record_id`) that named `was`."""

    __tablename__ = "kalip_merge_move"
    merge_id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    entity: Mapped[str]
    field: Mapped[str]
    record_id: Mapped[str]
    was: Mapped[str]
    position: Mapped[int | None]
