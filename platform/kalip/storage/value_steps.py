"""Steps on stored choices, stages and pipelines: moved to others, or kept though they are no longer offered."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, MetaData, Table, and_, func, select, update

from kalip.storage import catalogue
from kalip.storage.catalogue import LiveColumn
from kalip.storage.ddl import Ddl
from kalip.storage.kinds import type_of
from kalip.storage.rewrite import count_filled
from kalip.storage.session import Session
from kalip.storage.step import Kind, Step

PIPELINE: Final = "pipeline"
_TOLD: Final = 5


class Group(NamedTuple):
    """What rows hold that are alike: their pipeline, the value, and what columns set aside hold of both."""

    pipeline: str
    pipeline_held: tuple[Any, ...]
    value: Any
    held: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """Rows of a pipeline ("" for what is no stage) that hold `old` and, in columns set aside, `held`: now `new`."""

    scope: str
    old: Any
    held: tuple[Any, ...]
    new: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveValues(Step):
    """Stored values that others take over, or that come back. `counts` are the rows of each move.

    `keep` is a column that remembers what the rows held, where the moved values alone could not tell. Of the columns
    in `asides` those that are `spent` go: what they remember is in its place again.
    """

    pace: ClassVar[int | None] = 15_000
    column: LiveColumn
    entity: str
    moves: tuple[Move, ...]
    counts: tuple[int, ...]
    staged: bool = False
    asides: tuple[LiveColumn, ...] = ()
    spent: tuple[bool, ...] = ()
    keep: LiveColumn | None = None

    @property
    def kind(self) -> Kind:
        """Rows are written."""
        return "slow"

    @property
    def id(self) -> str:
        """What becomes what, without the counts."""
        moves = sorted({f"{move.scope}.{_said(move.old)}>{_said(move.new)}" for move in self.moves})
        return ":".join(("move_values", f"{self.entity}.{self.column.field}", *moves))

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what becomes what, and in how many rows."""
        told: Counter[tuple[str, str]] = Counter()
        for move, count in zip(self.moves, self.counts, strict=True):
            told[_said(move.old), _said(move.new)] += count
        most = sorted(told.items(), key=lambda each: (-each[1], each[0]))[:_TOLD]
        moves = [f"{old} → {new} ({count})" for (old, new), count in most]
        rest = ["…"] if len(told) > _TOLD else []
        values = {"name": f"{self.entity}.{self.column.field}", "moves": ", ".join(moves + rest), "rows": self.rows}
        return "change values of {name} in {rows} rows: {moves}", values

    def run(self, session: Session, now: datetime) -> None:
        """Set the values aside where they must be remembered, and write the new ones."""
        ddl = Ddl(session)
        if self.keep is not None:
            ddl.add_column(self.keep)
            catalogue.note_column(session, replace(self.keep, retired_at=now))
        table = _table(self.column, *self.asides, *((self.keep,) if self.keep else ()))
        for move in _unchained(self.moves):
            session.write(update(table).where(self._condition(table, move)).values(self._changes(table, move)))
        for aside, spent in zip(self.asides, self.spent, strict=True):
            if spent or not count_filled(session, aside):
                ddl.run(f"ALTER TABLE {ddl.quote(aside.table)} DROP COLUMN {ddl.quote(aside.name)}")
                catalogue.forget_column(session, aside.table, aside.name)

    def _changes(self, table: Table, move: Move) -> dict[str, Any]:
        changes: dict[str, Any] = {self.column.name: move.new}
        back = [column.name for column, held in zip(self.asides, move.held, strict=True) if held == move.new]
        changes |= dict.fromkeys(back)
        if self.keep is not None and not back:
            changes[self.keep.name] = table.c[self.column.name]
        return changes

    def _condition(self, table: Table, move: Move) -> ColumnElement[bool]:
        conditions = [table.c[self.column.name] == move.old]
        if self.staged:
            conditions.append(table.c[PIPELINE] == move.scope)
        for column, held in zip(self.asides, move.held, strict=True):
            aside = table.c[column.name]
            conditions.append(aside.is_(None) if held is None else aside == held)
        return and_(*conditions)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepValues(Step):
    """Choices that are no longer offered though records hold them: the records keep them."""

    column: LiveColumn
    entity: str
    values: tuple[str, ...]

    @property
    def kind(self) -> Kind:
        """Nobody can choose the values any more, nor read their labels."""
        return "lossy"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say what is no longer offered and how many rows hold it."""
        values = {
            "name": f"{self.entity}.{self.column.field}",
            "values": ", ".join(sorted(self.values)),
            "rows": self.rows,
        }
        return "{name} no longer offers {values}; {rows} rows keep it until they are changed", values

    def run(self, session: Session, now: datetime) -> None:
        """Leave the rows as they are; what the column offers is noted with the plan."""


def distribution(
    session: Session,
    column: LiveColumn,
    asides: Sequence[LiveColumn],
    pipeline_asides: Sequence[LiveColumn],
    *,
    staged: bool,
) -> Counter[Group]:
    """Count the rows that hold something, by all that decides where it goes."""
    table = _table(column, *asides, *pipeline_asides)
    value = table.c[column.name]
    scope = [table.c[each.name] for each in pipeline_asides]
    keys = [*([table.c[PIPELINE], *scope] if staged else []), value, *(table.c[each.name] for each in asides)]
    query = select(*keys, func.count()).where(value.is_not(None)).group_by(*keys)
    found: Counter[Group] = Counter()
    for row in session.run(query):
        key: Sequence[Any] = row[:-1]
        at = 1 + len(scope) if staged else 0
        found[Group(key[0] or "" if staged else "", tuple(key[1:at]), key[at], tuple(key[at + 1 :]))] += row[-1]
    return found


def _said(value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _unchained(moves: Sequence[Move]) -> Iterator[Move]:
    """Moves in an order in which none writes what another still looks for."""
    pending = list(moves)
    while pending:
        free = next((each for each in pending if not _is_awaited(each, pending)), pending[0])
        pending.remove(free)
        yield free


def _is_awaited(move: Move, pending: Sequence[Move]) -> bool:
    return any(other is not move and other.scope == move.scope and other.old == move.new for other in pending)


def _table(*columns: LiveColumn) -> Table:
    named = {column.name: Column(column.name, type_of(column.kind)) for column in columns}
    named.setdefault(PIPELINE, Column(PIPELINE, type_of("text")))
    return Table(columns[0].table, MetaData(), *named.values())
