"""Merges of records: what referred to one refers to another from now on, and what is needed to take that back.

References change in bulk, whoever may do what: a merge moves all of them or none. Rows that change count their
version up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import Row, Table, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from kalip.fields import FieldTypes
from kalip.model import Field
from kalip.runtime import Served
from kalip.storage.errors import UniqueClash
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.own import KalipMerge, KalipMerged, KalipMergeMove, table_of
from kalip.storage.select import driver_text
from kalip.storage.session import Session
from kalip.storage.tables import EntityTable, tables_for

REFERENCE, LINK = "reference", "link"
_MERGES: Final = table_of(KalipMerge)
_MERGED: Final = table_of(KalipMerged)
_MOVES: Final = table_of(KalipMergeMove)
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_LONGEST_CHAIN: Final = 50


@dataclass(frozen=True, slots=True)
class Pointing:
    """A field that may refer to records of an entity."""

    entity: str
    field: Field


@dataclass(frozen=True, slots=True)
class Move:
    """A thing that named `was` and names the survivor now. `entity` of a thing beside records is its own table."""

    kind: str
    entity: str
    field: str
    record_id: str
    was: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class StoredMerge:
    """A merge: `before` and `after` are JSON values of the survivor, and versions, as the floor above keeps them."""

    id: str
    entity: str
    survivor_id: str
    merged: tuple[str, ...]
    actor: str | None
    at: datetime
    before: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    after: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    undone_at: datetime | None = None
    undone_by: str | None = None


def lock_records(session: Session, served: Served, entity: str, ids: Iterable[str]) -> None:
    """Keep others from changing records, or referring to them anew, until the transaction ends."""
    if session.dialect == "sqlite":
        return
    table = served.project(tables_for).of(entity)
    name = session.sql.identifier_preparer.quote(table.name)
    text = f"SELECT id FROM {name} WHERE {id_condition('id', session.dialect)} ORDER BY id FOR UPDATE"
    session.fetch(driver_text(text, session.dialect), id_params(sorted(ids), session.dialect))


def pointing_at(served: Served, entity: str) -> tuple[Pointing, ...]:
    """The fields of all entities that may refer to records of this one."""
    return tuple(
        Pointing(other.name, each)
        for other in served.model.entities.values()
        for each in other.fields.values()
        if entity in (each.target, *each.targets) and (each.type == "references" or _is_stored(served.types, each))
    )


def find_pointing(session: Session, served: Served, at: Pointing, ids: Sequence[str]) -> list[str]:
    """The records that refer by a field to some of these."""
    table = served.project(tables_for)[at.entity]
    if at.field.name in table.links:
        link = table.links[at.field.name].table
        rows: Any = session.run(select(link.c.record_id).where(link.c.target_id.in_(list(ids))).distinct())
    else:
        column = table.table.c[table.fields[at.field.name][0].name]
        rows = session.run(select(table.table.c.id).where(column.in_(list(ids)), table.table.c.id.not_in(list(ids))))
    return list(rows.scalars())


def repoint(
    session: Session, served: Served, at: Pointing, ids: Sequence[str], into: str, stamp: Mapping[str, Any]
) -> list[Move]:
    """Let what refers to some records refer to another; those records' own fields stay as they are.

    The record `into` does not begin to refer to itself: such a reference goes empty. Raises UniqueClash.
    """
    table = served.project(tables_for)[at.entity]
    try:
        if at.field.name in table.links:
            moves = _relink(session, table.links[at.field.name].table, at, ids, into)
        else:
            moves = _rename(session, table, at, ids, into)
        touch(session, table, dict.fromkeys(move.record_id for move in moves), stamp)
    except IntegrityError as error:
        raise UniqueClash(at.entity, (at.field.name,)) from error
    return moves


def point_back(
    session: Session, served: Served, moves: Sequence[Move], merge: StoredMerge, stamp: Mapping[str, Any]
) -> None:
    """Let moved references of one field name what they named before. Raises UniqueClash."""
    into = merge.survivor_id
    table = served.project(tables_for)[moves[0].entity]
    name = moves[0].field
    ids = dict.fromkeys(move.record_id for move in moves)
    try:
        if name in table.links:
            link = table.links[name].table
            kept = {move.record_id for move in moves if move.was == into}
            for record_id in ids.keys() - kept:
                session.write(delete(link).where(link.c.record_id == record_id, link.c.target_id == into))
            rows = [
                {"record_id": move.record_id, "target_id": move.was, "position": move.position or 0}
                for move in moves
                if move.was != into
            ]
            session.write(insert(link), rows)
        else:
            main, *rest = (part.name for part in table.fields[name])
            values: dict[str, Any] = {main: bindparam("was"), **dict.fromkeys(rest, merge.entity)}
            statement = update(table.table).where(table.table.c.id == bindparam("at_id")).values(values)
            session.write(statement, [{"at_id": move.record_id, "was": move.was} for move in moves])
    except IntegrityError as error:
        raise UniqueClash(moves[0].entity, (name,)) from error
    touch(session, table, ids, stamp)


def named_now(session: Session, served: Served, moves: Sequence[Move]) -> dict[str, set[str]]:
    """What moved references of one field name now, by the record that has the field."""
    table = served.project(tables_for)[moves[0].entity]
    ids = sorted({move.record_id for move in moves})
    found: dict[str, set[str]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        if moves[0].field in table.links:
            link = table.links[moves[0].field].table
            query = select(link.c.record_id, link.c.target_id).where(link.c.record_id.in_(part))
        else:
            column = table.table.c[table.fields[moves[0].field][0].name]
            query = select(table.table.c.id, column).where(table.table.c.id.in_(part))
        for row in session.run(query).all():
            found.setdefault(row[0], set()).update([row[-1]] if row[-1] is not None else [])
    return found


def touch(session: Session, table: EntityTable, ids: Iterable[str], stamp: Mapping[str, Any]) -> None:
    """Count the versions of records up."""
    core = table.table
    some = list(ids)
    for start in range(0, len(some), 500):
        statement = update(core).where(core.c.id.in_(some[start : start + 500]))
        session.write(statement.values({**stamp, "version": core.c.version + 1}))


def add_merge(session: Session, merge: StoredMerge, moves: Sequence[Move]) -> None:
    """Enter a merge; what went into the merged records before ends up in the survivor too."""
    session.write(insert(_MERGES), _merge_row(merge))
    rows = [
        {"record_id": each, "entity": merge.entity, "merge_id": merge.id, "into_id": merge.survivor_id,
         "root_id": merge.survivor_id}
        for each in merge.merged
    ]  # fmt: skip
    session.write(insert(_MERGED), rows)
    earlier = update(_MERGED).where(_MERGED.c.root_id.in_(merge.merged))
    session.write(earlier.values(root_id=merge.survivor_id))
    kept = [
        {"merge_id": merge.id, "place": place, "kind": move.kind, "entity": move.entity, "field": move.field,
         "record_id": move.record_id, "was": move.was, "position": move.position}
        for place, move in enumerate(moves)
    ]  # fmt: skip
    if kept:
        session.write(insert(_MOVES), kept)


def find_merge(session: Session, merge_id: str) -> StoredMerge | None:
    """A merge by its id."""
    row = session.run(select(_MERGES).where(_MERGES.c.id == merge_id)).first()
    return None if row is None else _merge(row)


def merges_into(session: Session, survivor_id: str) -> list[StoredMerge]:
    """The merges into a record that were not undone, the latest first."""
    query = select(_MERGES).where(_MERGES.c.survivor_id == survivor_id, _MERGES.c.undone_at.is_(None))
    return [_merge(row) for row in session.run(query.order_by(_MERGES.c.id.desc()))]


def merge_of(session: Session, record_id: str) -> StoredMerge | None:
    """The merge by which a record went into another, if it did."""
    merge_id = session.run(select(_MERGED.c.merge_id).where(_MERGED.c.record_id == record_id)).scalar()
    return None if merge_id is None else find_merge(session, merge_id)


def moves_of(session: Session, merge_id: str) -> list[Move]:
    """What a merge moved, in order."""
    query = select(_MOVES).where(_MOVES.c.merge_id == merge_id).order_by(_MOVES.c.place)
    return [Move(row.kind, row.entity, row.field, row.record_id, row.was, row.position) for row in session.run(query)]


def end_merge(session: Session, merge: StoredMerge, at: datetime, by: str | None) -> None:
    """Note that a merge was undone: its records are their own again, and what had gone into them before ends there."""
    session.write(update(_MERGES).where(_MERGES.c.id == merge.id).values(undone_at=at, undone_by=by))
    session.write(delete(_MOVES).where(_MOVES.c.merge_id == merge.id))
    session.write(delete(_MERGED).where(_MERGED.c.merge_id == merge.id))
    ends, following = set(merge.merged), {each: each for each in merge.merged}
    for _ in range(_LONGEST_CHAIN):
        query = select(_MERGED.c.record_id, _MERGED.c.into_id).where(_MERGED.c.into_id.in_(sorted(ends)))
        rows = session.run(query).all()
        if not rows:
            return
        for row in rows:
            following[row.record_id] = following[row.into_id]
            changed = update(_MERGED).where(_MERGED.c.record_id == row.record_id)
            session.write(changed.values(root_id=following[row.record_id]))
        ends = {row.record_id for row in rows}


def roots_of(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """Where merged records ended up, by their ids; others are absent."""
    query = select(_MERGED.c.record_id, _MERGED.c.root_id).where(_MERGED.c.record_id.in_(sorted(set(ids))))
    return {row.record_id: row.root_id for row in session.run(query)}


def _is_stored(types: FieldTypes, each: Field) -> bool:
    return each.type in ("reference", "any_reference") and types[each.type].stored


def _rename(session: Session, table: EntityTable, at: Pointing, ids: Sequence[str], into: str) -> list[Move]:
    core = table.table
    column = core.c[table.fields[at.field.name][0].name]
    query = select(core.c.id, column).where(column.in_(list(ids)), core.c.id.not_in(list(ids))).order_by(core.c.id)
    moves = [Move(REFERENCE, at.entity, at.field.name, row[0], row[-1]) for row in session.run(query).all()]
    condition = (column.in_(list(ids)), core.c.id.not_in([*ids, into]))
    if any(move.record_id != into for move in moves):
        session.write(update(core).where(*condition).values({column.name: into}))
    if any(move.record_id == into for move in moves):
        empty = dict.fromkeys(part.name for part in table.fields[at.field.name])
        session.write(update(core).where(core.c.id == into).values(empty))
    return moves


def _relink(session: Session, link: Table, at: Pointing, ids: Sequence[str], into: str) -> list[Move]:
    query = select(link).where(link.c.target_id.in_(list(ids)), link.c.record_id.not_in(list(ids)))
    rows = session.run(query.order_by(link.c.record_id, link.c.position)).all()
    moves = [Move(LINK, at.entity, at.field.name, row.record_id, row.target_id, row.position) for row in rows]
    owners = sorted({move.record_id for move in moves})
    have = set(
        session.run(select(link.c.record_id).where(link.c.target_id == into, link.c.record_id.in_(owners))).scalars()
    )
    # Who named the survivor already keeps that; the undoing must know it.
    moves += [Move(LINK, at.entity, at.field.name, each, into, None) for each in sorted(have)]
    for owner in owners:
        gone = [move for move in moves if move.record_id == owner and move.was != into]
        session.write(delete(link).where(link.c.record_id == owner, link.c.target_id.in_([each.was for each in gone])))
        if owner not in have and owner != into:
            session.write(insert(link), {"record_id": owner, "target_id": into, "position": gone[0].position})
    return moves


def _merge_row(merge: StoredMerge) -> dict[str, Any]:
    return {
        "id": merge.id,
        "entity": merge.entity,
        "survivor_id": merge.survivor_id,
        "actor": merge.actor,
        "at": merge.at,
        "undone_at": merge.undone_at,
        "undone_by": merge.undone_by,
        "before": orjson.dumps({"values": dict(merge.before), "merged": list(merge.merged)}).decode(),
        "after": orjson.dumps(dict(merge.after)).decode(),
    }


def _merge(row: Row[Any]) -> StoredMerge:
    before = orjson.loads(row.before)
    return StoredMerge(
        row.id,
        row.entity,
        row.survivor_id,
        tuple(before["merged"]),
        row.actor,
        row.at,
        before["values"],
        orjson.loads(row.after),
        row.undone_at,
        row.undone_by,
    )
