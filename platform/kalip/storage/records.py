"""Single records and given ones, read by id."""

from collections.abc import Sequence
from typing import Any

from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.query import Archived, Filter, Form
from kalip.storage.reader import Reader
from kalip.storage.related import add_links, split_links
from kalip.storage.select import Statement, Writer, own_fields
from kalip.storage.session import Session
from kalip.storage.statements import statements_for
from kalip.storage.tables import tables_for


def select_one(
    session: Session,
    served: Served,
    entity: str,
    record_id: str,
    context: Context,
    fields: Sequence[str] = (),
    filters: Sequence[Filter] = (),
    form: Form = "values",
    archived: Archived = "include",
) -> dict[str, Any] | None:
    """Read one record, None when none is there or matches; without `fields` every field of the entity itself."""
    statement, reader, linked = _compiled(
        session, served, entity, tuple(fields), tuple(filters), form, archived, many=False
    )
    rows = session.fetch(statement.text, statement.bind(context, session.dialect, id=record_id))
    found = reader(rows)
    add_links(session, served, entity, linked, found, form)
    return found[0] if found else None


def select_many(
    session: Session,
    served: Served,
    entity: str,
    ids: Sequence[str],
    context: Context,
    fields: Sequence[str] = (),
    filters: Sequence[Filter] = (),
    form: Form = "values",
    archived: Archived = "include",
) -> dict[str, dict[str, Any]]:
    """Read given records by id in one statement; those that are not there or don't match are absent."""
    if not ids:
        return {}
    statement, reader, linked = _compiled(
        session, served, entity, tuple(fields), tuple(filters), form, archived, many=True
    )
    params = statement.bind(context, session.dialect, **id_params(ids, session.dialect))
    found = reader(session.fetch(statement.text, params))
    add_links(session, served, entity, linked, found, form)
    return {row["id"]: row for row in found}


def _compiled(
    session: Session,
    served: Served,
    entity: str,
    fields: tuple[str, ...],
    filters: tuple[Filter, ...],
    form: Form,
    archived: Archived,
    *,
    many: bool,
) -> tuple[Statement, Reader, tuple[str, ...]]:
    def make() -> tuple[Statement, Reader, tuple[str, ...]]:
        table = served.project(tables_for).of(entity)
        paths, linked = split_links(table, fields or own_fields(table))
        writer = Writer(session, served, entity)
        columns: list[str] = []
        cells = writer.cells(paths, columns)
        by_id = id_condition("t0.id", session.dialect) if many else "t0.id = :id"
        where = " AND ".join(f"({each})" for each in (by_id, *writer.where(filters, archived)))
        text = f"SELECT {', '.join(columns)} FROM {writer.frame.from_sql} WHERE {where}"
        return writer.statement(text), writer.reader(cells, len(columns), form), linked

    key = ("record", session.flavour, entity, fields, filters, form, archived, many)
    return served.project(statements_for).get(key, make)
