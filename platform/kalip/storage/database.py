"""The database: sessions that are one transaction each, the model lock, and counting of statements.

A writer holds the model lock shared and a publisher holds it alone, so no write lands under a model that is no longer
served. On PostgreSQL it is an advisory lock of the transaction; on SQLite the write lock itself.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, QueuePool, event

from kalip.expressions import Dialect
from kalip.storage.engine import GLANCE, WRITER, make_engine
from kalip.storage.errors import RevisionChanged, Unavailable
from kalip.storage.patience import patient
from kalip.storage.session import Session

T = TypeVar("T")

_MODEL_LOCK: Final = 0x6B616C6970  # "kalip"
# Looking at fewer rows of an index makes common values (an owner's, a stage's) seem rare, and lists are sorted then.
_LOOK: Final = ("PRAGMA analysis_limit = 100000", "ANALYZE")
_FIRST_LOOK: Final = 1_024
_SQLITE_LOOKS: Final = 0.12
"""Seconds in which SQLite surely looks again whether it may write."""
_CURRENT: Final = "SELECT hash FROM kalip_revision ORDER BY id DESC LIMIT 1"


class Turns:
    """Transactions in a row, among which others have their turns; made before the first of them.

    PostgreSQL has a queue. On SQLite whoever waits looks every tenth of a second, and would never find it free.
    """

    def __init__(self, dialect: Dialect, every: float) -> None:
        self._dialect = dialect
        self._every = every
        self._since = time.monotonic()

    def give_way(self) -> None:
        """Let in who waits to write, if it is time; call it between two transactions, outside of both."""
        if self._dialect == "sqlite" and time.monotonic() - self._since >= self._every:
            time.sleep(_SQLITE_LOOKS)
            self._since = time.monotonic()


class Database:
    """A site's database. Make one per process by `make_database`; sessions may be used by any thread, one at a time."""

    def __init__(self, url: str, language: str, statement_seconds: float = 0) -> None:
        self.url = url
        self.language = language
        self.engine: Engine = make_engine(url, statement_seconds)
        self.dialect: Dialect = "sqlite" if self.engine.dialect.name == "sqlite" else "postgresql"
        self._writer = self.engine.execution_options(**{WRITER: True})
        self._reader = self.engine
        self._writes = count(1)
        # SQLAlchemy's AUTOCOMMIT is a PRAGMA on SQLite, after which each prepared statement is compiled anew.
        self._glancer = self.engine.execution_options(**{GLANCE: True})
        if self.dialect == "postgresql":
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._glancer = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one snapshot and can't write."""
        with self._reader.connect() as connection, connection.begin():
            yield Session(connection, self.language, writable=False)

    def glance(self, look: Callable[[Session], T]) -> T:
        """What one reading statement finds, with no transaction around it; asked again when the connection was lost."""
        try:
            return self._glance(look)
        except Unavailable:
            return self._glance(look)

    @contextmanager
    def write(self, revision: str | None = None) -> Iterator[Session]:
        """A session that commits at the end of the block, or undoes everything when it raises.

        Raises RevisionChanged at once when `revision` is given and is not the current one, and Unavailable when the
        database stays locked.
        """
        with self._writer.connect() as connection, connection.begin():
            self._share_lock(connection, revision)
            yield Session(connection, self.language, writable=True)
        written = next(self._writes)
        if written >= _FIRST_LOOK and written.bit_count() == 1:
            self.learn()

    @contextmanager
    def beside(self) -> Iterator[Session]:
        """A session that commits and waits for no publisher: for rows of Kalip's own that no model describes."""
        with self._writer.connect() as connection, connection.begin():
            yield Session(connection, self.language, writable=True)

    def turns(self, every: float = 1.0) -> "Turns":
        """For whoever is about to write many transactions in a row: lets others in once in so many seconds."""
        return Turns(self.dialect, every)

    def learn(self) -> None:
        """Look at how rows are spread, by which SQLite chooses indexes; call it when many were written at once.

        Where a site grows by single writes it happens by itself, each time that their number has doubled. PostgreSQL's
        autovacuum needs no call.
        """
        if self.dialect != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            # A busy database is looked at next time.
            with suppress(sqlite3.OperationalError):
                for statement in _LOOK:
                    connection.cursor().execute(statement).close()
        finally:
            connection.close()

    @contextmanager
    def publish(self) -> Iterator[Session]:
        """A session that no writer runs beside, and that may take long: for changing tables and the served revision."""
        with patient(), self._writer.connect() as connection, connection.begin():
            if self.dialect == "postgresql":
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MODEL_LOCK})")
            yield Session(connection, self.language, writable=True)

    @contextmanager
    def count_statements(self) -> Iterator[list[str]]:
        """Collect the text of every statement that any thread runs during the block, transaction control left out."""
        seen: list[str] = []

        def record(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SET LOCAL")):
                seen.append(statement)

        event.listen(self.engine, "before_cursor_execute", record)
        try:
            yield seen
        finally:
            event.remove(self.engine, "before_cursor_execute", record)

    def pool_use(self) -> tuple[int, int]:
        """How many pooled connections are in use, and how many are open but idle."""
        pool = self.engine.pool
        return (pool.checkedout(), pool.checkedin()) if isinstance(pool, QueuePool) else (0, 0)

    def dispose(self) -> None:
        """Close the pooled connections."""
        self.engine.dispose()

    def _glance(self, look: Callable[[Session], T]) -> T:
        with self._glancer.connect() as connection:
            return look(Session(connection, self.language, writable=False))

    def _share_lock(self, connection: Connection, revision: str | None) -> None:
        if self.dialect == "sqlite":
            if revision is not None:
                _check_revision(connection.exec_driver_sql(_CURRENT).scalar(), revision)
            return
        # One round trip; each statement has its own snapshot, so the revision is read under the lock.
        lock = f"SELECT pg_advisory_xact_lock_shared({_MODEL_LOCK})"
        if revision is None:
            connection.exec_driver_sql(lock).close()
            return
        result = connection.exec_driver_sql(f"{lock}; {_CURRENT}")
        cursor = result.cursor
        row = cursor.fetchone() if cursor.nextset() else None
        result.close()
        _check_revision(row[0] if row else None, revision)


def make_database(url: str, *, language: str = "en", statement_seconds: float = 0) -> Database:
    """Make the database of a site; nothing is connected yet. ConfigurationError for an address of another kind.

    `language` is the site's: it decides where I stands in the order of text. After `statement_seconds` a statement is
    stopped (TooSlow) unless its caller is `patient`; 0 stops none.
    """
    return Database(url, language, statement_seconds)


def _check_revision(current: str | None, expected: str) -> None:
    if current != expected:
        raise RevisionChanged(current)
