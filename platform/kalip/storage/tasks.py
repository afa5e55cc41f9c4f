"""Tasks of people. Knows rows and who has them, not who may have them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, Literal

import orjson
from sqlalchemy import ColumnElement, Select, and_, false, func, insert, literal, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kalip.fields.columns import UtcDateTime
from kalip.storage.collation import sort_key, sort_key_sql
from kalip.storage.cursor import read_cursor, write_cursor
from kalip.storage.own import KalipTask, table_of
from kalip.storage.session import Session

_TASKS: Final = table_of(KalipTask)
OPEN, DONE, CANCELLED = "open", "done", "cancelled"
TaskScope = Literal["mine", "groups", "by_me", "to_me", "stand_in", "snoozed", "done"]
# Tasks without a date come after all others.
_NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Task:
    """Work for the person `user_id`, or for whoever of `role` takes it.

    `outcomes` is plain JSON: name to what it is called and asks for. `delegated_by` gave it to the person who has
    it. `source` and `source_name` say what made it. Ended ones have `outcome`, `comment`, `done_at` and `done_by`,
    who may have acted `on_behalf` of the holder. `version` counts changes.
    """

    id: str
    title: str
    created_at: datetime
    key: str | None = None
    version: int = 1
    kind: str = "task"
    note: str = ""
    entity: str | None = None
    record_id: str | None = None
    user_id: str | None = None
    role: str | None = None
    delegated_by: str | None = None
    priority: int = 1
    due_at: datetime | None = None
    snoozed_until: datetime | None = None
    reminded_at: datetime | None = None
    state: str = OPEN
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None
    comment: str | None = None
    source: str = "person"
    source_name: str | None = None
    created_by: str | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    on_behalf: str | None = None


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """Which tasks of a person with some roles to read, as they stand at a moment.

    `overdue` leaves those whose time has passed, `entity` those about its records, `text` those whose titles hold it.
    `reach` are the only entities whose tasks are there at all, None for every task, also about nothing.
    `others` are those whom the person stands in for, with the entities that this reaches (None: everything, tasks
    about nothing too); `holder` leaves the tasks of one of them.
    """

    user_id: str
    roles: Collection[str]
    now: datetime
    scope: TaskScope = "mine"
    entity: str | None = None
    text: str = ""
    overdue: bool = False
    due_before: datetime | None = None
    others: Collection[tuple[str, frozenset[str] | None]] = ()
    holder: str | None = None
    reach: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks; `next` continues them."""

    tasks: tuple[Task, ...]
    next: str | None


_NAMES: Final = tuple(each.name for each in fields(Task))
_WHEN: Final[ColumnElement[Any]] = func.coalesce(_TASKS.c.due_at, literal(_NEVER, UtcDateTime()), type_=UtcDateTime())


def add_task(session: Session, task: Task) -> bool:
    """Add a task; false when there is one of its key already."""
    row = {name: getattr(task, name) for name in _NAMES} | {"outcomes": orjson.dumps(dict(task.outcomes)).decode()}
    if task.key is None:
        session.write(insert(_TASKS), row)
        return True
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(_TASKS).values(row).on_conflict_do_nothing(index_elements=["key"])
    return session.write(statement.returning(_TASKS.c.id)).first() is not None


def get_task(session: Session, task_id: str) -> Task | None:
    """The task with an id."""
    return _one(session, _TASKS.c.id == task_id)


def find_task(session: Session, key: str) -> Task | None:
    """The task with a key."""
    return _one(session, _TASKS.c.key == key)


def change_task(session: Session, task: Task, **values: object) -> bool:
    """Change an open task that was read at its version; false when somebody changed or ended it since."""
    at = (_TASKS.c.id == task.id, _TASKS.c.version == task.version, _TASKS.c.state == OPEN)
    changed = {**values, "version": task.version + 1}
    return session.write(update(_TASKS).where(*at).values(changed)).rowcount == 1


def list_tasks(session: Session, query: TaskQuery, limit: int = 50, cursor: str | None = None) -> TaskPage:
    """Tasks: open ones by date with those without one last, then urgent first; ended ones latest first.

    BadRequest for a cursor of another list.
    """
    statement = select(_TASKS).where(*_conditions(session, query)).limit(limit + 1)
    done = query.scope == "done"
    kinds = ("moment", "text") if done else ("moment", "integer", "text")
    if cursor is not None:
        statement = statement.where(_after(read_cursor(cursor, query.scope, kinds), done=done))
    if done:
        statement = statement.order_by(_TASKS.c.done_at.desc(), _TASKS.c.id.desc())
    else:
        statement = statement.order_by(_WHEN, _TASKS.c.priority.desc(), _TASKS.c.id)
    found = [_task(row) for row in session.run(statement).mappings()]
    if len(found) <= limit:
        return TaskPage(tuple(found), None)
    last = found[limit - 1]
    values = (last.done_at, last.id) if done else (last.due_at or _NEVER, last.priority, last.id)
    return TaskPage(tuple(found[:limit]), write_cursor(query.scope, kinds, values))


