"""Rows as lines of JSON that both databases write and read alike: what backups are made of.

A line is a list of a row's values in the order of the table's columns, each written by the kind of its column:
decimals as text, moments, dates and times in ISO form, durations in microseconds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import Column, MetaData, Table, insert, select

from kalip.storage.kinds import kind_of, type_of
from kalip.storage.session import Session

_BATCH: Final = 1000
_MICROSECOND: Final = timedelta(microseconds=1)
Convert = Callable[[Any], Any]

_WRITERS: Final[dict[str, Convert]] = {
    "decimal": lambda value: format(value, "f"),
    "moment": lambda value: value.isoformat(),
    "date": lambda value: value.isoformat(),
    "time": lambda value: value.isoformat(),
    "duration": lambda value: value // _MICROSECOND,
    "texts": list,
}
_READERS: Final[dict[str, Convert]] = {
    "decimal": Decimal,
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "duration": lambda held: timedelta(microseconds=held),
    "texts": tuple,
}


@dataclass(frozen=True, slots=True)
class PortableTable:
    """A table to write or read: its columns as pairs of name and kind, the primary key first."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, table: Table, leave_out: Sequence[str] = ()) -> "PortableTable":
        """Describe one of the own tables."""
        columns = tuple(
            (str(column.name), kind_of(column.type)) for column in table.columns if column.name not in leave_out
        )
        return cls(str(table.name), columns)

    @property
    def core(self) -> Table:
        """The table as SQLAlchemy knows it."""
        return Table(self.name, MetaData(), *(Column(name, type_of(kind)) for name, kind in self.columns))


def write_lines(session: Session, table: PortableTable) -> Iterator[bytes]:
    """Write every row of a table as a line, ordered by its first column."""
    writers = [_WRITERS.get(kind.partition(":")[0]) for _name, kind in table.columns]
    core = table.core
    result = session.run(select(core).order_by(*list(core.columns)[:2]).execution_options(yield_per=_BATCH))
    for row in result:
        values = [
            value if write is None or value is None else write(value) for value, write in zip(row, writers, strict=True)
        ]
        yield orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def read_lines(session: Session, table: PortableTable, lines: Iterator[bytes]) -> int:
    """Insert the rows of lines into a table; gives their number."""
    readers = [_READERS.get(kind.partition(":")[0]) for _name, kind in table.columns]
    names = [name for name, _kind in table.columns]
    statement = insert(table.core)
    count = 0
    batch: list[dict[str, Any]] = []
    for line in lines:
        values = orjson.loads(line)
        batch.append(
            {
                name: value if read is None or value is None else read(value)
                for name, read, value in zip(names, readers, values, strict=True)
            }
        )
        count += 1
        if len(batch) == _BATCH:
            session.write(statement, batch)
            batch = []
    if batch:
        session.write(statement, batch)
    return count
