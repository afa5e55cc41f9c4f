"""Steps of a plan that go on in the background: their jobs, and what runs them.

A fill goes on batch by batch, each in a transaction of its own under the model in service; an index is built beside
the writers. Both give way to what was published since: a field without that back-fill is left alone, an index that
nothing wants isn't built.
"""

import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from kalip.access import SYSTEM
from kalip.base.errors import PublishConflict
from kalip.records import Job, JobHandler, JobRun, Later, Services, Work, run
from kalip.storage import (
    FILL_JOB,
    INDEX_JOB,
    CreateIndex,
    Database,
    FillEmpty,
    Plan,
    Step,
    build_index,
    fill_batch,
    is_building,
)

_PATIENCE: Final = 10.0  # seconds that a publisher waits for an index that is built
_PAUSE: Final = timedelta(seconds=10)


def jobs_of(steps: Plan, revision: int, actor: str | None) -> list[Job]:
    """The jobs that do what of a plan goes on, once the revision of that number is published."""
    return [_job(step, revision, actor) for step in steps.going_on]


def wait_for_builders(database: Database) -> None:
    """Wait for an index that is built beside the writers. PublishConflict when it takes longer than one waits."""
    until = time.monotonic() + _PATIENCE
    while is_building(database):
        if time.monotonic() > until:
            raise PublishConflict(
                "An index is being built: tables can't be changed until it is done.",
                hint="look at the background work, and publish again when it is done",
            )
        time.sleep(0.1)


def _job(step: Step, revision: int, actor: str | None) -> Job:
    if isinstance(step, FillEmpty):
        name = f"{step.entity}.{step.columns[0].field}"
        arguments: dict[str, Any] = {
            "entity": step.entity,
            "field": step.columns[0].field,
            "backfill": step.fill.expression.source,
            "rows": step.rows,
        }
        return Job(FILL_JOB, arguments, f"fill:{name}:{revision}", actor=actor, queue="long")
    if isinstance(step, CreateIndex):
        arguments = {"name": step.spec.name, "table": step.spec.table, "fields": list(step.spec.fields)}
        return Job(INDEX_JOB, arguments, f"index:{step.spec.name}:{revision}", actor=actor, queue="long")
    raise TypeError(type(step).__name__)


def _fill(services: Services, job: JobRun) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = job.kept or {"last": "", "looked": 0, "filled": 0}
    while not job.cancelled():
        further = run(services, SYSTEM, partial(_fill_some, job, kept), correlation=job.correlation)
        if further is None:
            break
        kept = further
    return kept


def _fill_some(job: JobRun, kept: Mapping[str, Any], work: Work) -> Mapping[str, Any] | None:
    asked = job.arguments
    batch = fill_batch(
        work.session,
        work.served,
        str(asked["entity"]),
        str(asked["field"]),
        source=str(asked["backfill"]),
        after=str(kept["last"]),
        now=work.now,
    )
    if batch is None:
        return None
    looked = kept["looked"] + batch.looked
    now = {"last": batch.last, "looked": looked, "filled": kept["filled"] + batch.filled}
    job.checkpoint(work, looked, max(looked, int(asked["rows"])), now)
    return now


def _index(services: Services, job: JobRun) -> Mapping[str, Any]:
    name = str(job.arguments["name"])
    outcome = build_index(services.database, services.runtime.refresh(), name)
    if outcome == "busy":
        raise Later("Another index is being built.", services.clock() + _PAUSE)
    # What was published meanwhile may want it no more: looking again drops it then.
    if outcome == "built":
        outcome = build_index(services.database, services.runtime.refresh(), name)
        outcome = "built" if outcome == "there" else outcome
    return {"index": outcome}


JOB_HANDLERS: Final[Mapping[str, JobHandler]] = {FILL_JOB: _fill, INDEX_JOB: _index}
