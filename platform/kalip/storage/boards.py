"""Boards: records counted, summed and shown by the values of one path, each in one statement."""

from dataclasses import dataclass
from typing import Any

from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage.keyset import order_sql
from kalip.storage.query import Aggregate, AggregateRow, Form, Query
from kalip.storage.reader import Cell, Reader
from kalip.storage.related import add_links, split_links
from kalip.storage.select import Statement, Writer, own_fields, with_tie_break
from kalip.storage.session import Session
from kalip.storage.statements import statements_for
from kalip.storage.tables import tables_for


@dataclass(frozen=True, slots=True)
class Groups:
    """Which columns a board has: the values of a path, and how many records of each at most."""

    by: str
    values: tuple[str, ...]
    most: int


def aggregate(session: Session, served: Served, entity: str, wanted: Aggregate, context: Context) -> list[AggregateRow]:
    """Count and sum the records of each value of a path; groups come in no order, null is a group of its own."""
    statement, reader = served.project(statements_for).get(
        ("aggregate", session.flavour, entity, wanted), lambda: _aggregate(session, served, entity, wanted)
    )
    rows = reader(session.fetch(statement.text, statement.bind(context, session.dialect)))
    return [
        AggregateRow(row["key"], row["count"], {path: row[f"sum {path}"] for path in wanted.sums}, row.get("within"))
        for row in rows
    ]


def board_cards(
    session: Session,
    served: Served,
    query: Query,
    groups: Groups,
    context: Context,
    form: Form = "json",
) -> dict[Any, list[dict[str, Any]]]:
    """The first records of each of some values of a path in the query's order; its limit and cursor are unused.

    One statement with a part for each value, so that each is read along an index and ends when it has enough.
    """
    by, count = groups.by, len(groups.values)
    if not count:
        return {}
    kept = (query.entity, query.fields, query.filters, query.sort, query.concealed, query.archived)
    statement, reader, position, links = served.project(statements_for).get(
        ("cards", session.flavour, *kept, by, count, form), lambda: _cards(session, served, query, groups, form)
    )
    named = {f"group{place}": value for place, value in enumerate(groups.values)}
    raw = session.fetch(statement.text, statement.bind(context, session.dialect, per_group=groups.most, **named))
    rows = reader(raw)
    add_links(session, served, query.entity, links, rows, form)
    found: dict[Any, list[dict[str, Any]]] = {}
    for held, row in zip(raw, rows, strict=True):
        found.setdefault(held[position], []).append(row)
    return found


def _aggregate(session: Session, served: Served, entity: str, wanted: Aggregate) -> tuple[Statement, Reader]:
    writer = Writer(session, served, entity)
    group = writer.frame.places(wanted.by)[0]
    columns = [group.sql, "count(*)"]
    count = writer.frame.places("version")[0]
    cells = [Cell("key", (group,), (0,), ("key",), whole=False), Cell("count", (count,), (1,), ("count",), whole=False)]
    for path in wanted.sums:
        shown = [each for name, each in wanted.concealed if name == path]
        place = writer.where_shown(writer.frame.places(path)[0], shown)
        total = f"CAST(sum({place.sql}) AS BIGINT)" if place.kind.startswith("integer") else f"sum({place.sql})"
        columns.append(total)
        name = f"sum {path}"
        cells.append(Cell(name, (place,), (len(columns) - 1,), (name,), whole=False))
    groups = [group.sql]
    if wanted.within is not None:
        apart = writer.frame.places(wanted.within)[0]
        groups.append(apart.sql)
        columns.append(apart.sql)
        cells.append(Cell("within", (apart,), (len(columns) - 1,), ("within",), whole=False))
    where = writer.where(wanted.filters, wanted.archived)
    condition = f" WHERE {' AND '.join(f'({each})' for each in where)}" if where else ""
    text = f"SELECT {', '.join(columns)} FROM {writer.frame.from_sql}{condition} GROUP BY {', '.join(groups)}"
    return writer.statement(text), writer.reader(cells, len(columns), "parts")


def _cards(
    session: Session, served: Served, query: Query, groups: Groups, form: Form
) -> tuple[Statement, Reader, int, tuple[str, ...]]:
    table = served.project(tables_for).of(query.entity)
    paths, links = split_links(table, query.fields or own_fields(table))
    writer = Writer(session, served, query.entity)
    columns: list[str] = []
    cells = writer.cells(paths, columns)
    group = writer.frame.places(groups.by)[0].sql
    if group not in columns:
        columns.append(group)
    order = order_sql(writer.sort_keys(with_tie_break(query.sort), query.concealed), "all")
    where = [f"({each})" for each in writer.where(query.filters, query.archived)]
    picked = ", ".join(f"{column} AS c{place}" for place, column in enumerate(columns))
    source = writer.frame.from_sql
    parts = []
    for place in range(len(groups.values)):
        condition = " AND ".join((*where, f"{group} = :group{place}"))
        # The ids alone are found in an index; only the rows that are shown are read.
        ids = f"SELECT t0.id FROM {source} WHERE {condition} ORDER BY {order} LIMIT :per_group"
        parts.append(
            f"SELECT * FROM (SELECT {picked} FROM {source} WHERE t0.id IN ({ids}) ORDER BY {order}) AS p{place}"
        )
    text = " UNION ALL ".join(parts)
    position = columns.index(group)
    return writer.statement(text), writer.reader(cells, len(columns), form), position, links
