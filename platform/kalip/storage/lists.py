"""Lists: pages of rows in an order, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kalip.base.errors import BadRequest
from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage.cursor import read_cursor, write_cursor
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.keyset import Phase, after_sql, first_phase, order_sql, phase_condition
from kalip.storage.query import Form, Query, RowPage
from kalip.storage.reader import Convert, Reader
from kalip.storage.related import add_links, split_links
from kalip.storage.select import SortKey, Statement, Writer, order_name, own_fields, with_tie_break
from kalip.storage.session import Session
from kalip.storage.statements import statements_for
from kalip.storage.tables import tables_for

LONGEST_PAGE: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Page:
    """A compiled page. `positions` are where the sort keys stand in a row, `reads` what turns them into values."""

    statement: Statement
    reader: Reader
    keys: tuple[SortKey, ...]
    positions: tuple[int, ...]
    reads: tuple[Convert | None, ...]
    binds: tuple[Convert | None, ...]
    links: tuple[str, ...]
    entity: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """How the values of the sort keys stand."""
        return tuple(key.place.kind for key in self.keys)


def select_page(session: Session, served: Served, query: Query, context: Context, form: Form = "json") -> RowPage:
    """Read one page. BadRequest for unknown paths, an order that can't be, or a cursor of another list.

    The form "json" gives JSON values, "values" field values, "parts" the value of each part by its path, as expressions
    want them. Rows always hold `id`.
    """
    if not 1 <= query.limit <= LONGEST_PAGE:
        raise BadRequest("a page has 1 to {most} rows", params={"most": LONGEST_PAGE}, code="R107")
    opening = _compiled(session, served, query, form, None, None)
    order = order_name(opening.entity, query.sort)
    values: list[Any] | None = None
    phase = first_phase(opening.keys)
    if query.cursor is not None:
        values = read_cursor(query.cursor, order, opening.kinds)
        if values[0] is None and phase == "filled":
            phase = "empty"
    rows, page = _fetch(session, served, query, context, form, phase, values, query.limit + 1)
    found = page.reader(rows[: query.limit])
    if len(rows) <= query.limit and phase == "filled":
        rest = query.limit + 1 - len(rows)
        more, page_after = _fetch(session, served, query, context, form, "empty", None, rest)
        if more:
            found += page_after.reader(more[: query.limit - len(found)])
            rows, page = [*rows, *more], page_after
    following = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]
        ended = [read(last[at]) if read else last[at] for at, read in zip(page.positions, page.reads, strict=True)]
        following = write_cursor(order, page.kinds, ended)
    add_links(session, served, page.entity, page.links, found, form)
    return RowPage(found, following)


def count_records(session: Session, served: Served, query: Query, context: Context, cap: int | None = None) -> int:
    """Count the records of a query, sort and page aside; with `cap` counting stops at cap + 1."""
    key = ("count", session.flavour, query.entity, query.filters, query.archived, cap is None)

    def make() -> Statement:
        writer = Writer(session, served, query.entity)
        where = writer.where(query.filters, query.archived)
        condition = f" WHERE {' AND '.join(f'({each})' for each in where)}" if where else ""
        if cap is None:
            return writer.statement(f"SELECT count(*) FROM {writer.frame.from_sql}{condition}")
        inner = f"SELECT 1 FROM {writer.frame.from_sql}{condition} LIMIT :cap"
        return writer.statement(f"SELECT count(*) FROM ({inner}) AS counted")

    statement = served.project(statements_for).get(key, make)
    more = {} if cap is None else {"cap": cap + 1}
    return int(session.fetch(statement.text, statement.bind(context, session.dialect, **more))[0][0])


def _fetch(
    session: Session,
    served: Served,
    query: Query,
    context: Context,
    form: Form,
    phase: Phase,
    values: Sequence[Any] | None,
    limit: int,
) -> tuple[Sequence[Any], _Page]:
    page = _compiled(session, served, query, form, phase, values)
    bound: dict[str, object] = {}
    for place, value in enumerate(values or ()):
        if value is not None:
            bind = page.binds[place]
            held = page.keys[place].bound(value, session.language)
            bound[f"key{place}"] = bind(held) if bind else held
    if query.ids is not None:
        bound |= id_params(query.ids, session.dialect)
    params = page.statement.bind(context, session.dialect, limit=limit, **bound)
    return session.fetch(page.statement.text, params), page


def _compiled(
    session: Session, served: Served, query: Query, form: Form, phase: Phase | None, values: Sequence[Any] | None
) -> _Page:
    nulls = None if values is None else tuple(value is None for value in values)
    key = (
        "page",
        session.flavour,
        query.entity,
        query.fields,
        query.filters,
        query.sort,
        query.concealed,
        query.archived,
        query.ids is not None,
        query.limit if query.steady else None,
        form,
        phase,
        nulls,
    )
    return served.project(statements_for).get(key, lambda: _make(session, served, query, form, phase, nulls))


def _make(
    session: Session, served: Served, query: Query, form: Form, phase: Phase | None, nulls: Sequence[bool] | None
) -> _Page:
    table = served.project(tables_for).of(query.entity)
    paths, links = split_links(table, query.fields or own_fields(table))
    writer = Writer(session, served, query.entity, few=True)
    columns: list[str] = []
    cells = writer.cells(paths, columns)
    keys = writer.sort_keys(with_tie_break(query.sort), query.concealed)
    positions = []
    for each in keys:
        if each.place.sql not in columns:
            columns.append(each.place.sql)
        positions.append(columns.index(each.place.sql))
    where = writer.where(query.filters, query.archived)
    if query.ids is not None:
        where.append(id_condition("t0.id", session.dialect))
    phase = phase or first_phase(keys)
    if condition := phase_condition(keys, phase):
        where.append(condition)
    if nulls is not None:
        where.append(after_sql(keys, phase, nulls))
    condition = f" WHERE {' AND '.join(f'({each})' for each in where)}" if where else ""
    text = (
        f"SELECT {', '.join(columns)} FROM {writer.frame.from_sql}{condition} "
        f"ORDER BY {order_sql(keys, phase)} LIMIT :limit"
    )
    types = [each.place.column_type.dialect_impl(session.sql) for each in keys]
    statement = writer.steady_statement(text, limit=query.limit + 1) if query.steady else writer.statement(text)
    return _Page(
        statement=statement,
        reader=writer.reader(cells, len(columns), form),
        keys=tuple(keys),
        positions=tuple(positions),
        reads=tuple(type_.result_processor(session.sql, None) for type_ in types),
        binds=tuple(type_.bind_processor(session.sql) for type_ in types),
        links=links,
        entity=table.entity.name,
    )
