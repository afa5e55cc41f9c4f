"""Jobs as rows: put in by the transaction that wants them, looked at, retried, cancelled and forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipJob, KalipJobAttempt, table_of
from kalip.storage.session import Session

JobState = Literal["waiting", "running", "done", "dead", "cancelled"]

JOBS: Final = table_of(KalipJob)
ATTEMPTS: Final = table_of(KalipJobAttempt)
FRESH: Final = 5
"""How many runs a job may have that somebody lets run again."""


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job's row. `attempt` counts its runs so far, the present one included; `attempts` is how many it may have.

    `scope` is what the actor's rights were narrowed to by the token that asked for it.
    """

    id: str
    kind: str
    key: str
    arguments: Mapping[str, Any]
    queue: str
    priority: int
    run_at: datetime
    created_at: datetime
    attempts: int
    actor: str | None = None
    on_behalf: str | None = None
    scope: Mapping[str, Any] | None = None
    correlation: str | None = None
    state: JobState = "waiting"
    attempt: int = 0
    queued_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    leased_until: datetime | None = None
    worker: str | None = None
    done: int = 0
    total: int = 0
    text: str = ""
    cancelling: bool = False
    error: str | None = None
    result: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JobAttempt:
    """One run of a job that has ended: `outcome` is done, failed, lost or cancelled."""

    attempt: int
    outcome: str
    worker: str | None
    started_at: datetime | None
    finished_at: datetime
    error: str | None


def insert_jobs(session: Session, jobs: Sequence[StoredJob]) -> int:
    """Put jobs in, those left out whose key is there already; how many are new."""
    if not jobs:
        return 0
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    insert = dialect.insert(JOBS).on_conflict_do_nothing(index_elements=[JOBS.c.key]).returning(JOBS.c.id)
    # One order of keys for all writers: two who put in the same ones wait for each other and don't deadlock.
    rows = [_row(job) for job in sorted(jobs, key=lambda job: job.key)]
    return len(session.write(insert, rows).all())


def insert_job(session: Session, job: StoredJob) -> str:
    """Put a job in, or find the one whose key is the same; its id."""
    insert_jobs(session, [job])
    return str(session.run(select(JOBS.c.id).where(JOBS.c.key == job.key)).scalar_one())


def get_job(session: Session, job_id: str) -> StoredJob | None:
    """One job."""
    row = session.run(select(JOBS).where(JOBS.c.id == job_id)).mappings().first()
    return None if row is None else stored(row)


def find_job(session: Session, key: str) -> StoredJob | None:
    """The job of a key."""
    row = session.run(select(JOBS).where(JOBS.c.key == key)).mappings().first()
    return None if row is None else stored(row)


def list_jobs(
    session: Session,
    *,
    states: Sequence[str] = (),
    kind: str | None = None,
    limit: int = 50,
    before: str | None = None,
) -> list[StoredJob]:
    """Jobs, the newest first; `before` is the id that the page before ended with."""
    query = select(JOBS).order_by(JOBS.c.id.desc()).limit(limit)
    if states:
        query = query.where(JOBS.c.state.in_(states))
    if kind is not None:
        query = query.where(JOBS.c.kind == kind)
    if before is not None:
        query = query.where(JOBS.c.id < before)
    return [stored(row) for row in session.run(query).mappings()]


def job_attempts(session: Session, job_id: str) -> list[JobAttempt]:
    """The runs of a job that have ended, in order."""
    query = select(ATTEMPTS).where(ATTEMPTS.c.job_id == job_id).order_by(ATTEMPTS.c.attempt)
    return [
        JobAttempt(row.attempt, row.outcome, row.worker, row.started_at, row.finished_at, row.error)
        for row in session.run(query)
    ]


