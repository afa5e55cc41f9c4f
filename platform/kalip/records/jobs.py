"""Background work: enqueued in the transaction that wants it, run at least once, finished in one transaction.

A job is a row. It is put in by the work that wants it, so that nothing is enqueued before the commit and nothing lost
after it. Its key makes it one: enqueued twice, it is one job for as long as its row is kept. Packages that bring kinds
of jobs export `JOB_HANDLERS`, those that read the event log `CONSUMERS`, those with recurring work `RECURRING`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from kalip.access import SYSTEM, Actor
from kalip.base.errors import KalipError, NotAuthenticated
from kalip.base.ids import new_id
from kalip.records.accounts.acting import acting_as, stored_actor
from kalip.records.services import Services, Work
from kalip.storage import (
    Ended,
    Event,
    Session,
    StoredJob,
    end_run,
    get_user,
    insert_job,
    insert_jobs,
    is_cancelling,
    keep_checkpoint,
    note_progress,
)

DEFAULT: Final = "default"
QUEUES: Final = (DEFAULT, "rules", "mail", "hooks", "long")
"""Queues, so that a worker can be kept for some of them. `long` is for what runs for minutes."""
USUAL_PRIORITY: Final = 5
USUAL_ATTEMPTS: Final = 12
"""With the pauses between them about a day."""


class JobLost(KalipError):
    """Another runner has the job now: whatever this run still does is undone or ignored."""

    code = "J101"


class JobInterrupted(KalipError):
    """Raised into a handler that looks up while its runner is told to stop: another goes on from what was kept."""

    code = "J104"


class Hopeless(KalipError):
    """Raised by a handler whose job can never succeed: it is dead at once, with this as the reason."""

    code = "J102"


class Later(KalipError):
    """Raised by a handler that wants to be run again at a certain moment, such as another server named."""

    code = "J103"

    def __init__(self, template: str, at: datetime, *, params: Mapping[str, object] | None = None) -> None:
        super().__init__(template, params=params)
        self.at = at


def _never() -> bool:
    return False


def _always(_services: Services) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of background work. `arguments` are JSON; `key` says which work it is: the same key twice is one job.

    `actor` is the id of the user in whose name it runs, None for the system. Without `run_at` it is due at once. A
    lower `priority` comes first; after `attempts` failed runs the job is dead until somebody looks at it. Its
    `correlation` is that of the work which enqueues it, unless another is said.
    """

    kind: str
    arguments: Mapping[str, Any]
    key: str
    run_at: datetime | None = None
    actor: str | None = None
    queue: str = DEFAULT
    priority: int = USUAL_PRIORITY
    attempts: int = USUAL_ATTEMPTS
    correlation: str | None = None

    def __post_init__(self) -> None:
        if self.queue not in QUEUES:
            raise ValueError(f"{self.queue} is none of the queues {', '.join(QUEUES)}")


@dataclass(slots=True)
class JobRun:
    """One run of a job, as its handler sees it. `correlation` is that of the work that enqueued it."""

    services: Services
    stored: StoredJob
    stopping: Callable[[], bool] = _never
    _stopped: bool = field(default=False, repr=False)
    _finished: bool = field(default=False, repr=False)

    @property
    def id(self) -> str:
        """The job's id."""
        return self.stored.id

    @property
    def kind(self) -> str:
        """The job's kind."""
        return self.stored.kind

    @property
    def key(self) -> str:
        """The job's key: the same in every run, so it serves as the idempotency key of what the handler calls."""
        return self.stored.key

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the job was enqueued with."""
        return self.stored.arguments

    @property
    def attempt(self) -> int:
        """Which run this is, from 1 on."""
        return self.stored.attempt

    @property
    def last(self) -> bool:
        """Whether the job is dead when this run fails."""
        return self.stored.attempt >= self.stored.attempts

    @property
    def actor(self) -> str | None:
        """The id of the user in whose name the job runs; None for the system."""
        return self.stored.actor

    @property
    def on_behalf(self) -> str | None:
        """The user in whose place that one acts, if any."""
        return self.stored.on_behalf

    @property
    def correlation(self) -> str | None:
        """What ties the job to the work that enqueued it."""
        return self.stored.correlation

    @property
    def kept(self) -> Mapping[str, Any]:
        """What the run before kept by `checkpoint`; empty at first."""
        return self.stored.result or {}

    @property
    def done(self) -> int:
        """How far the run before came."""
        return self.stored.done

    @property
    def stopped(self) -> bool:
        """Whether the handler has been told to stop."""
        return self._stopped

    @property
    def finished(self) -> bool:
        """Whether the handler has finished the job in a transaction of its own."""
        return self._finished

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Say how far it came. Commits by itself. JobLost when another runner has the job, JobInterrupted at a stop."""
        self._look_up()
        with self.services.database.beside() as session:
            held = note_progress(session, self.id, self.attempt, done, total, text)
        if not held:
            raise _lost(self.key)

    def checkpoint(self, work: Work, done: int, total: int, kept: Mapping[str, Any]) -> None:
        """Keep in the work's own transaction how far it came, so that the next run goes on from there exactly.

        JobLost, which undoes the work, when another runner has the job.
        """
        if not keep_checkpoint(work.session, self.id, self.attempt, done, total, kept):
            raise _lost(self.key)

    def cancelled(self) -> bool:
        """Whether somebody asked to stop; the handler then returns what it has.

        JobLost when another runner has the job, JobInterrupted when the runner is told to stop.
        """
        self._look_up()
        asked = self.services.database.glance(lambda session: is_cancelling(session, self.id, self.attempt))
        if asked is None:
            raise _lost(self.key)
        self._stopped = self._stopped or asked
        return asked

    def finish(self, work: Work, result: Mapping[str, Any] | None = None) -> None:
        """Finish the job in the work's own transaction, so that what the work changes happens exactly once.

        To be the last that a handler does. JobLost, which undoes the work, when another runner has the job.
        """
        self.finish_in(work.session, work.now, result)

    def finish_in(self, session: Session, now: datetime, result: Mapping[str, Any] | None = None) -> None:
        """The same in a session without a unit of work."""
        if not end_run(session, self.stored, Ended("done", "done", now, result=result)):
            raise _lost(self.key)
        self._finished = True

    def _look_up(self) -> None:
        if self.stopping():
            raise JobInterrupted("The runner of {key} was told to stop.", params={"key": self.key})


