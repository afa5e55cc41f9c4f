"""Engines: how connections to SQLite and PostgreSQL are set up and how transactions begin.

SQLite runs in WAL mode with `synchronous=FULL`: an answered write survives a power cut, as it does on PostgreSQL.
The driver opens no transactions of its own (it would commit before DDL); BEGIN is said here, IMMEDIATE for writers.
"""

import sqlite3
import time
from functools import partial
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, ExceptionContext, make_url
from sqlalchemy.engine.interfaces import Dialect as SqlDialect
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

from kalip.base.errors import ConfigurationError
from kalip.expressions import sqlite_functions
from kalip.fields.columns import json_options
from kalip.storage.collation import SORT_FUNCTIONS, sort_key
from kalip.storage.decimals import RATIO_FUNCTION, ratio
from kalip.storage.errors import TooLarge, TooSlow, Unavailable
from kalip.storage.patience import Watch, is_patient, was_stopped

WRITER: Final = "kalip_writer"
"""Execution option of connections that may write."""
GLANCE: Final = "kalip_glance"
"""Execution option of connections that read by one statement, with no transaction around it."""

_BUSY_MILLISECONDS: Final = 10_000
# A connection used so lately is not asked whether it stands: a round trip for every transaction of a busy server.
_TRUSTED_SECONDS: Final = 1.0
_USED: Final = "kalip_used"
_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    f"busy_timeout = {_BUSY_MILLISECONDS}",
    "cache_size = -32768",
    "temp_store = MEMORY",
    "journal_size_limit = 67108864",
)
# Serialisation failure, deadlock, lock not available, and the server or its connection gone.
_RETRYABLE_STATES: Final = ("40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300")
_LOCK_MILLISECONDS: Final = 30_000
# SQLite asks after so many steps of its machine, some milliseconds, whether a statement is to be interrupted.
_STEPS: Final = 100_000
_WATCH: Final = "kalip_watch"
_CACHED_PLAN: Final = "0A000"
_TOO_LARGE: Final = "54000"
_SCHEMES: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


def make_engine(url: str, statement_seconds: float = 0) -> Engine:
    """Make the engine of an SQLite file or a PostgreSQL database; nothing is connected yet.

    A statement is stopped after `statement_seconds` (TooSlow), unless its caller is `patient`; 0 stops none.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, pool_size=20, max_overflow=40)
        event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        if statement_seconds:
            event.listen(engine, "connect", partial(_watch, statement_seconds))
            event.listen(engine, "before_cursor_execute", _start_watch)
            event.listen(engine, "checkin", _stop_watch)
    else:
        engine = create_engine(address, pool_size=20, max_overflow=40, **json_options())
        event.listen(engine, "connect", partial(_postgres_connect, round(statement_seconds * 1000)))
        if statement_seconds:
            event.listen(engine, "begin", _postgres_begin)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ping_idle, engine.dialect))
    event.listen(engine, "handle_error", _translate_error)
    return engine


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    scheme = address.drivername.partition("+")[0] if address else ""
    if address is None or scheme not in _SCHEMES:
        raise ConfigurationError(
            "the database address is neither SQLite nor PostgreSQL",
            hint="write sqlite:////path/to/site.db or postgresql://user@host/database",
            code="S101",
        )
    if scheme == "sqlite" and address.database in (None, "", ":memory:"):
        raise ConfigurationError(
            "an SQLite database in memory can't be shared by connections",
            hint="name a file: sqlite:////path/to/site.db",
            code="S102",
        )
    return address.set(drivername=_SCHEMES[scheme])


def _sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    for name, language in SORT_FUNCTIONS.items():
        connection.create_function(name, 1, partial(_sort_key, language), deterministic=True)
    connection.create_function(RATIO_FUNCTION, 3, ratio, deterministic=True)
    for name, arity, call in sqlite_functions():
        connection.create_function(name, arity, call, deterministic=True)


def _sort_key(language: str, held: Any) -> str | None:
    return None if held is None else sort_key(str(held), language)


def _sqlite_begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if GLANCE not in options:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITER, False) else "BEGIN")


def _watch(seconds: float, connection: sqlite3.Connection, record: Any) -> None:
    watch = record.info[_WATCH] = Watch(seconds)
    connection.set_progress_handler(watch.is_over, _STEPS)


def _start_watch(connection: Connection, *_rest: Any) -> None:
    connection.info[_WATCH].start()


def _stop_watch(_connection: Any, record: Any) -> None:
    if _WATCH in record.info:
        record.info[_WATCH].stop()


def _postgres_connect(statement: int, connection: Any, _record: Any) -> None:
    # Who waits for a lock is told so, and tries again, before the statement has taken too long.
    lock = min(_LOCK_MILLISECONDS, statement * 9 // 10) if statement else _LOCK_MILLISECONDS
    with connection.cursor() as cursor:
        bounds = f"SET lock_timeout = {lock}" + (f"; SET statement_timeout = {statement}" if statement else "")
        cursor.execute(f"SET TIME ZONE 'UTC'; {bounds}; SET jit = off")
    connection.commit()


def _postgres_begin(connection: Connection) -> None:
    if is_patient():
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _note_use(_connection: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()


def _ping_idle(dialect: SqlDialect, connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has lain idle whether it still stands; where it doesn't, all of the pool are made anew."""
    now = time.monotonic()
    if now - record.info.get(_USED, now) < _TRUSTED_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _translate_error(context: ExceptionContext) -> None:
    error = context.original_exception
    state = getattr(error, "sqlstate", None)
    if state == _CACHED_PLAN and "cached plan" in str(error):
        # A publisher changed a column's type under statements that this process had prepared: connect anew.
        context.is_disconnect = True
    if was_stopped(error):
        raise TooSlow from error
    if isinstance(error, sqlite3.OperationalError):
        retryable = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    else:
        # Without a connection it is connecting that failed.
        retryable = state in _RETRYABLE_STATES or context.is_disconnect or context.connection is None
    if retryable:
        raise Unavailable(
            "the database is busy or away: {reason}", params={"reason": str(error).strip()}, hint="try again"
        ) from error
    if state == _TOO_LARGE:
        raise TooLarge(
            "the database can't hold so much in one row: {reason}",
            params={"reason": str(error).splitlines()[0]},
            hint="shorten the longest texts",
        ) from error
