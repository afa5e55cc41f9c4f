"""Records below the records floor: put, read, and all of a database's living data in one value to compare."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, MetaData, Table, select, text

from kalip.expressions import ActorContext, Context
from kalip.runtime import Served
from kalip.storage import Database, insert_record, select_one, update_record
from kalip.storage.catalogue import live_columns, live_tables
from kalip.storage.kinds import type_of
from tests.support.records import a_row

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CONTEXT = Context(NOON, date(2026, 11, 24), ActorContext("u1", "rep@example.com"))


class Kept:
    """The records of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, served: Served, entity: str, **values: Any) -> str:
        """Insert a record; gives its id."""
        row = a_row(**values)
        with self._database.write() as session:
            insert_record(session, served, entity, row)
        return str(row["id"])

    def set(self, served: Served, entity: str, record_id: str, **values: Any) -> None:
        """Change a record."""
        with self._database.write() as session:
            update_record(session, served, entity, record_id, values, None)

    def values(self, served: Served, entity: str, record_id: str, *fields: str) -> tuple[Any, ...]:
        """What a record holds in some fields."""
        with self._database.read() as session:
            row = select_one(session, served, entity, record_id, CONTEXT, fields)
        assert row is not None
        return tuple(row[field] for field in fields)

    def execute(self, statement: str) -> None:
        """Run any statement."""
        with self._database.publish() as session:
            session.connection.execute(text(statement))

    def everything(self) -> dict[str, Any]:
        """All that can be seen: by entity and id, or by entity and field of links."""
        found: dict[str, Any] = {}
        with self._database.read() as session:
            columns = [column for column in live_columns(session) if column.retired_at is None]
            for table in live_tables(session):
                if table.retired_at is not None:
                    continue
                if table.field is not None:
                    links = session.run(text(f'SELECT record_id, target_id, position FROM "{table.name}"'))  # noqa: S608
                    found[f"{table.entity}.{table.field}"] = sorted(tuple(row) for row in links)
                    continue
                mine = [column for column in columns if column.table == table.name]
                known = Table(table.name, MetaData(), *(Column(each.name, type_of(each.kind)) for each in mine))
                paths = [f"{each.field}.{each.part}".rstrip(".") for each in mine]
                rows = [dict(zip(paths, row, strict=True)) for row in session.run(select(known))]
                found[table.entity] = {row["id"]: row for row in rows}
        return found
