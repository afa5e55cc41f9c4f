"""Deletes records for good, as erasure and purging do; everyday removal archives instead."""

from typing import Final

from sqlalchemy import delete, func, or_, select

from kalip.runtime import Served
from kalip.storage.duplicates import drop_keys
from kalip.storage.errors import DeleteRestricted
from kalip.storage.own import (
    KalipClock,
    KalipDuplicateFound,
    KalipFollow,
    KalipMerged,
    KalipNotDuplicate,
    KalipShare,
    table_of,
)
from kalip.storage.search import unindex_record
from kalip.storage.session import Session
from kalip.storage.stage_steps import drop_steps
from kalip.storage.stays import drop_stays
from kalip.storage.tables import tables_for

_OWNED: Final = tuple(map(table_of, (KalipShare, KalipFollow, KalipClock, KalipDuplicateFound)))
"""Own tables whose rows are nothing without the record that they name."""


def delete_record(session: Session, served: Served, entity: str, record_id: str) -> bool:
    """Delete a record, its links and its place in the search index; what refers to it is cleared or goes along.

    Shares, followers, clocks and what people said of it as a duplicate go too.

    Raises DeleteRestricted with all uses when a reference that restricts points to it. False: it was not there.
    """
    tables = served.project(tables_for)
    table = tables.of(entity)
    uses: dict[tuple[str, str], int] = {}
    for other in tables.values():
        for part in other.parts.values():
            if part.target == table.entity.name and part.on_delete not in ("clear", "cascade"):
                query = select(func.count()).where(other.table.c[part.name] == record_id)
                if count := int(session.run(query).scalar_one()):
                    uses[other.entity.name, part.field.name] = count
    if uses:
        raise DeleteRestricted(table.entity.name, record_id, uses)
    unindex_record(session, table.entity.name, record_id)
    drop_keys(session, [record_id])
    drop_stays(session, table.entity.name, record_id)
    drop_steps(session, table.entity.name, record_id)
    for own in _OWNED:
        session.write(delete(own).where(own.c.entity == table.entity.name, own.c.record_id == record_id))
    apart, merged = table_of(KalipNotDuplicate), table_of(KalipMerged)
    session.write(delete(apart).where(or_(apart.c.first == record_id, apart.c.second == record_id)))
    # What went into it stands for itself again; where it went itself stays known, for its history.
    session.write(delete(merged).where(merged.c.root_id == record_id))
    return session.write(delete(table.table).where(table.table.c.id == record_id)).rowcount == 1
