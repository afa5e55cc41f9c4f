"""Secrets sealed in Kalip's own tables: where they are, and how they come under another key.

A column says so itself, with what its values are sealed for: `mapped_column(info=sealed_for("totp:{user_id}"))`, where
the names are columns of the same row. Knows no secret: it opens them only to seal them again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, RowMapping, Table, select, update

from kalip.base.sealing import SealBroken, Sealer
from kalip.storage.own import OWN_METADATA, SEALED
from kalip.storage.session import Session


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed texts, or nulls. `purpose` has places for columns of the row."""

    table: Table
    column: Column[Any]
    purpose: str

    @property
    def place(self) -> str:
        """Where it is, for people who look after the site."""
        return f"{self.table.name}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class Renewal:
    """What came of renewing: how many were sealed anew, and which can't be opened, by place and row."""

    renewed: int
    broken: tuple[str, ...]


def sealed_columns(metadata: MetaData = OWN_METADATA) -> tuple[SealedColumn, ...]:
    """All columns that say that they are sealed."""
    return tuple(
        SealedColumn(table, column, str(column.info[SEALED]))
        for table in metadata.sorted_tables
        for column in table.columns
        if SEALED in column.info
    )


def sealed_texts(session: Session, column: SealedColumn) -> Iterator[str]:
    """The sealed texts of a column, as they are kept."""
    query = select(column.column).where(column.column.is_not(None))
    yield from (str(each) for each in session.run(query).scalars())


def renew_sealed(session: Session, sealer: Sealer, metadata: MetaData = OWN_METADATA) -> Renewal:
    """Seal by the sealer's first key whatever is sealed by another; commits nothing. What can't be opened stays."""
    renewed, broken = 0, []
    for place in sealed_columns(metadata):
        for row in _rows(session, place):
            kept = str(row[place.column.name])
            try:
                fresh = sealer.renew(kept, place.purpose.format_map(row))
            except SealBroken:
                broken.append(f"{place.place} {', '.join(str(row[key.name]) for key in place.table.primary_key)}")
                continue
            if fresh != kept:
                renewed += _replace(session, place, row, fresh)
    return Renewal(renewed, tuple(broken))


def _rows(session: Session, place: SealedColumn) -> list[RowMapping]:
    query = select(place.table).where(place.column.is_not(None)).order_by(*place.table.primary_key)
    return list(session.run(query).mappings())


def _replace(session: Session, place: SealedColumn, row: RowMapping, fresh: str) -> int:
    keys = [key == row[key.name] for key in place.table.primary_key]
    # Only as it was read: who sets a secret at this moment has sealed it by the present key.
    unchanged = place.column == row[place.column.name]
    return session.write(update(place.table).where(*keys, unchanged).values({place.column.name: fresh})).rowcount