def count_jobs(session: Session, states: Sequence[str] = ()) -> dict[str, int]:
    """How many jobs there are of each state, or of these; states without any are left out."""
    query = select(JOBS.c.state, func.count().label("count")).group_by(JOBS.c.state)
    if states:
        query = query.where(JOBS.c.state.in_(states))
    return {str(row["state"]): int(row["count"]) for row in session.run(query).mappings()}


def open_arguments(session: Session, kind: str) -> list[Mapping[str, Any]]:
    """The arguments of the jobs of a kind that wait or run."""
    query = select(JOBS.c.arguments).where(JOBS.c.state.in_(("waiting", "running")), JOBS.c.kind == kind)
    return [orjson.loads(each) for each in session.run(query).scalars()]


def job_kinds(session: Session) -> list[str]:
    """The kinds that there are jobs of."""
    return [str(kind) for kind in session.run(select(JOBS.c.kind).distinct().order_by(JOBS.c.kind)).scalars()]


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the job has been due that has waited longest."""
    query = select(func.min(JOBS.c.run_at)).where(JOBS.c.state == "waiting", JOBS.c.run_at <= now)
    found: datetime | None = session.run(query).scalar()
    return found


def retry_jobs(session: Session, now: datetime, job_id: str | None = None, kind: str | None = None) -> int:
    """Let a dead or cancelled job, or all dead ones, run again; how many."""
    chosen: ColumnElement[bool] = JOBS.c.state == "dead"
    if job_id is not None:
        chosen = and_(JOBS.c.id == job_id, or_(chosen, JOBS.c.state == "cancelled"))
    if kind is not None:
        chosen = and_(chosen, JOBS.c.kind == kind)
    again = {"state": "waiting", "run_at": now, "finished_at": None, "cancelling": False, "queued_at": None}
    # The count of runs goes on, as it names them; so the limit moves with it.
    return session.write(update(JOBS).where(chosen).values(again | {"attempts": JOBS.c.attempt + FRESH})).rowcount


def cancel_job(session: Session, now: datetime, job_id: str) -> JobState | None:
    """Cancel a waiting job at once, or ask a running one to stop; the state that it has now, None without one."""
    ended = {"state": "cancelled", "finished_at": now, "cancelling": True}
    waiting = update(JOBS).where(JOBS.c.id == job_id, JOBS.c.state == "waiting").values(ended)
    if session.write(waiting).rowcount == 0:
        session.write(update(JOBS).where(JOBS.c.id == job_id, JOBS.c.state == "running").values(cancelling=True))
    state: JobState | None = session.run(select(JOBS.c.state).where(JOBS.c.id == job_id)).scalar()
    return state


def delete_old_jobs(
    session: Session, before: datetime, most: int = 5_000, *, nobodys_before: datetime | None = None
) -> int:
    """Forget jobs that were done or cancelled before a moment; how many, at most as many as said.

    Those in nobody's name leave many rows that nobody asks for: theirs may be another moment.
    """
    past: ColumnElement[bool] = JOBS.c.finished_at < before
    if nobodys_before is not None:
        past = or_(past, and_(JOBS.c.actor.is_(None), JOBS.c.finished_at < nobodys_before))
    old = select(JOBS.c.id).where(JOBS.c.state.in_(("done", "cancelled")), past).limit(most)
    return session.write(delete(JOBS).where(JOBS.c.id.in_(old))).rowcount


def stored(row: Mapping[Any, Any]) -> StoredJob:
    """A job of its row."""
    values = {str(name): value for name, value in row.items()}
    values["arguments"] = orjson.loads(values["arguments"])
    for name in ("result", "scope"):
        values[name] = None if values[name] is None else orjson.loads(values[name])
    return StoredJob(**values)


def _row(job: StoredJob) -> dict[str, Any]:
    values: dict[str, Any] = {column.name: getattr(job, column.name) for column in JOBS.c}
    scope = None if job.scope is None else orjson.dumps(dict(job.scope)).decode()
    return values | {"arguments": orjson.dumps(dict(job.arguments)).decode(), "result": None, "scope": scope}
