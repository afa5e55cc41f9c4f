"""Steps inside stages as they stand: ticked off, skipped, or added by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from kalip.runtime import Served
from kalip.storage.own import KalipStageStep, table_of
from kalip.storage.session import Session
from kalip.storage.tables import tables_for

STEPS: Final = table_of(KalipStageStep)


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step of a record in a stage; `title` only of one that was added by hand. `state`: open, done or skipped."""

    id: str
    entity: str
    record_id: str
    pipeline: str
    stage: str
    name: str
    title: str | None
    required: bool
    state: str
    note: str
    changed_at: datetime
    changed_by: str | None
    created_at: datetime
    created_by: str | None


def put_step(session: Session, step: StoredStep) -> None:
    """Keep a step as it is now; one of the same place and name keeps its id and how it came to be."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(STEPS).values(asdict(step))
    changed = {name: statement.excluded[name] for name in ("state", "note", "changed_at", "changed_by")}
    place = [STEPS.c[name] for name in ("entity", "record_id", "pipeline", "stage", "name")]
    session.write(statement.on_conflict_do_update(index_elements=place, set_=changed))


def drop_step(session: Session, step_id: str) -> None:
    """Take a step back that was added by hand."""
    session.write(STEPS.delete().where(STEPS.c.id == step_id))


def drop_steps(session: Session, entity: str, record_id: str) -> None:
    """Forget the steps of a record, as it is deleted for good."""
    session.write(STEPS.delete().where(STEPS.c.entity == entity, STEPS.c.record_id == record_id))


def steps_of(session: Session, entity: str, ids: Iterable[str]) -> Mapping[str, tuple[StoredStep, ...]]:
    """What is stored of the steps of records by their ids, in the order in which they came; one statement."""
    wanted = list(ids)
    found: dict[str, list[StoredStep]] = {each: [] for each in wanted}
    if not wanted:
        return {}
    query = (
        select(STEPS)
        .where(STEPS.c.entity == entity, STEPS.c.record_id.in_(wanted))
        .order_by(STEPS.c.created_at, STEPS.c.id)
    )
    for row in session.run(query).mappings():
        step = StoredStep(**row)
        found[step.record_id].append(step)
    return {key: tuple(steps) for key, steps in found.items()}


def lock_record(session: Session, served: Served, entity: str, record_id: str) -> None:
    """Let nobody else change a record until the transaction ends; on SQLite a writer is alone anyway."""
    if session.dialect == "sqlite" or not session.writable:
        return
    table: Table = served.project(tables_for).of(entity).table
    session.run(select(table.c.id).where(table.c.id == record_id).with_for_update())
