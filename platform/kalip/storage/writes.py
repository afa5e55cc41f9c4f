"""Writes of records: exactly the values given, the version counted up. Rules are the business of the floors above."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, Update, bindparam, delete, insert, update
from sqlalchemy.exc import DataError, IntegrityError

from kalip.base.errors import StorageError
from kalip.runtime import Served
from kalip.storage.errors import Dangling, UniqueClash
from kalip.storage.indexes import IndexSpec, index_specs
from kalip.storage.session import Session
from kalip.storage.statements import Statements, statements_for
from kalip.storage.tables import EntityTable, tables_for

Values = Mapping[str, Any]


def insert_record(session: Session, served: Served, entity: str, values: Values) -> None:
    """Insert one record; see `insert_records`."""
    insert_records(session, served, entity, (values,))


def insert_records(session: Session, served: Served, entity: str, rows: Sequence[Values]) -> None:
    """Insert records by field name, system fields included; `version` starts at 1 unless it is given.

    Values of `references` fields become links; those of children, computed and rolled up fields are not stored.
    Raises UniqueClash, Dangling.
    """
    if not rows:
        return
    table = served.project(tables_for).of(entity)
    prepared = [{"version": 1, **_columns(table, values)} for values in rows]
    names = {name for row in prepared for name in row}
    if any(len(row) != len(names) for row in prepared):
        prepared = [{**dict.fromkeys(names), **row} for row in prepared]
    with _faults(session, served, table):
        session.write(insert(table.table), prepared if len(prepared) > 1 else prepared[0])
        for name in table.links:
            pairs = [(row["id"], row[name]) for row in rows if row.get(name)]
            _insert_links(session, table.links[name].table, pairs)


def update_record(
    session: Session, served: Served, entity: str, record_id: str, values: Values, version: int | None
) -> bool:
    """Change a record and count its version up; false when it is not there in this version (None: in any).

    Raises UniqueClash, Dangling.
    """
    return update_records(session, served, entity, ((record_id, version, values),))[0]


def update_records(
    session: Session, served: Served, entity: str, rows: Sequence[tuple[str, int | None, Values]]
) -> list[bool]:
    """Change records: id, version (None: whatever it is) and values by field name each; says which were hit."""
    table = served.project(tables_for).of(entity)
    made = served.project(statements_for)
    with _faults(session, served, table):
        changes = []
        for record_id, version, values in rows:
            given = {name: value for name, value in values.items() if name != "version"}
            changes.append(_Change(record_id, version, _columns(table, given)))
        if len(changes) > 1 and _update_alike(session, made, table, changes):
            hits = [True] * len(changes)
        else:
            hits = [_update(session, made, table, change) for change in changes]
        for hit, (record_id, _version, values) in zip(hits, rows, strict=True):
            if hit:
                _replace_links(session, table, record_id, values)
    return hits


@dataclass(frozen=True, slots=True)
class _Change:
    """One row to change; `columns` are values by column name."""

    id: str
    version: int | None
    columns: dict[str, Any]

    @property
    def shape(self) -> tuple[object, ...]:
        """What rows of one statement have in common."""
        return (self.version is None, *self.columns)

    @property
    def params(self) -> dict[str, Any]:
        """The parameters of the statement."""
        values = {f"v_{place}": value for place, value in enumerate(self.columns.values())}
        versioned = {} if self.version is None else {"this_version": self.version}
        return {"this_id": self.id, **versioned, **values}


def _update_alike(session: Session, made: Statements, table: EntityTable, changes: Sequence[_Change]) -> bool:
    """Change rows in one go for each set of columns; false, with nothing changed, when not all of them were hit."""
    groups: dict[tuple[object, ...], list[_Change]] = defaultdict(list)
    for change in changes:
        groups[change.shape].append(change)
    try:
        with session.savepoint():
            for group in groups.values():
                done = session.write(_statement(made, table, group[0]), [change.params for change in group])
                _require_all(done.rowcount, len(group))
    except _Missed:
        return False
    return True


class _Missed(Exception):
    """Not every row was hit."""


def _require_all(hit: int, wanted: int) -> None:
    if hit != wanted:
        raise _Missed


def _update(session: Session, made: Statements, table: EntityTable, change: _Change) -> bool:
    return session.write(_statement(made, table, change), change.params).rowcount == 1


def _statement(made: Statements, table: EntityTable, change: _Change) -> Update:
    return made.get(("update", table.entity.name, change.shape), lambda: _made(table, change))


def _made(table: EntityTable, change: _Change) -> Update:
    core = table.table
    statement = update(core).where(core.c.id == bindparam("this_id"))
    if change.version is not None:
        statement = statement.where(core.c.version == bindparam("this_version"))
    new = {name: bindparam(f"v_{place}", type_=core.c[name].type) for place, name in enumerate(change.columns)}
    return statement.values({**new, "version": core.c.version + 1})


def _columns(table: EntityTable, values: Values) -> dict[str, Any]:
    """Values by field name as values by column name."""
    columns = {}
    for name, value in values.items():
        parts = table.fields.get(name)
        if not parts:
            continue
        field = parts[0].field
        held = (None,) * len(parts) if value is None else table.types[name].to_parts(field, value)
        for part, each in zip(parts, held, strict=True):
            columns[part.name] = each
    return columns


def _replace_links(session: Session, table: EntityTable, record_id: str, values: Values) -> None:
    for name, link in table.links.items():
        if name in values:
            session.write(delete(link.table).where(link.table.c.record_id == record_id))
            _insert_links(session, link.table, [(record_id, values[name] or ())])


def _insert_links(session: Session, link: Table, pairs: Sequence[tuple[str, Sequence[str]]]) -> None:
    rows = [
        {"record_id": record_id, "target_id": target, "position": position}
        for record_id, targets in pairs
        for position, target in enumerate(dict.fromkeys(targets))
    ]
    if rows:
        session.write(insert(link), rows)


@contextmanager
def _faults(session: Session, served: Served, table: EntityTable) -> Iterator[None]:
    """Say what the database found in words of the model."""
    name = table.entity.name
    try:
        yield
    except IntegrityError as error:
        text = str(error.orig)
        if "FOREIGN KEY" in text.upper():
            raise Dangling(name) from error
        if getattr(error.orig, "sqlstate", None) == "23503":
            raise Dangling(name) from error
        raise UniqueClash(name, _clashing(session, served, table, text)) from error
    except DataError as error:
        raise StorageError(
            "{entity}: the database can't hold a value: {reason}",
            params={"entity": name, "reason": str(error.orig).strip()},
            code="S123",
        ) from error


def _clashing(session: Session, served: Served, table: EntityTable, message: str) -> tuple[str, ...]:
    """The fields of the unique key that the database names: PostgreSQL by index, SQLite by columns."""
    sql = session.sql
    specs: dict[str, list[IndexSpec]] = defaultdict(list)
    for spec in index_specs(
        served.project(tables_for), sql.identifier_preparer, session.dialect, session.language
    ).values():
        if spec.unique and spec.table == table.name:
            specs[spec.name].append(spec)
    for name, found in specs.items():
        columns = ", ".join(f"{table.name}.{table.parts[path].name}" for path in found[0].fields)
        if name in message or message.endswith(f": {columns}"):
            return found[0].fields
    return ("id",)
