"""Absences, and who stands in for whom. Knows rows, not who may make them.

`standing_edges` follows the chain: whoever stands in for B, who stands in for A, stands in for A too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import BindParameter, ColumnElement, Select, Table, and_, bindparam, delete, insert, or_, select, update

from kalip.fields.columns import UtcDateTime
from kalip.storage.own import KalipAbsence, KalipSubstitution, KalipSubstitutionTask, KalipTask, table_of
from kalip.storage.session import Session

ABSENCES: Final = table_of(KalipAbsence)
SUBSTITUTIONS: Final = table_of(KalipSubstitution)
_MOVED: Final = table_of(KalipSubstitutionTask)
_TASKS: Final = table_of(KalipTask)
SubstitutionKind = Literal["inform", "tasks", "all"]


@dataclass(frozen=True, slots=True)
class Absence:
    """When a person is away: from `starts` until before `ends`, both UTC."""

    id: str
    user_id: str
    starts: datetime
    ends: datetime
    reason: str
    note: str
    created_at: datetime
    created_by: str | None


@dataclass(frozen=True, slots=True)
class Substitution:
    """That `substitute` stands in for `absent` from `starts` until before `ends`, or before `ended_at`.

    No `entities` means every entity. With `moves` open tasks are handed over (`moved_at`) and return (`returned_at`).
    """

    id: str
    absent: str
    substitute: str
    starts: datetime
    ends: datetime
    kind: SubstitutionKind
    created_at: datetime
    entities: tuple[str, ...] = ()
    note: str = ""
    moves: bool = False
    created_by: str | None = None
    ended_at: datetime | None = None
    moved_at: datetime | None = None
    returned_at: datetime | None = None

    @property
    def over(self) -> datetime:
        """From when on it counts no more."""
        return self.ends if self.ended_at is None else min(self.ends, self.ended_at)

    def in_force(self, now: datetime) -> bool:
        """Whether it counts at a moment."""
        return self.starts <= now < self.over


_NAMES: Final = tuple(each.name for each in fields(Substitution))
_NOW: Final = bindparam("now", type_=UtcDateTime())


def add_absence(session: Session, absence: Absence) -> None:
    """Note when a person is away."""
    session.write(insert(ABSENCES), asdict(absence))


def save_absence(session: Session, absence: Absence) -> None:
    """Write an absence's present state."""
    session.write(update(ABSENCES).where(ABSENCES.c.id == absence.id), asdict(absence))


def delete_absence(session: Session, absence_id: str) -> None:
    """Forget an absence."""
    session.write(delete(ABSENCES).where(ABSENCES.c.id == absence_id))


def get_absence(session: Session, absence_id: str) -> Absence | None:
    """The absence with an id."""
    row = session.run(select(ABSENCES).where(ABSENCES.c.id == absence_id)).mappings().first()
    return None if row is None else Absence(**row)


def absences_of(session: Session, user_id: str, since: datetime, limit: int = 100) -> list[Absence]:
    """A person's absences that end after a moment, in order."""
    query = select(ABSENCES).where(ABSENCES.c.user_id == user_id, ABSENCES.c.ends > since)
    return [Absence(**row) for row in session.run(query.order_by(ABSENCES.c.starts).limit(limit)).mappings()]


def absences_after(session: Session, users: Select[Any] | None, now: datetime, limit: int) -> list[Absence]:
    """The first absences of the people of a query (None: of all) that are not over at a moment, in order."""
    query = select(ABSENCES).where(ABSENCES.c.ends > now)
    if users is not None:
        query = query.where(ABSENCES.c.user_id.in_(users))
    return [
        Absence(**row) for row in session.run(query.order_by(ABSENCES.c.starts, ABSENCES.c.id).limit(limit)).mappings()
    ]


def away_at(session: Session, users: Collection[str] | None, now: datetime) -> dict[str, Absence]:
    """Who of these people (None: of all) is away at a moment, with the absence that lasts longest."""
    query = select(ABSENCES).where(ABSENCES.c.starts <= now, ABSENCES.c.ends > now)
    if users is not None:
        if not users:
            return {}
        query = query.where(ABSENCES.c.user_id.in_(sorted(users)))
    found = session.run(query.order_by(ABSENCES.c.ends, ABSENCES.c.id)).mappings()
    return {row["user_id"]: Absence(**row) for row in found}


def add_substitution(session: Session, substitution: Substitution) -> None:
    """Let a person stand in for another."""
    session.write(insert(SUBSTITUTIONS), asdict(substitution) | {"entities": list(substitution.entities)})


def change_substitution(session: Session, substitution_id: str, **values: object) -> None:
    """Write some columns of a substitution."""
    session.write(update(SUBSTITUTIONS).where(SUBSTITUTIONS.c.id == substitution_id), values)


def claim_step(session: Session, substitution_id: str, step: Literal["moved_at", "returned_at"], now: datetime) -> bool:
    """Note that tasks are handed over, or have come back; false when somebody was first."""
    at = (SUBSTITUTIONS.c.id == substitution_id, SUBSTITUTIONS.c[step].is_(None))
    return session.write(update(SUBSTITUTIONS).where(*at), {step: now}).rowcount == 1


