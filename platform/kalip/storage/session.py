"""A session: one transaction on one connection, and the ways to run statements in it."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.engine.interfaces import Dialect as SqlDialect

from kalip.expressions import Dialect
from kalip.storage.errors import ReadOnlySession, TooSlow
from kalip.storage.eventlog import EventLog
from kalip.storage.patience import was_stopped

Params = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class Session:
    """One transaction. `connection` runs SQLAlchemy Core statements; `events` is the event log inside it."""

    def __init__(self, connection: Connection, language: str, *, writable: bool) -> None:
        self.connection = connection
        self.language = language
        self.writable = writable
        self.dialect: Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
        # What SQL text depends on beside the model.
        self.flavour = f"{self.dialect} {language}"
        self.events = EventLog(connection)

    def run(self, statement: Executable, params: Params = None) -> CursorResult[Any]:
        """Run a Core statement that reads or, in a writable session, writes."""
        return self.connection.execute(statement, params)

    def write(self, statement: Executable, params: Params = None) -> CursorResult[Any]:
        """Run a Core statement that writes; ReadOnlySession in a session opened for reading."""
        if not self.writable:
            raise ReadOnlySession("this session only reads")
        return self.connection.execute(statement, params)

    def fetch(self, text: str, params: Mapping[str, Any]) -> Sequence[Any]:
        """Run SQL already written for the driver and give its rows as the driver reads them."""
        result = self.connection.exec_driver_sql(text, dict(params))
        # The driver's own tuples: lists read thousands of cells, and readers need no names.
        try:
            rows: Sequence[Any] = result.cursor.fetchall()
        except sqlite3.OperationalError as error:
            # Most of the work of a statement may be done here, where the engine hears of no error.
            if was_stopped(error):
                raise TooSlow from error
            raise
        result.close()
        return rows

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A part of the transaction that is undone by itself when the block raises."""
        with self.connection.begin_nested():
            yield

    @property
    def sql(self) -> SqlDialect:
        """SQLAlchemy's dialect, which quotes names and knows types."""
        return self.connection.dialect
