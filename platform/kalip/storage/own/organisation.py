"""Units, positions, groups, absences and who stands in for whom."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kalip.fields.columns import IsoDate
from kalip.storage.own.base import Base


class KalipUnit(Base):
    """A unit of the organisation under its `parent`. `calendar` names a working calendar; none means the parent's."""

    __tablename__ = "kalip_unit"
    id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Checked at the end: a restore brings rows in the order of their ids.
    parent: Mapped[str | None] = mapped_column(
        ForeignKey("kalip_unit.id", deferrable=True, initially="DEFERRED"), index=True
    )
    manager: Mapped[str | None] = mapped_column(ForeignKey("kalip_user.id"), index=True)
    calendar: Mapped[str | None]
    active: Mapped[bool]


class KalipUnitAbove(Base):
    """A unit and each unit above it, `depth` steps up; itself with depth 0. Kept right by whatever moves a unit."""

    __tablename__ = "kalip_unit_above"
    unit: Mapped[str] = mapped_column(ForeignKey("kalip_unit.id", ondelete="CASCADE"), primary_key=True)
    above: Mapped[str] = mapped_column(ForeignKey("kalip_unit.id", ondelete="CASCADE"), primary_key=True)
    depth: Mapped[int]
    __table_args__ = (Index("ix_kalip_unit_above_above", "above", "unit"),)


class KalipPosition(Base):
    """A person's place in a unit from the day `since` through the day `until`. A `head` answers for the unit."""

    __tablename__ = "kalip_position"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(ForeignKey("kalip_unit.id", ondelete="CASCADE"))
    title: Mapped[str]
    head: Mapped[bool]
    since: Mapped[date | None] = mapped_column(IsoDate())
    until: Mapped[date | None] = mapped_column(IsoDate())
    __table_args__ = (
        Index("ix_kalip_position_user_id", "user_id", "unit"),
        Index("ix_kalip_position_unit", "unit", "user_id"),
    )


class KalipGroup(Base):
    """People who belong together, wherever they stand in the tree."""

    __tablename__ = "kalip_group"
    id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class KalipGroupMember(Base):
    """A person in a group."""

    __tablename__ = "kalip_group_member"
    group_id: Mapped[str] = mapped_column(ForeignKey("kalip_group.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"), primary_key=True)
    __table_args__ = (Index("ix_kalip_group_member_user_id", "user_id", "group_id"),)


class KalipAbsence(Base):
    """When a person is away: from the moment `starts` until before the moment `ends`."""

    __tablename__ = "kalip_absence"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    reason: Mapped[str]
    note: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    __table_args__ = (Index("ix_kalip_absence_user_id", "user_id", "ends"),)


class KalipSubstitution(Base):
    """That `substitute` stands in for `absent` from `starts` until before `ends`, or before `ended_at`.

    `kind` is inform, tasks or all; no `entities` means every entity. With `moves` the open tasks are handed over
    once (`moved_at`) and those still open come back at the end (`returned_at`).
    """

    __tablename__ = "kalip_substitution"
    id: Mapped[str] = mapped_column(primary_key=True)
    absent: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    substitute: Mapped[str] = mapped_column(ForeignKey("kalip_user.id", ondelete="CASCADE"))
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    kind: Mapped[str]
    entities: Mapped[list[str]]
    note: Mapped[str]
    moves: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    moved_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_kalip_substitution_absent", "absent", "ends"),
        Index("ix_kalip_substitution_substitute", "substitute", "ends"),
    )


class KalipSubstitutionTask(Base):
    """A task that was handed over for the time of a substitution."""

    __tablename__ = "kalip_substitution_task"
    substitution: Mapped[str] = mapped_column(ForeignKey("kalip_substitution.id", ondelete="CASCADE"), primary_key=True)
    task_id: Mapped[str] = mapped_column(ForeignKey("kalip_task.id", ondelete="CASCADE"), primary_key=True)


class KalipExternalId(Base):
    """What another directory calls a user or a group (`kind`), so that it is found again whatever it is called here."""

    __tablename__ = "kalip_external_id"
    kind: Mapped[str] = mapped_column(primary_key=True)
    own_id: Mapped[str] = mapped_column(primary_key=True)
    external: Mapped[str]
    updated_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("kind", "external"),)
