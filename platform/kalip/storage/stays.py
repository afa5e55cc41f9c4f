"""How long records were in stages: a row for each stay, opened and closed with the move itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, case, func, insert, select, text, update

from kalip.storage.idlist import id_condition, id_params
from kalip.storage.own import KalipStay, table_of
from kalip.storage.session import Session

STAYS: Final = table_of(KalipStay)


@dataclass(frozen=True, slots=True)
class Stay:
    """A record's stay in a stage; `until` and `seconds` are None for the one where it is."""

    entity: str
    record_id: str
    pipeline: str
    stage: str
    since: datetime
    actor: str | None = None
    until: datetime | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class StageTime:
    """How records fared in a stage: how many stays are over, their mean length in seconds, and how many go on."""

    pipeline: str
    stage: str
    ended: int
    seconds: float | None
    going: int


def open_stays(session: Session, stays: Sequence[Stay], *, fresh: Sequence[bool]) -> None:
    """Note that records came into stages; what was open of those that are not `fresh` ends at the same moment."""
    for stay, new in zip(stays, fresh, strict=True):
        if not new:
            _close(session, stay)
    if stays:
        session.write(
            insert(STAYS),
            [
                {
                    "entity": stay.entity,
                    "record_id": stay.record_id,
                    "pipeline": stay.pipeline,
                    "stage": stay.stage,
                    "since": stay.since,
                    "until": None,
                    "seconds": None,
                    "actor": stay.actor,
                }
                for stay in stays
            ],
        )


def stays_of(session: Session, entity: str, record_id: str) -> list[Stay]:
    """The stays of a record, first one first."""
    query = select(STAYS).where(STAYS.c.entity == entity, STAYS.c.record_id == record_id).order_by(STAYS.c.id)
    return [
        Stay(row.entity, row.record_id, row.pipeline, row.stage, row.since, row.actor, row.until, row.seconds)
        for row in session.run(query)
    ]


def drop_stays(session: Session, entity: str, record_id: str) -> None:
    """Forget in which stages a record was, as it is deleted for good."""
    session.write(STAYS.delete().where(STAYS.c.entity == entity, STAYS.c.record_id == record_id))


def stayed(session: Session, entity: str, pipeline: str) -> list[str]:
    """The records that were in stages of a pipeline."""
    query = select(STAYS.c.record_id).where(STAYS.c.entity == entity, STAYS.c.pipeline == pipeline).distinct()
    return list(session.run(query).scalars())


def stage_times(session: Session, entity: str, pipeline: str, among: Collection[str] | None = None) -> list[StageTime]:
    """How long records were in each stage of a pipeline, in one statement; stages come in no order.

    `among` leaves only these records.
    """
    going = func.sum(case((STAYS.c.until.is_(None), 1), else_=0))
    query = (
        select(
            STAYS.c.stage,
            func.count(STAYS.c.until).label("ended"),
            func.avg(STAYS.c.seconds).label("mean"),
            going.label("going"),
        )
        .where(STAYS.c.entity == entity, STAYS.c.pipeline == pipeline)
        .group_by(STAYS.c.stage)
    )
    given: dict[str, object] = {}
    if among is not None:
        query = query.where(text(id_condition("record_id", session.dialect)))
        given = id_params(among, session.dialect)
    return [
        StageTime(pipeline, row.stage, int(row.ended), None if row.mean is None else float(row.mean), int(row.going))
        for row in session.run(query, given)
    ]


def _close(session: Session, following: Stay) -> None:
    query = select(STAYS.c.id, STAYS.c.since).where(
        STAYS.c.entity == following.entity, STAYS.c.record_id == following.record_id, STAYS.c.until.is_(None)
    )
    for row in session.run(query).all():
        length = max(0, int((following.since - row.since).total_seconds()))
        session.write(_CLOSE, {"stay": row.id, "ended": following.since, "length": length})


_CLOSE: Final = (
    update(STAYS).where(STAYS.c.id == bindparam("stay")).values(until=bindparam("ended"), seconds=bindparam("length"))
)