def get_substitution(session: Session, substitution_id: str) -> Substitution | None:
    """The substitution with an id."""
    found = _all(session, SUBSTITUTIONS.c.id == substitution_id)
    return found[0] if found else None


def substitutions_of(session: Session, user_id: str, since: datetime) -> list[Substitution]:
    """Who stands in for a person, and for whom the person stands in, where that ends after a moment; in order."""
    mine = or_(SUBSTITUTIONS.c.absent == user_id, SUBSTITUTIONS.c.substitute == user_id)
    return _all(session, and_(mine, SUBSTITUTIONS.c.ends > since))


def substitutions_between(session: Session, starts: datetime, ends: datetime) -> list[Substitution]:
    """All substitutions that count at some moment between two."""
    still = or_(SUBSTITUTIONS.c.ended_at.is_(None), SUBSTITUTIONS.c.ended_at > starts)
    return _all(session, and_(SUBSTITUTIONS.c.starts < ends, SUBSTITUTIONS.c.ends > starts, still))


def stand_ins_of(session: Session, users: Collection[str], now: datetime) -> dict[str, list[Substitution]]:
    """Who stands in directly for each of these people at a moment."""
    found: dict[str, list[Substitution]] = {}
    if users:
        for each in _all(session, and_(SUBSTITUTIONS.c.absent.in_(sorted(users)), counts_at(now))):
            found.setdefault(each.absent, []).append(each)
    return found


def standing_edges(session: Session, user_id: str, now: datetime) -> list[Substitution]:
    """The substitutions in force that lead to a person, directly or over others who stand in."""
    return [_made(row) for row in session.run(_EDGES, {"user": user_id, "now": now}).mappings()]


def substitutions_to_settle(session: Session, now: datetime, limit: int = 100) -> list[Substitution]:
    """Those whose tasks are to be handed over or to come back."""
    over = or_(SUBSTITUTIONS.c.ends <= now, SUBSTITUTIONS.c.ended_at <= now)
    begins = and_(SUBSTITUTIONS.c.moved_at.is_(None), counts_at(now))
    returns = and_(SUBSTITUTIONS.c.moved_at.is_not(None), SUBSTITUTIONS.c.returned_at.is_(None), over)
    return _all(session, and_(SUBSTITUTIONS.c.moves.is_(True), or_(begins, returns)), limit)


def note_moved_tasks(session: Session, substitution_id: str, tasks: Iterable[str]) -> None:
    """Remember the tasks that were handed over."""
    rows = [{"substitution": substitution_id, "task_id": each} for each in tasks]
    if rows:
        session.write(insert(_MOVED), rows)


def moved_tasks(session: Session, substitution_id: str) -> list[str]:
    """The tasks that were handed over and are open still."""
    query = select(_MOVED.c.task_id).join(_TASKS, _TASKS.c.id == _MOVED.c.task_id)
    query = query.where(_MOVED.c.substitution == substitution_id, _TASKS.c.state == "open")
    return list(session.run(query.order_by(_MOVED.c.task_id)).scalars())


def open_tasks_of(session: Session, user_id: str, entities: Sequence[str] = ()) -> list[str]:
    """The open tasks that a person has, about any record or about those of some entities."""
    query = select(_TASKS.c.id).where(_TASKS.c.user_id == user_id, _TASKS.c.state == "open")
    if entities:
        query = query.where(_TASKS.c.entity.in_(entities))
    return list(session.run(query.order_by(_TASKS.c.id)).scalars())


def counts_at(now: Any) -> ColumnElement[bool]:
    """The condition that a substitution counts at a moment."""
    table = SUBSTITUTIONS
    still = or_(table.c.ended_at.is_(None), table.c.ended_at > now)
    return and_(table.c.starts <= now, table.c.ends > now, still)


def _all(session: Session, condition: ColumnElement[bool], limit: int | None = None) -> list[Substitution]:
    query = select(SUBSTITUTIONS).where(condition).order_by(SUBSTITUTIONS.c.starts, SUBSTITUTIONS.c.id).limit(limit)
    return [_made(row) for row in session.run(query).mappings()]


def _made(row: Mapping[Any, Any]) -> Substitution:
    return Substitution(**{name: row[name] for name in _NAMES} | {"entities": tuple(row["entities"] or ())})


def _edges() -> Any:
    table: Table = SUBSTITUTIONS
    user: BindParameter[str] = bindparam("user")
    up = select(table.c.absent.label("id")).where(table.c.substitute == user, counts_at(_NOW)).cte("up", recursive=True)
    # UNION forgets whom it has met, so that a circle ends.
    up = up.union(select(table.c.absent).where(table.c.substitute == up.c.id, counts_at(_NOW)))
    return (
        select(table)
        .where(counts_at(_NOW), or_(table.c.substitute == user, table.c.substitute.in_(select(up.c.id))))
        .order_by(table.c.starts, table.c.id)
    )


# Asked with every page, so made once: writing a statement costs more than running it.
_EDGES: Final = _edges()