JobHandler = Callable[[Services, JobRun], Mapping[str, Any] | None]
"""Runs a job, at least once, in units of work that it opens by `run`; its result is kept as JSON.

Whatever it raises is kept as the run's error and the job tried again later.
"""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A reader of the event log. `jobs_for` says which jobs events ask for; it may read, and write its own rows.

    It is called once for each event: its jobs are put in and its position moved on in one transaction. What it raises
    undoes that and is tried again later, while other consumers go on. A new consumer starts with the events after it
    was first seen.
    """

    name: str
    jobs_for: Callable[[Work, Sequence[Event]], Sequence[Job]]


@dataclass(frozen=True, slots=True)
class Recurring:
    """Technical work that recurs: by a `cron` line (in UTC) or `every` so many seconds. It fires once over all nodes.

    `missed` says what happens after a time without any runner: `once` fires one time for all that was missed, `skip`
    waits for the next time, `all` fires for each, in order. The job's arguments are `{"due": moment}`. Where
    `wanted` says no of a site, its time passes without a job.
    """

    name: str
    kind: str
    cron: str | None = None
    every: int | None = None
    missed: Literal["once", "skip", "all"] = "once"
    queue: str = DEFAULT
    wanted: Callable[[Services], bool] = _always


def enqueue(work: Work, job: Job) -> str:
    """Put a job into the work's own transaction, or find the one that has its key; the job's id."""
    work.enqueued = True
    return insert_job(work.session, _of_work(work, job))


def enqueue_all(work: Work, jobs: Sequence[Job]) -> int:
    """The same for many at once; how many of them are new."""
    work.enqueued = work.enqueued or bool(jobs)
    return insert_jobs(work.session, [_of_work(work, job) for job in jobs])


def enqueue_in(session: Session, job: Job, now: datetime, correlation: str | None = None) -> str:
    """The same in a session without a unit of work."""
    return insert_job(session, _stored(job, now, correlation))


def actor_of_user(
    services: Services,
    user_id: str | None,
    on_behalf: str | None = None,
    scope: Mapping[str, Any] | None = None,
    *,
    or_own: bool = False,
) -> Actor:
    """The actor in whose name a job runs, with today's roles, as far as `scope` reaches; the system without a user.

    NotAuthenticated when the user is gone or kept out, or may act no more for the one on whose behalf this runs: with
    `or_own` the user's own rights count then.
    """
    if user_id is None:
        return SYSTEM
    model, now = services.runtime.pin().model, services.clock()

    def look(session: Session) -> Actor | None:
        user = get_user(session, user_id)
        own = stored_actor(session, model, user, **(scope or {})) if user is not None and user.active else None
        if own is None or on_behalf is None:
            return own
        return acting_as(session, model, own, (on_behalf, "for"), now) or (own if or_own else None)

    found = services.database.glance(look)
    if found is None:
        raise NotAuthenticated("The user in whose name this runs is gone or kept out.")
    return found


def actor_of_job(job: JobRun) -> Actor:
    """The actor in whose name a job runs, in the place of the one for whom it was asked; see `actor_of_user`.

    Who asked by a token for a part of the rights gets no more by the job.
    """
    return actor_of_user(job.services, job.actor, job.on_behalf, job.stored.scope)


def _of_work(work: Work, job: Job) -> StoredJob:
    stored = _stored(job, work.now, work.correlation)
    same = job.actor is not None and job.actor == work.actor.id
    return replace(stored, on_behalf=work.actor.on_behalf, scope=work.actor.scope) if same else stored


def _stored(job: Job, now: datetime, correlation: str | None) -> StoredJob:
    return StoredJob(
        id=new_id(),
        kind=job.kind,
        key=job.key,
        arguments=job.arguments,
        queue=job.queue,
        priority=job.priority,
        run_at=job.run_at or now,
        created_at=now,
        attempts=job.attempts,
        actor=job.actor,
        correlation=job.correlation or correlation,
    )


def _lost(key: str) -> JobLost:
    return JobLost("Another runner has the job {key} now.", params={"key": key})
