"""The run log of rules: one row for each occasion and rule, and how far each rule's occasions were looked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipRuleCursor, KalipRuleRun, table_of
from kalip.storage.session import Session

RunState = Literal["running", "done", "skipped", "failed", "waiting", "asking", "stopped"]

RUNS: Final = table_of(KalipRuleRun)
CURSORS: Final = table_of(KalipRuleCursor)
OPEN: Final = ("running", "failed", "waiting", "asking")
"""States of runs that may still come to something."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A row of the run log; see `own/rules.py`. `steps` say what each action did."""

    id: str
    occasion: str
    rule: str
    entity: str
    record_id: str
    state: RunState
    created_at: datetime
    correlation: str
    revision: str
    reason: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    steps: Sequence[Mapping[str, Any]] = ()
    given: Mapping[str, Any] | None = None
    attempts: int = 1
    depth: int = 0
    event_id: int | None = None
    actor: str | None = None
    cause: str | None = None
    due_at: datetime | None = None
    finished_at: datetime | None = None


def begin_run(session: Session, run: StoredRun) -> StoredRun | None:
    """Take a run for this transaction: a new row, or the open one there is, with one attempt more.

    None when it has come to an end already. Whoever takes the same run meanwhile waits until this transaction ends.
    """
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(RUNS).values(_row(run))
    taken = statement.on_conflict_do_update(
        index_elements=[RUNS.c.occasion, RUNS.c.rule],
        set_={"attempts": RUNS.c.attempts + 1, "state": "running"},
        where=RUNS.c.state.in_(OPEN),
    ).returning(RUNS)
    row = session.write(taken).mappings().first()
    return None if row is None else _stored(row)


def end_run_of_rule(session: Session, run: StoredRun) -> None:
    """Write what became of a run."""
    values = _row(run)
    for key in ("id", "occasion", "rule", "created_at", "attempts"):
        del values[key]
    session.write(update(RUNS).where(RUNS.c.id == run.id).values(values))


def find_run(session: Session, occasion: str, rule: str) -> StoredRun | None:
    """The run of a rule on an occasion."""
    query = select(RUNS).where(RUNS.c.occasion == occasion, RUNS.c.rule == rule)
    row = session.run(query).mappings().first()
    return None if row is None else _stored(row)


def finished_runs(session: Session, occasion: str) -> set[str]:
    """The rules whose runs on an occasion have come to an end."""
    query = select(RUNS.c.rule).where(RUNS.c.occasion == occasion, RUNS.c.state.not_in(OPEN))
    return {str(each) for each in session.run(query).scalars()}


def get_run(session: Session, run_id: str) -> StoredRun | None:
    """One run."""
    row = session.run(select(RUNS).where(RUNS.c.id == run_id)).mappings().first()
    return None if row is None else _stored(row)


def causes_of(session: Session, correlation: str | None, most: int) -> list[StoredRun]:
    """The runs that led to something with a correlation, the latest first."""
    found: list[StoredRun] = []
    while correlation is not None and len(found) < most:
        row = session.run(select(RUNS).where(RUNS.c.correlation == correlation)).mappings().first()
        if row is None:
            break
        found.append(_stored(row))
        correlation = found[-1].cause
    return found


def list_runs(
    session: Session,
    *,
    rule: str | None = None,
    entity: str | None = None,
    record_id: str | None = None,
    states: Collection[str] = (),
    limit: int = 50,
    before: str | None = None,
) -> list[StoredRun]:
    """Runs, the newest first; `before` is the id that the page before ended with."""
    query = select(RUNS).order_by(RUNS.c.id.desc()).limit(limit)
    for column, value in ((RUNS.c.rule, rule), (RUNS.c.entity, entity), (RUNS.c.record_id, record_id)):
        if value is not None:
            query = query.where(column == value)
    if states:
        query = query.where(RUNS.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(RUNS.c.id < before)
    return [_stored(row) for row in session.run(query).mappings()]


def last_runs(session: Session, rules: Collection[str]) -> dict[str, StoredRun]:
    """The newest run of each rule."""
    newest = select(func.max(RUNS.c.id)).where(RUNS.c.rule.in_(sorted(rules))).group_by(RUNS.c.rule)
    query = select(RUNS).where(RUNS.c.id.in_(newest))
    return {row["rule"]: _stored(row) for row in session.run(query).mappings()}


def count_runs(session: Session, rules: Collection[str]) -> dict[str, dict[str, int]]:
    """How many runs of each state there are of each rule."""
    query = (
        select(RUNS.c.rule, RUNS.c.state, func.count().label("count"))
        .where(RUNS.c.rule.in_(sorted(rules)))
        .group_by(RUNS.c.rule, RUNS.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for row in session.run(query).mappings():
        found.setdefault(str(row["rule"]), {})[str(row["state"])] = int(row["count"])
    return found


def forget_runs(session: Session, before: datetime) -> int:
    """Delete old runs that events caused and that have ended: no event comes again. How many."""
    ended = RUNS.c.state.not_in(OPEN)
    chosen = RUNS.c.event_id.is_not(None)
    return session.write(delete(RUNS).where(chosen, ended, RUNS.c.created_at < before)).rowcount


def add_run(session: Session, run: StoredRun) -> bool:
    """Put a run in unless the occasion has one; whether it is new."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(RUNS).values(_row(run)).on_conflict_do_nothing().returning(RUNS.c.id)
    return session.write(statement).first() is not None


def rule_cursors(session: Session) -> dict[str, datetime]:
    """Up to which moment each rule's occasions have been looked for."""
    return {row.rule: row.upto for row in session.run(select(CURSORS))}


def set_rule_cursor(session: Session, rule: str, before: datetime | None, upto: datetime) -> bool:
    """Move a rule's cursor on; False when somebody else has moved it meanwhile."""
    if before is None:
        dialect = sqlite if session.dialect == "sqlite" else postgresql
        statement = dialect.insert(CURSORS).values(rule=rule, upto=upto).on_conflict_do_nothing()
        return session.write(statement.returning(CURSORS.c.rule)).first() is not None
    moved = update(CURSORS).where(CURSORS.c.rule == rule, CURSORS.c.upto == before).values(upto=upto)
    return session.write(moved).rowcount == 1


def drop_rule_cursors(session: Session, rules: Collection[str]) -> None:
    """Forget the cursors of rules that are no more: should they come back, they begin anew."""
    if rules:
        session.write(delete(CURSORS).where(CURSORS.c.rule.in_(sorted(rules))))


def _row(run: StoredRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "occasion": run.occasion,
        "rule": run.rule,
        "entity": run.entity,
        "record_id": run.record_id,
        "state": run.state,
        "reason": run.reason,
        "params": orjson.dumps(dict(run.params), default=str).decode(),
        "steps": orjson.dumps(list(run.steps), default=str).decode(),
        "given": None if run.given is None else orjson.dumps(dict(run.given)).decode(),
        "attempts": run.attempts,
        "depth": run.depth,
        "event_id": run.event_id,
        "actor": run.actor,
        "cause": run.cause,
        "correlation": run.correlation,
        "revision": run.revision,
        "created_at": run.created_at,
        "due_at": run.due_at,
        "finished_at": run.finished_at,
    }


def _stored(row: Any) -> StoredRun:
    values = dict(row)
    values["params"] = orjson.loads(values["params"])
    values["steps"] = tuple(orjson.loads(values["steps"]))
    values["given"] = None if values["given"] is None else orjson.loads(values["given"])
    return StoredRun(**values)
