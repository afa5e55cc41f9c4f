"""References to records that are deleted: who holds them, and emptied in the records that stay."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, select, update

from kalip.runtime import Served
from kalip.storage.merging import LINK, REFERENCE, Move, Pointing, touch
from kalip.storage.session import Session
from kalip.storage.tables import tables_for

_AT_ONCE: Final = 500


def references_to(session: Session, served: Served, at: Pointing, ids: Sequence[str]) -> list[Move]:
    """Every reference by a field to some records, archived holders too."""
    table = served.project(tables_for).of(at.entity)
    linked = table.links.get(at.field.name)
    found: list[Move] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = list(ids[start : start + _AT_ONCE])
        if linked is not None:
            link = linked.table
            rows: Any = session.run(select(link).where(link.c.target_id.in_(some)).order_by(link.c.record_id))
            found += (Move(LINK, at.entity, at.field.name, row.record_id, row.target_id, row.position) for row in rows)
            continue
        core = table.table
        column = core.c[table.fields[at.field.name][0].name]
        rows = session.run(select(core.c.id, column).where(column.in_(some)).order_by(core.c.id))
        found += (Move(REFERENCE, at.entity, at.field.name, row[0], row[1]) for row in rows)
    return found


def loosen(session: Session, served: Served, moves: Sequence[Move], stamp: Mapping[str, Any]) -> None:
    """Empty references of one field; the records that held them count their version up."""
    if not moves:
        return
    table = served.project(tables_for).of(moves[0].entity)
    linked = table.links.get(moves[0].field)
    ids = list(dict.fromkeys(move.record_id for move in moves))
    gone = list(dict.fromkeys(move.was for move in moves))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for first in range(0, len(gone), _AT_ONCE):
            was = gone[first : first + _AT_ONCE]
            if linked is not None:
                link = linked.table
                session.write(delete(link).where(link.c.record_id.in_(some), link.c.target_id.in_(was)))
                continue
            core = table.table
            names = [part.name for part in table.fields[moves[0].field]]
            condition = (core.c.id.in_(some), core.c[names[0]].in_(was))
            session.write(update(core).where(*condition).values(dict.fromkeys(names)))
    touch(session, table, ids, stamp)
