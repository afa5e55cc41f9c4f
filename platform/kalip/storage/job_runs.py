"""Runs of jobs: taken under a lease by one runner, kept by its heartbeat, ended by the run that still holds them.

A run is fenced by its number: once a lease has run out and somebody else took the job, nothing that the first runner
writes under its own number counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, and_, case, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.jobs import ATTEMPTS, JOBS, StoredJob, stored
from kalip.storage.session import Session

_RUNNING: Final = JOBS.c.state == "running"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: the job's new `state`, the attempt's `outcome`, and when it runs again if it waits.

    A run that is not `counted` costs the job none of its attempts. Without a `result` what was kept on the way stays.
    """

    state: str
    outcome: str
    at: datetime
    error: str | None = None
    result: Mapping[str, Any] | None = None
    run_at: datetime | None = None
    counted: bool = True


def claim_job(
    session: Session, worker: str, now: datetime, until: datetime, queues: Sequence[str] = ()
) -> StoredJob | None:
    """Take the job whose turn it is, of these queues or of all; no two runners take the same."""
    turn = (
        select(JOBS.c.id)
        .where(JOBS.c.state == "waiting", JOBS.c.run_at <= now)
        .order_by(JOBS.c.priority, JOBS.c.run_at, JOBS.c.id)
        .limit(1)
    )
    if queues:
        turn = turn.where(JOBS.c.queue.in_(queues))
    if session.dialect == "postgresql":
        turn = turn.with_for_update(skip_locked=True)
    return _claim(session, JOBS.c.id == turn.scalar_subquery(), worker, now, until)


def claim_one(
    session: Session, job_id: str, attempt: int, worker: str, now: datetime, until: datetime
) -> StoredJob | None:
    """Take a certain job for a certain run; None when it isn't waiting for that run any more."""
    chosen = and_(JOBS.c.id == job_id, JOBS.c.attempt == attempt - 1, JOBS.c.run_at <= now)
    return _claim(session, chosen, worker, now, until)


def renew_lease(session: Session, job_id: str, attempt: int, until: datetime) -> bool:
    """Keep a run for longer; False when it isn't this runner's any more."""
    return session.write(update(JOBS).where(_held(job_id, attempt)).values(leased_until=until)).rowcount == 1


def note_progress(session: Session, job_id: str, attempt: int, done: int, total: int, text: str) -> bool:
    """Say how far a run came; False when it isn't this runner's any more."""
    figures = {"done": done, "total": total, "text": text}
    return session.write(update(JOBS).where(_held(job_id, attempt)).values(figures)).rowcount == 1


def keep_checkpoint(
    session: Session, job_id: str, attempt: int, done: int, total: int, result: Mapping[str, Any]
) -> bool:
    """Keep, in the session's transaction, how far a run came and what it has; False when it isn't this runner's."""
    values = {"done": done, "total": total, "result": _text(result)}
    return session.write(update(JOBS).where(_held(job_id, attempt)).values(values)).rowcount == 1


def is_cancelling(session: Session, job_id: str, attempt: int) -> bool | None:
    """Whether somebody asked a run to stop; None when it isn't this runner's any more."""
    found: bool | None = session.run(select(JOBS.c.cancelling).where(_held(job_id, attempt))).scalar()
    return found


def end_run(session: Session, job: StoredJob, ended: Ended) -> bool:
    """End a run in the session's transaction; False when it isn't this runner's any more."""
    waits = ended.state == "waiting"
    values: dict[str, Any] = {
        # Who asked a run to stop doesn't want another one.
        "state": case((JOBS.c.cancelling, "cancelled"), else_="waiting") if waits else ended.state,
        "run_at": ended.run_at if waits and ended.run_at is not None else job.run_at,
        "finished_at": case((JOBS.c.cancelling, literal(ended.at, JOBS.c.finished_at.type)), else_=None)
        if waits
        else ended.at,
        "leased_until": None,
        "queued_at": None,
        "error": ended.error,
    }
    if ended.result is not None:
        values["result"] = _text(ended.result)
    if not ended.counted:
        values["attempts"] = JOBS.c.attempts + 1
    if session.write(update(JOBS).where(_held(job.id, job.attempt)).values(values)).rowcount == 0:
        return False
    _keep_attempt(session, job, ended)
    return True


def lost_runs(session: Session, now: datetime, most: int = 100) -> list[StoredJob]:
    """The runs whose lease ran out: their runner died or lost the database."""
    query = select(JOBS).where(_RUNNING, JOBS.c.leased_until < now).limit(most)
    return [stored(row) for row in session.run(query).mappings()]


def due_jobs(session: Session, now: datetime, unseen_since: datetime, most: int = 500) -> list[StoredJob]:
    """Waiting jobs that are due and that no queue was told of, or not lately."""
    query = (
        select(JOBS)
        .where(
            JOBS.c.state == "waiting",
            JOBS.c.run_at <= now,
            or_(JOBS.c.queued_at.is_(None), JOBS.c.queued_at < unseen_since),
        )
        .order_by(JOBS.c.priority, JOBS.c.run_at, JOBS.c.id)
        .limit(most)
    )
    return [stored(row) for row in session.run(query).mappings()]


def note_queued(session: Session, job_ids: Sequence[str], now: datetime) -> None:
    """Note that a queue was told of waiting jobs."""
    session.write(update(JOBS).where(JOBS.c.id.in_(job_ids), JOBS.c.state == "waiting").values(queued_at=now))


def _claim(
    session: Session, chosen: ColumnElement[bool], worker: str, now: datetime, until: datetime
) -> StoredJob | None:
    taken = {
        "state": "running",
        "attempt": JOBS.c.attempt + 1,
        "worker": worker,
        "started_at": now,
        "leased_until": until,
    }
    statement = update(JOBS).where(chosen, JOBS.c.state == "waiting").values(taken).returning(*JOBS.c)
    row = session.write(statement).mappings().first()
    return None if row is None else stored(row)


def _held(job_id: str, attempt: int) -> ColumnElement[bool]:
    return and_(JOBS.c.id == job_id, JOBS.c.attempt == attempt, _RUNNING)


def _text(result: Mapping[str, Any]) -> str:
    return orjson.dumps(dict(result)).decode()


def _keep_attempt(session: Session, job: StoredJob, ended: Ended) -> None:
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    row = {
        "job_id": job.id,
        "attempt": job.attempt,
        "outcome": ended.outcome,
        "worker": job.worker,
        "started_at": job.started_at,
        "finished_at": ended.at,
        "error": ended.error,
    }
    session.write(dialect.insert(ATTEMPTS).values(row).on_conflict_do_nothing())
