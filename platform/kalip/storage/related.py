"""What belongs to records and is loaded for all of them at once: links, children, titles, existence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kalip.base.errors import BadRequest
from kalip.expressions import Context
from kalip.model import DIRECTORY
from kalip.runtime import Served
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.query import Filter, Form
from kalip.storage.reader import Reader
from kalip.storage.select import Statement, Writer, driver_text
from kalip.storage.session import Session
from kalip.storage.statements import statements_for
from kalip.storage.tables import EntityTable, tables_for


def links(session: Session, served: Served, entity: str, field: str, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The targets of a `references` field in their order, by record id, in one statement; without links: absent."""
    table = served.project(tables_for).of(entity)
    link = table.links.get(field)
    if link is None:
        raise BadRequest("'{field}' is no list of references", params={"field": field}, code="R105")
    found: dict[str, list[str]] = defaultdict(list)
    if ids:
        name = session.sql.identifier_preparer.quote(link.name)
        condition = id_condition("record_id", session.dialect)
        text = f"SELECT record_id, target_id FROM {name} WHERE {condition} ORDER BY record_id, position, target_id"
        for record_id, target_id in session.fetch(driver_text(text, session.dialect), id_params(ids, session.dialect)):
            found[record_id].append(target_id)
    return {record_id: tuple(targets) for record_id, targets in found.items()}


def split_links(table: EntityTable, paths: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part paths into those that a SELECT reads and the fields whose links are loaded after it."""
    selected: list[str] = []
    linked: list[str] = []
    for path in paths:
        (linked if path in table.links else selected).append(path)
    return tuple(selected), tuple(linked)


def add_links(
    session: Session, served: Served, entity: str, fields: Sequence[str], rows: Sequence[dict[str, Any]], form: Form
) -> None:
    """Put the targets of `references` fields into rows already read."""
    for field in fields:
        found = links(session, served, entity, field, [row["id"] for row in rows])
        for row in rows:
            targets = found.get(row["id"], ())
            row[field] = list(targets) if form == "json" else targets


def children(
    session: Session,
    served: Served,
    entity: str,
    field: str,
    ids: Sequence[str],
    fields: Sequence[str],
    context: Context,
    form: Form = "values",
) -> dict[str, list[dict[str, Any]]]:
    """The rows of a children field that are not archived, oldest first, by parent id, in one statement."""
    parent = served.project(tables_for).of(entity).entity.attribute(field)
    if parent is None or parent.type != "children" or parent.target is None or parent.via is None:
        raise BadRequest("'{field}' holds no children", params={"field": field}, code="R105")
    target, via = parent.target, parent.via
    table = served.project(tables_for)[target]
    paths, linked = split_links(table, fields)

    def make() -> tuple[Statement, Reader, int]:
        writer = Writer(session, served, target)
        columns: list[str] = []
        cells = writer.cells(paths, columns)
        back = writer.frame.places(via)[0].sql
        if back not in columns:
            columns.append(back)
        where = [id_condition(back, session.dialect), "t0.archived_at IS NULL"]
        text = (
            f"SELECT {', '.join(columns)} FROM {writer.frame.from_sql} WHERE {' AND '.join(where)} "
            f"ORDER BY {back}, t0.created_at, t0.id"
        )
        return writer.statement(text), writer.reader(cells, len(columns), form), columns.index(back)

    key = ("children", session.flavour, target, via, paths, form)
    statement, reader, position = served.project(statements_for).get(key, make)
    found: dict[str, list[dict[str, Any]]] = {record_id: [] for record_id in ids}
    if ids:
        rows = session.fetch(
            statement.text, statement.bind(context, session.dialect, **id_params(ids, session.dialect))
        )
        read = reader(rows)
        add_links(session, served, target, linked, read, form)
        for raw, row in zip(rows, read, strict=True):
            found[raw[position]].append(row)
    return found


def titles(
    session: Session, served: Served, wanted: Mapping[str, Iterable[str]], context: Context
) -> dict[tuple[str, str], str]:
    """The titles of records by (entity, id), one statement for each entity; `user` and `group` give their names."""
    found: dict[tuple[str, str], str] = {}
    for entity, ids in wanted.items():
        some = list(dict.fromkeys(ids))
        if not some:
            continue
        if entity in DIRECTORY:
            found |= {(entity, each): row["name"] for each, row in directory_rows(session, entity, some).items()}
            continue
        statement, reader, path = _titles(session, served, entity)
        params = statement.bind(context, session.dialect, **id_params(some, session.dialect))
        for row in reader(session.fetch(statement.text, params)):
            found[entity, row["id"]] = _text(row.get(path))
    return found


def directory_rows(session: Session, kind: str, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """What can be said of users or groups, by id."""
    text = f"SELECT {', '.join(DIRECTORY[kind])} FROM kalip_{kind} WHERE {id_condition('id', session.dialect)}"
    rows = session.fetch(driver_text(text, session.dialect), id_params(ids, session.dialect)) if ids else ()
    return {row[0]: dict(zip(DIRECTORY[kind], row, strict=True)) for row in rows}


def existing(
    session: Session,
    served: Served,
    entity: str,
    ids: Sequence[str],
    context: Context,
    filters: Sequence[Filter] = (),
) -> set[str]:
    """Which of the ids are records that are not archived and match the filters."""
    if not ids:
        return set()

    def make() -> Statement:
        writer = Writer(session, served, entity)
        where = [id_condition("t0.id", session.dialect), *writer.where(filters, "exclude")]
        condition = " AND ".join(f"({each})" for each in where)
        return writer.statement(f"SELECT t0.id FROM {writer.frame.from_sql} WHERE {condition}")

    statement = served.project(statements_for).get(("existing", session.flavour, entity, tuple(filters)), make)
    params = statement.bind(context, session.dialect, **id_params(ids, session.dialect))
    return {row[0] for row in session.fetch(statement.text, params)}


def _titles(session: Session, served: Served, entity: str) -> tuple[Statement, Reader, str]:
    def make() -> tuple[Statement, Reader, str]:
        writer = Writer(session, served, entity)
        path = writer.table.entity.title
        columns: list[str] = []
        cells = writer.cells((path,), columns)
        condition = id_condition("t0.id", session.dialect)
        text = f"SELECT {', '.join(columns)} FROM {writer.frame.from_sql} WHERE {condition}"
        return writer.statement(text), writer.reader(cells, len(columns), "parts"), path

    return served.project(statements_for).get(("titles", session.flavour, entity), make)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
