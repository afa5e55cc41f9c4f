"""What of a plan goes on after it was published: long back-fills in batches, long indexes beside the writers.

Nothing depends on either being done: a row that isn't filled is as empty as before, and a list is only slower without
its index. Unique keys and what guards them never go on: they hold from the publish on.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, text

from kalip.model import Field
from kalip.runtime import Served
from kalip.storage.backfill import Fill
from kalip.storage.catalogue import LiveColumn, column_entry, live_columns
from kalip.storage.database import Database
from kalip.storage.indexes import IndexSpec, index_specs
from kalip.storage.rowwise import write_each
from kalip.storage.session import Session
from kalip.storage.tables import tables_for
from kalip.storage.terms import FILLED, Terms

FILL_JOB: Final = "storage.fill"
INDEX_JOB: Final = "storage.index"
_BUILDING: Final = zlib.crc32(b"kalip builds an index")
_IS_HELD: Final = (
    f"SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = {_BUILDING} "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)

Built = Literal["built", "there", "unwanted", "busy"]


@dataclass(frozen=True, slots=True)
class FilledBatch:
    """A batch of empty rows that was looked at: how many, how many were filled, and the id of the last."""

    looked: int
    filled: int
    last: str


def fill_batch(
    session: Session, served: Served, entity: str, field: str, *, source: str, after: str, now: datetime
) -> FilledBatch | None:
    """Fill the next empty rows after an id by the back-fill that has this source; None when there are none left.

    None too when the model has another back-fill by now. A value that somebody writes meanwhile stays.
    """
    found = served.model.entity(entity)
    wanted: Field | None = found.fields.get(field) if found is not None else None
    if found is None or wanted is None or wanted.backfill is None or wanted.backfill.source != source:
        return None
    table = served.project(tables_for)[entity]
    columns = tuple(column_entry(table, part) for part in table.fields[field])
    fill = Fill(served, entity, wanted, wanted.backfill)
    batch = next(fill.values(session, table.name, columns[0], now, after), None)
    if batch is None:
        return None
    keep = _keep_of(session, columns[0])
    rows = [(row_id, (*parts, parts[0]) if keep else parts) for row_id, parts in batch if parts is not None]
    write_each(session, (*columns, *((keep,) if keep else ())), rows, empty_only=True)
    return FilledBatch(len(batch), len(rows), batch[-1][0])


def build_index(database: Database, served: Served, name: str) -> Built:
    """Build an index that the model wants, on PostgreSQL without holding up writers; `busy` when another is built.

    Commits by itself. To be called again when it fails: what a failed build leaves is dropped first.
    """
    if database.dialect == "sqlite":
        with database.write(served.model.revision) as session:
            spec = _wanted(session.connection, served, database).get(name)
            if spec is None:
                return "unwanted"
            if session.fetch("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name", {"name": name}):
                return "there"
            session.connection.exec_driver_sql(spec.sql(session.sql.identifier_preparer))
        return "built"
    with _builder(database) as connection:
        return "busy" if connection is None else _build(connection, database, served, name)


def is_building(database: Database) -> bool:
    """Whether an index is being built beside the writers: tables can't be changed meanwhile."""
    if database.dialect == "sqlite":
        return False
    return bool(database.glance(lambda session: session.run(text(_IS_HELD)).scalar()))


def _build(connection: Connection, database: Database, served: Served, name: str) -> Built:
    preparer = connection.dialect.identifier_preparer
    spec = _wanted(connection, served, database).get(name)
    valid = connection.execute(
        text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)"), {"name": preparer.quote(name)}
    ).scalar()
    if spec is not None and valid:
        return "there"
    if valid is not None:
        connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY IF EXISTS {preparer.quote(name)}")
    if spec is None:
        return "unwanted"
    connection.exec_driver_sql(spec.sql(preparer, concurrently=True))
    return "built"


@contextmanager
def _builder(database: Database) -> Iterator[Connection | None]:
    """A connection of its own without transactions, that alone builds; None when another one does."""
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if not connection.execute(text(f"SELECT pg_try_advisory_lock({_BUILDING})")).scalar():
            yield None
            return
        try:
            # It waits for all older transactions, however long they take.
            connection.exec_driver_sql("SET lock_timeout = 0")
            yield connection
        finally:
            # The session's lock and setting go with it.
            connection.invalidate()


def _wanted(connection: Connection, served: Served, database: Database) -> dict[str, IndexSpec]:
    preparer = connection.dialect.identifier_preparer
    return index_specs(served.project(tables_for), preparer, database.dialect, database.language)


def _keep_of(session: Session, main: LiveColumn) -> LiveColumn | None:
    """The column that remembers what is filled in."""
    for each in live_columns(session):
        terms = Terms.read(each.terms)
        same = (each.table, each.field, each.part, each.kind) == (main.table, main.field, main.part, main.kind)
        if same and terms is not None and terms.aside == FILLED:
            return each
    return None
