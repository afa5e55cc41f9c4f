"""Finds records that break a key which is to be unique, and names them."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Column, MetaData, Table, and_, func, select

from kalip.storage.catalogue import live_columns
from kalip.storage.column_steps import RenameColumn
from kalip.storage.index_steps import CreateIndex
from kalip.storage.indexes import IndexSpec
from kalip.storage.kinds import type_of
from kalip.storage.session import Session
from kalip.storage.step import Step
from kalip.storage.table_steps import RenameTable

MOST_VALUES: Final = 20
_MOST_RECORDS: Final = 5


def unique_faults(session: Session, steps: Sequence[Step]) -> tuple[str, ...]:
    """Say which new unique keys the present records break; keys over fields that are new or converted are left out."""
    tables = {step.new.name: step.old.name for step in steps if isinstance(step, RenameTable)}
    columns = {(step.new.table, step.new.name): step.old.name for step in steps if isinstance(step, RenameColumn)}
    found: list[str] = []
    for step in steps:
        if isinstance(step, CreateIndex) and step.spec.unique:
            spec = step.spec
            names = [columns.get((spec.table, name), name) for name in _names(spec)]
            found += clashes(session, spec, tables.get(spec.table, spec.table), names)
    return tuple(found)


def clashes(session: Session, spec: IndexSpec, table: str = "", names: Sequence[str] = ()) -> Iterator[str]:
    """A sentence about the records that break a unique key, if some do; in the present `table` and columns."""
    table, names = table or spec.table, names or _names(spec)
    kinds = {column.name: column.kind for column in live_columns(session) if column.table == table}
    if not all(name in kinds for name in names):
        return
    known = _table(table, {name: kinds[name] for name in (*names, "id", "archived_at")})
    keys = [known.c[name] for name in names]
    held = and_(known.c.archived_at.is_(None), *(key.is_not(None) for key in keys))
    several = select(*keys).where(held).group_by(*keys).having(func.count() > 1)
    total = session.run(select(func.count()).select_from(several.subquery())).scalar_one()
    if not total:
        return
    first = several.order_by(*keys).limit(MOST_VALUES).subquery()
    same = and_(*(key == first.c[key.name] for key in keys))
    rows = session.run(select(*keys, known.c.id).join(first, same).where(held).order_by(*keys, known.c.id)).all()
    told = []
    for values, group in groupby(rows, key=lambda row: tuple(row[:-1])):
        ids = [str(row[-1]) for row in group]
        more = f" and {len(ids) - _MOST_RECORDS} more" if len(ids) > _MOST_RECORDS else ""
        told.append(f"{', '.join(map(str, values))} ({', '.join(ids[:_MOST_RECORDS])}{more})")
    rest = f"; and {total - MOST_VALUES} more" if total > MOST_VALUES else ""
    yield (
        f"{spec.table}: {total} groups of records have the same {', '.join(spec.fields)}, which is to be unique; "
        f"correct them first: {'; '.join(told)}{rest}"
    )


def _names(spec: IndexSpec) -> list[str]:
    return [key.strip('"') for key in spec.keys]


def _table(name: str, kinds: Mapping[str, str]) -> Table:
    columns: list[Column[Any]] = [Column(column, type_of(kind)) for column, kind in kinds.items()]
    return Table(name, MetaData(), *columns)
