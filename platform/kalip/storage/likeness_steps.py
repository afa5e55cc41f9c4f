"""Steps on duplicate rules: the keys of all records made when a rule comes, dropped when it goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, delete, insert, select

from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage.catalogue import live_columns
from kalip.storage.clashes import MOST_VALUES
from kalip.storage.duplicates import KEYS, DuplicateKey, put_keys, told_apart
from kalip.storage.errors import PlanRefused
from kalip.storage.kinds import type_of
from kalip.storage.likeness import Side, keys_of
from kalip.storage.own import KalipDuplicateRule, table_of
from kalip.storage.records import select_many
from kalip.storage.session import Session
from kalip.storage.step import Kind, Step
from kalip.storage.tables import tables_for

RULES: Final = table_of(KalipDuplicateRule)
_BATCH: Final = 1_000
_MOST_RECORDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepKeys(Step):
    """A duplicate rule that comes, or whose values a plan changes: every record of its sides is looked at."""

    name: str
    sides: tuple[Side, ...]
    served: Served = field(compare=False, repr=False)

    @property
    def kind(self) -> Kind:
        """Every row is read."""
        return "slow" if self.rows else "safe"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which rule is kept."""
        return "find duplicates by {name}", {"name": self.name}

    def run(self, session: Session, now: datetime) -> None:
        """Make the keys. PlanRefused when records break a strict rule."""
        rule = self.sides[0].id
        session.write(delete(KEYS).where(KEYS.c.rule == rule))
        session.write(delete(RULES).where(RULES.c.id == rule))
        session.write(insert(RULES), {"id": rule, "entity": self.sides[0].owner})
        for side in self.sides:
            if faults := tuple(strict_faults(session, self.served, side, now)):
                raise PlanRefused(faults)
            held: set[str] = set()
            for batch in record_keys(session, self.served, side, now):
                put_keys(session, tuple(_claimed(side, batch, held)))


@dataclass(frozen=True, slots=True, kw_only=True)
class DropKeys(Step):
    """A duplicate rule that goes."""

    rule: str

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which rule goes."""
        return "forget what was alike by {name}", {"name": self.rule.rpartition(".")[0]}

    def run(self, session: Session, now: datetime) -> None:
        """Drop its keys."""
        session.write(delete(KEYS).where(KEYS.c.rule == self.rule))
        session.write(delete(RULES).where(RULES.c.id == self.rule))


def kept_rules(session: Session) -> set[str]:
    """The ids of the rules whose keys are kept."""
    return set(session.run(select(RULES.c.id)).scalars())


def record_keys(session: Session, served: Served, side: Side, now: datetime) -> Iterator[list[DuplicateKey]]:
    """Batches of the keys of all records that a side looks at, in the order of their ids."""
    context = Context(now, now.date())
    paths = tuple(sorted(side.fields))
    for ids in _ids(session, served.project(tables_for)[side.entity].name, archived=side.rule.archived):
        rows = select_many(session, served, side.entity, ids, context, paths, form="parts")
        yield [
            DuplicateKey(side.id, key, record_id, side.entity, side.claims)
            for record_id in ids
            for key in keys_of(side, rows.get(record_id, {}))
        ]


def strict_faults(session: Session, served: Served, side: Side, now: datetime) -> Iterator[str]:
    """A sentence about the records that break a strict rule, if some do and its columns are there already."""
    if not side.claims or not _is_there(session, served, side):
        return
    groups: dict[str, list[str]] = {}
    for batch in record_keys(session, served, side, now):
        for each in batch:
            groups.setdefault(each.key, []).append(each.record_id)
    alike = {tuple(ids): None for ids in groups.values() if len(ids) > 1}
    apart = told_apart(session, (each for ids in alike for each in ids))
    several = [ids for ids in alike if any((min(a, b), max(a, b)) not in apart for a in ids for b in ids if a < b)]
    if not several:
        return
    told = [", ".join(ids[:_MOST_RECORDS]) + _more(len(ids) - _MOST_RECORDS) for ids in several[:MOST_VALUES]]
    yield (
        f"{side.entity}: {len(several)} groups of records are alike by the strict rule {side.rule.name}; "
        f"merge them or say that they are not the same first: {'; '.join(told)}{_more(len(several) - MOST_VALUES)}"
    )


def _claimed(side: Side, keys: Sequence[DuplicateKey], held: set[str]) -> Iterator[DuplicateKey]:
    """Keys of which each is claimed once: by the oldest of records that were told apart."""
    for each in keys:
        yield DuplicateKey(each.rule, each.key, each.record_id, each.entity, side.claims and each.key not in held)
        held.add(each.key)


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def _is_there(session: Session, served: Served, side: Side) -> bool:
    table = served.project(tables_for)[side.entity]
    live = {(column.table, column.name): column.kind for column in live_columns(session) if column.retired_at is None}
    wanted = [part for name in (*side.fields, "id", "archived_at") for part in table.fields.get(name, ())]
    return all(live.get((table.name, part.name)) == part.kind for part in wanted)


def _ids(session: Session, table: str, *, archived: bool) -> Iterator[list[str]]:
    columns: list[Column[Any]] = [Column("id", type_of("text")), Column("archived_at", type_of("moment"))]
    known = Table(table, MetaData(), *columns)
    query = select(known.c.id).order_by(known.c.id).limit(_BATCH)
    if not archived:
        query = query.where(known.c.archived_at.is_(None))
    last = ""
    while ids := list(session.run(query.where(known.c.id > last)).scalars()):
        yield ids
        last = ids[-1]
