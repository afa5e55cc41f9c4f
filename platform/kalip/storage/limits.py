"""What the databases can't hold: too many columns, rows that can't fit a page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kalip.expressions import Dialect
from kalip.storage.catalogue import LiveColumn
from kalip.storage.session import Session
from kalip.storage.tables import EntityTable, Tables

SQLITE_COLUMNS: Final = 2000
POSTGRES_COLUMNS: Final = 1600
_POSTGRES_PAGE: Final = 8160
_ROW_HEADER: Final = 24
# Bytes that a filled column takes at least. PostgreSQL moves long texts out of the row, and leaves 18 bytes there.
_WIDTHS: Final[Mapping[str, int]] = {
    "integer": 8,
    "integer32": 4,
    "boolean": 1,
    "moment": 8,
    "date": 4,
    "time": 8,
    "duration": 8,
    "decimal": 5,
    "text": 5,
    "texts": 9,
    "json": 9,
}


def limit_faults(session: Session, wanted: Tables, live: Mapping[str, Sequence[LiveColumn]]) -> tuple[str, ...]:
    """Say why the database can't hold these tables; nothing when it can."""
    faults: list[str] = []
    dropped = _dropped_columns(session)
    for table in wanted.values():
        retired = sum(column.retired_at is not None for column in live.get(table.name, ()))
        faults += _table_faults(session.dialect, table, retired + dropped.get(table.name, 0))
    return tuple(faults)


def _table_faults(dialect: Dialect, table: EntityTable, spent: int) -> Iterator[str]:
    name = table.entity.name
    limit = SQLITE_COLUMNS if dialect == "sqlite" else POSTGRES_COLUMNS
    used = len(table.parts) + spent
    if used > limit:
        yield (
            f"{name}: its fields and retired fields need {used} columns, and {dialect} has at most {limit} "
            "in a table; move some to an entity of their own, or purge retired ones"
        )
    if dialect == "postgresql":
        width = _ROW_HEADER + len(table.parts) // 8
        width += sum(_WIDTHS[part.kind.partition(":")[0]] for part in table.parts.values())
        if width > _POSTGRES_PAGE:
            yield (
                f"{name}: a filled record needs at least {width} bytes, and PostgreSQL has room for {_POSTGRES_PAGE} "
                "in a row; move some fields to an entity of their own"
            )


def _dropped_columns(session: Session) -> dict[str, int]:
    """Columns by table that were dropped: PostgreSQL counts them for ever."""
    if session.dialect == "sqlite":
        return {}
    query = (
        "SELECT c.relname, count(*) FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
        "WHERE a.attisdropped AND c.relkind = 'r' AND c.relnamespace = to_regnamespace(current_schema()) "
        "GROUP BY c.relname"
    )
    return {str(name): int(count) for name, count in session.fetch(query, {})}