def count_tasks(session: Session, query: TaskQuery, cap: int = 1000) -> int:
    """How many tasks a query has, at most `cap`."""
    some = select(_TASKS.c.id).where(*_conditions(session, query)).limit(cap).subquery()
    return int(session.run(select(func.count()).select_from(some)).scalar_one())


def tasks_of_record(session: Session, entity: str, record_id: str, limit: int = 50) -> list[Task]:
    """The tasks about a record: open ones by date, then ended ones, latest first."""
    about = select(_TASKS).where(_TASKS.c.entity == entity, _TASKS.c.record_id == record_id)
    still = about.where(_TASKS.c.state == OPEN).order_by(_WHEN, _TASKS.c.priority.desc(), _TASKS.c.id)
    ended = about.where(_TASKS.c.state != OPEN).order_by(_TASKS.c.done_at.desc(), _TASKS.c.id.desc())
    found = _all(session, still.limit(limit))
    return found + (_all(session, ended.limit(limit - len(found))) if len(found) < limit else [])


def tasks_due(session: Session, now: datetime, limit: int = 200) -> list[Task]:
    """Open tasks whose time has come, and whose holders were not reminded yet."""
    query = select(_TASKS).where(_TASKS.c.state == OPEN, _TASKS.c.due_at <= now, _TASKS.c.reminded_at.is_(None))
    return _all(session, query.order_by(_TASKS.c.due_at, _TASKS.c.id).limit(limit))


def note_reminded(session: Session, task: Task, now: datetime) -> bool:
    """Note that the holder of a due task is reminded; false when somebody did so first, or it has another date now."""
    at = (_TASKS.c.id == task.id, _TASKS.c.reminded_at.is_(None), _TASKS.c.due_at == task.due_at)
    return session.write(update(_TASKS).where(*at).values(reminded_at=now)).rowcount == 1


def _conditions(session: Session, query: TaskQuery) -> Sequence[ColumnElement[bool]]:
    still = _TASKS.c.state == OPEN
    awake = or_(_TASKS.c.snoozed_until.is_(None), _TASKS.c.snoozed_until <= query.now)
    mine = _TASKS.c.user_id == query.user_id
    queue = and_(_TASKS.c.user_id.is_(None), _TASKS.c.role.in_(sorted(query.roles)) if query.roles else false())
    scopes: Mapping[TaskScope, ColumnElement[bool]] = {
        "mine": and_(still, mine, awake),
        "groups": and_(still, queue),
        "by_me": and_(still, _TASKS.c.delegated_by == query.user_id),
        "to_me": and_(still, mine, _TASKS.c.delegated_by.is_not(None)),
        "stand_in": and_(still, _of_others(query.others), awake),
        "snoozed": and_(still, mine, _TASKS.c.snoozed_until > query.now),
        "done": and_(
            _TASKS.c.state != OPEN,
            or_(_TASKS.c.done_by == query.user_id, mine, _TASKS.c.on_behalf == query.user_id),
        ),
    }
    conditions = [scopes[query.scope]]
    if query.entity is not None:
        conditions.append(_TASKS.c.entity == query.entity)
    if query.reach is not None:
        conditions.append(_TASKS.c.entity.in_(sorted(query.reach)))
    if query.text:
        key: ColumnElement[str] = literal_column(sort_key_sql("kalip_task.title", session.dialect, session.language))
        conditions.append(key.contains(sort_key(query.text, session.language), autoescape=True))
    if query.overdue:
        conditions.append(_TASKS.c.due_at <= query.now)
    if query.due_before is not None:
        conditions.append(_TASKS.c.due_at < query.due_before)
    if query.holder is not None:
        conditions.append(_TASKS.c.user_id == query.holder)
    return conditions


def _of_others(others: Collection[tuple[str, frozenset[str] | None]]) -> ColumnElement[bool]:
    """The tasks of those whom a person stands in for."""
    whole = sorted(user for user, entities in others if entities is None)
    parts = [
        and_(_TASKS.c.user_id == user, _TASKS.c.entity.in_(sorted(entities)))
        for user, entities in others
        if entities is not None
    ]
    return or_(_TASKS.c.user_id.in_(whole) if whole else false(), *parts)


def _after(values: Sequence[Any], *, done: bool) -> ColumnElement[bool]:
    if done:
        at, last = values
        return or_(_TASKS.c.done_at < at, and_(_TASKS.c.done_at == at, _TASKS.c.id < last))
    at, priority, last = values
    less = and_(_TASKS.c.priority == priority, _TASKS.c.id > last)
    return or_(at < _WHEN, and_(at == _WHEN, or_(_TASKS.c.priority < priority, less)))


def _one(session: Session, condition: ColumnElement[bool]) -> Task | None:
    row = session.run(select(_TASKS).where(condition)).mappings().first()
    return None if row is None else _task(row)


def _all(session: Session, statement: Select[Any]) -> list[Task]:
    return [_task(row) for row in session.run(statement).mappings()]


def _task(row: Mapping[Any, Any]) -> Task:
    values = {name: row[name] for name in _NAMES}
    return Task(**{**values, "outcomes": orjson.loads(row["outcomes"])})
