"""Deletes records for good, as erasure and purging do; everyday removal archives instead."""

from sqlalchemy import delete, func, select

from kalip.runtime import Served
from kalip.storage.duplicates import drop_keys
from kalip.storage.errors import DeleteRestricted
from kalip.storage.search import unindex_record
from kalip.storage.session import Session
from kalip.storage.stage_steps import drop_steps
from kalip.storage.stays import drop_stays
from kalip.storage.tables import tables_for


def delete_record(session: Session, served: Served, entity: str, record_id: str) -> bool:
    """Delete a record, its links and its place in the search index; what refers to it is cleared or goes along.

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
    return session.write(delete(table.table).where(table.table.c.id == record_id)).rowcount == 1
