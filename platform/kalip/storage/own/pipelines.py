"""What pipelines keep beside records: how long each was in each stage, and the steps ticked off in it."""

from datetime import datetime

from sqlalchemy import Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalip.storage.own.base import SEQUENCE, Base


class KalipStay(Base):
    """A record's stay in a stage. `until` and `seconds` are empty for the stage where it is."""

    __tablename__ = "kalip_stay"
    id: Mapped[int] = mapped_column(SEQUENCE, Identity(), primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    pipeline: Mapped[str]
    stage: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    seconds: Mapped[int | None]
    actor: Mapped[str | None]
    __table_args__ = (
        Index("ix_kalip_stay_record", "entity", "record_id", "id"),
        Index("ix_kalip_stay_stage", "entity", "pipeline", "stage", "until"),
        {"sqlite_autoincrement": True},
    )


class KalipStageStep(Base):
    """A step of a record in a stage: one that was ticked off or skipped, or one that was added by hand (`title`).

    A declared step that nobody has touched has no row. `name` is the declared step's, or the row's own id.
    """

    __tablename__ = "kalip_stage_step"
    id: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str]
    record_id: Mapped[str]
    pipeline: Mapped[str]
    stage: Mapped[str]
    name: Mapped[str]
    title: Mapped[str | None]
    required: Mapped[bool]
    state: Mapped[str]
    note: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    __table_args__ = (
        UniqueConstraint("entity", "record_id", "pipeline", "stage", "name", name="uq_kalip_stage_step_place"),
    )
