"""Lists: every order pages through every row once, alike on both databases; bad input is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kalip.base.errors import BadRequest
from kalip.compiler import entity_scope
from kalip.expressions import Context, compile_expression
from kalip.fields import Money
from kalip.fields.literals import text_literal
from kalip.model import Sort
from kalip.runtime import Served
from kalip.storage import Database, Filter, Plan, Query, User, add_user, count_records, insert_records, select_page
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import START, a_row

NAMES = ["Işık", "İnci", "Isparta", "istanbul", "Çelik", "Cem", "Дом", "ёлка", "Zor", "apple", None]


@pytest.fixture
def served(publish: Callable[[Served], Plan]) -> Served:
    company = an_entity("company").with_field("name", "text").with_field("city", "text")
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("company", "reference", to="company")
        .with_field("amount", "money", currency="TRY")
        .with_field("score", "decimal", scale=2)
        .with_field("due", "date")
        .with_field("won", "boolean")
        .with_field("twice", "computed", expression="amount * 2", result={"type": "decimal", "scale": 2})
        .with_field("third", "computed", expression="amount / 3", result={"type": "decimal", "scale": 2})
        .with_field("rivals", "references", to="company")
        .with_field("lines", "children", of="line")
        .with_field("total", "rollup", of="lines", function="sum", field="price")
        .with_field("many", "rollup", of="lines", function="count", where="quantity > 1")
        .with_field("mean", "rollup", of="lines", function="avg", field="price")
        .with_field("newest", "rollup", of="lines", function="last", field="quantity")
        .with_list("name", "amount", sort={"amount": "desc"})
    )
    line = (
        an_entity("line")
        .with_keys(owned_by="deal")
        .with_field("deal", "reference", to="deal", on_delete="cascade")
        .with_field("price", "decimal", scale=2)
        .with_field("quantity", "integer")
    )
    served = a_served(a_pack().with_entity(company, deal, line))
    publish(served)
    return served


@pytest.fixture
def rows(database: Database, served: Served) -> list[dict[str, Any]]:
    companies = [a_row(name=name, city="x") for name in NAMES]
    deals, lines = [], []
    for number in range(40):
        deal = a_row(
            name=NAMES[number % 11],
            company=companies[number % 11]["id"] if number % 7 else None,
            amount=Money(Decimal(number % 9 * 100), "TRY") if number % 5 else None,
            score=Decimal(f"{number % 4}.25") if number % 3 else None,
            due=date(2026, 1, 1 + number % 5) if number % 2 else None,
            won=bool(number % 2) if number % 6 else None,
            owner="u1" if number % 2 else None,
            rivals=(companies[1]["id"], companies[0]["id"]) if number == 3 else (),
        )
        deals.append(deal)
        lines += [a_row(deal=deal["id"], price=Decimal(f"{step}.10"), quantity=step) for step in range(number % 4)]
    with database.write() as session:
        add_user(session, User("u1", "Ayşe", "a@b.co", (), "tr", "UTC", True, None, START))
        insert_records(session, served, "company", companies)
        insert_records(session, served, "deal", deals)
        insert_records(session, served, "line", lines)
    return deals


@pytest.fixture
def every(database: Database, served: Served, context: Context) -> Callable[..., list[dict[str, Any]]]:
    """All rows of a query, read in pages of seven: the same planned once, and counted so."""

    def read(query: Query, form: Any = "json") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        step = replace(query, limit=7)
        while True:
            with database.read() as session:
                page = select_page(session, served, step, context, form)
                assert select_page(session, served, replace(step, steady=True), context, form) == page
            found += page.rows
            if page.next is None:
                break
            step = replace(step, cursor=page.next)
        with database.read() as session:
            assert count_records(session, served, query, context) == len(found)
        assert len({row["id"] for row in found}) == len(found)
        return found

    return read


def where(served: Served, source: str, entity: str = "deal", through: tuple[str, ...] = ()) -> Filter:
    return Filter(compile_expression(source, entity_scope(served.model, served.types, entity)), through)


SORTS = [
    "", "name", "-name", "amount", "-amount", "score,-name", "-score,amount,-due", "due", "won", "-won,score",
    "company",
    "-company.name,amount", "twice", "-total", "many,-mean", "-created_at", "id", "owner", "company.city,-id",
]  # fmt: skip


@pytest.mark.parametrize("sort", SORTS)
def test_pages_are_the_whole_list_in_order(
    rows: list[dict[str, Any]], every: Any, served: Served, database: Database, context: Context, sort: str
) -> None:
    keys = tuple(Sort(key.lstrip("-"), key.startswith("-")) for key in sort.split(",") if key)
    query = Query("deal", ("name", "amount"), sort=keys)
    paged = [row["id"] for row in every(query)]
    assert len(paged) == len(rows)
    with database.read() as session:
        whole = select_page(session, served, replace(query, limit=1000), context)
    assert paged == [row["id"] for row in whole.rows]


@pytest.mark.parametrize("descending", [False, True])
def test_nulls_come_last_in_either_direction(rows: list[dict[str, Any]], every: Any, descending: bool) -> None:
    found = every(Query("deal", ("amount",), sort=(Sort("amount", descending),)), "parts")
    amounts = [row["amount"] for row in found]
    filled = [amount for amount in amounts if amount is not None]
    assert filled == sorted(filled, reverse=descending)
    assert amounts == [*filled, *[None] * (len(amounts) - len(filled))]


def test_text_sorts_as_people_read_it(rows: list[dict[str, Any]], every: Any) -> None:
    found = every(Query("company", ("name",), sort=(Sort("name"),)))
    names = ["apple", "Cem", "Çelik", "Isparta", "istanbul", "Işık", "İnci", "Zor", "Дом", "ёлка", None]
    turkish_i_as_i = ["apple", "Cem", "Çelik", "İnci", "Isparta", "istanbul", "Işık", "Zor", "Дом", "ёлка", None]
    assert [row["name"] for row in found] in (names, turkish_i_as_i)


FILTERS = [
    ("amount > 500", lambda row: row["amount"] is not None and row["amount"].amount > 500),
    ("amount == null", lambda row: row["amount"] is None),
    ("name == 'Cem' || won", lambda row: row["name"] == "Cem" or row["won"]),
    ("owner == actor.id", lambda row: row["owner"] == "u1"),
    ("due >= today() - duration('9000h')", lambda row: row["due"] is not None),
    ("twice > 1000", lambda row: row["amount"] is not None and row["amount"].amount > 500),
    ("lines.exists(each, each.quantity > 1)", None),
    ("total > 2 && many >= 1", None),
    ("rivals.exists(each, each.name == 'İnci')", lambda row: bool(row["rivals"])),
]


@pytest.mark.parametrize(("source", "expected"), FILTERS)
def test_filters(rows: list[dict[str, Any]], every: Any, served: Served, source: str, expected: Any) -> None:
    found = {row["id"] for row in every(Query("deal", ("name",), (where(served, source),)))}
    # Every fourth deal has lines of more than one piece.
    wanted = {row["id"] for at, row in enumerate(rows) if (expected(row) if expected else at % 4 == 3)}
    assert found == wanted


def test_a_filter_through_a_reference_needs_the_record(rows: list[dict[str, Any]], every: Any, served: Served) -> None:
    other = where(served, "name != 'Cem'", "company", ("company",))
    found = every(Query("deal", ("company.name",), (other,)))
    assert found
    assert all(row["company.name"] != "Cem" for row in found)
    with_company = [row for row in rows if row["company"] is not None and row["name"] != "Cem"]
    assert len(found) == len(with_company)


def test_values_of_every_kind_of_path(rows: list[dict[str, Any]], every: Any) -> None:
    fields = ("name", "amount", "amount.currency", "company.name", "owner.name", "owner.email", "twice", "third",
              "total", "many", "mean", "newest", "rivals", "created_at", "company.created_at")  # fmt: skip
    found = {row["id"]: row for row in every(Query("deal", fields))}
    row = found[rows[3]["id"]]
    assert list(row) == ["id", *(name for name in fields if name != "rivals"), "rivals"]
    assert row["amount"] == {"amount": "300.00", "currency": "TRY"}
    assert (row["amount.currency"], row["company.name"], row["owner.name"]) == ("TRY", "istanbul", "Ayşe")
    assert (row["twice"], row["third"], row["total"], row["many"]) == ("600.00", "100.00", "3.30", 1)
    assert (Decimal(row["mean"]), row["newest"]) == (Decimal("1.1"), 2)
    assert row["rivals"] == list(rows[3]["rivals"])
    assert row["created_at"] == rows[3]["created_at"].isoformat().replace("+00:00", "Z")
    empty = found[rows[0]["id"]]
    assert (empty["amount"], empty["twice"], empty["total"], empty["many"]) == (None, None, "0.00", 0)
    assert (empty["company.name"], empty["mean"], empty["rivals"]) == (None, None, [])


def test_parts_are_what_expressions_evaluate(
    rows: list[dict[str, Any]], every: Any, served: Served, context: Context
) -> None:
    for source in ("amount > 500", "company.name == 'Cem'", "total > 2", "twice == amount * 2"):
        filter_ = where(served, source)
        paths = tuple(filter_.expression.paths)
        found = every(Query("deal", paths), "parts")
        kept = {row["id"] for row in every(Query("deal", ("name",), (filter_,)))}
        assert {row["id"] for row in found if filter_.expression.evaluate(row, context)} == kept


def test_archived_records_are_apart(rows: list[dict[str, Any]], every: Any, served: Served, database: Database) -> None:
    with database.write() as session:
        insert_records(session, served, "company", [a_row(name="gone", archived_at=START)])
    counts = {archived: len(every(Query("company", archived=archived))) for archived in ("exclude", "only", "include")}
    assert counts == {"exclude": 11, "only": 1, "include": 12}


def test_counting_stops_at_the_cap(
    rows: list[dict[str, Any]], served: Served, database: Database, context: Context
) -> None:
    with database.read() as session:
        assert count_records(session, served, Query("deal"), context, cap=10) == 11
        assert count_records(session, served, Query("deal"), context, cap=40) == 40


@pytest.mark.parametrize(
    "query",
    [
        Query("nothing"),
        Query("deal", ("nothing",)),
        Query("deal", ("company.nothing",)),
        Query("deal", ("name.first",)),
        Query("deal", ("amount.",)),
        Query("deal", ("lines",)),
        Query("deal", ("owner.password_hash",)),
        Query("deal", sort=(Sort("nothing"),)),
        Query("deal", sort=(Sort("rivals"),)),
        Query("deal", limit=0),
        Query("deal", limit=1_000_000),
        Query("deal", cursor=""),
        Query("deal", cursor="zzz"),
        Query("deal", cursor="W10"),
        Query("deal", cursor="é"),
        Query("deal", cursor="A" * 20_000),
    ],
)
def test_bad_queries_are_refused(database: Database, served: Served, context: Context, query: Query) -> None:
    with database.read() as session, pytest.raises(BadRequest):
        select_page(session, served, query, context)


def test_a_cursor_belongs_to_its_order(
    rows: list[dict[str, Any]], database: Database, served: Served, context: Context
) -> None:
    query = Query("deal", ("name",), sort=(Sort("amount"),), limit=5)
    with database.read() as session:
        cursor = select_page(session, served, query, context).next
        with pytest.raises(BadRequest):
            select_page(session, served, replace(query, sort=(Sort("score"),), cursor=cursor), context)


def test_columns_not_asked_are_not_fetched_and_pages_cost_one_statement(
    rows: list[dict[str, Any]], database: Database, served: Served, context: Context
) -> None:
    query = Query("deal", ("name", "company.name"), sort=(Sort("created_at"),), limit=10)
    with database.count_statements() as statements, database.read() as session:
        select_page(session, served, query, context)
    assert len(statements) == 1
    assert "amount" not in statements[0]
    assert statements[0].count("JOIN") == 1


def test_own_records_are_read_in_the_order_of_the_first_list(
    database: Database, served: Served, rows: list[dict[str, Any]], context: Context
) -> None:
    if database.dialect != "sqlite":
        # PostgreSQL sorts so few rows rather than open an index: that it has the same one is seen here.
        with database.read() as session:
            (found,) = session.fetch("SELECT indexdef FROM pg_indexes WHERE indexname ^@ 'kx_deal_owner_amount'", {})
        assert "(owner, amount, id)" in found[0]
        return
    statements: list[str] = []
    query = Query("deal", ("name",), (where(served, "owner == actor.id"),), (Sort("amount", descending=True),))
    with database.read() as session:
        driver: Any = session.connection.connection.dbapi_connection
        driver.set_trace_callback(statements.append)
        select_page(session, served, query, context)
        driver.set_trace_callback(None)
        steps = " ".join(row[3] for row in session.fetch(f"EXPLAIN QUERY PLAN {statements[0]}", {}))
    assert "USING INDEX kx_deal_owner_amount" in steps
    assert "TEMP B-TREE" not in steps


TRICKY = "100 %s %(limit)s O'Neill \\' :limit :e1_1 \"x\" %%"


def test_constants_of_a_steady_page_are_texts_whatever_is_in_them(
    database: Database, served: Served, every: Any
) -> None:
    made = [a_row(name=name) for name in (TRICKY, TRICKY.replace("%%", "%"), "x")]
    with database.write() as session:
        insert_records(session, served, "company", made)
    condition = where(served, f"name == {text_literal(TRICKY)}", "company")
    assert [row["id"] for row in every(Query("company", filters=(condition,)))] == [made[0]["id"]]


def test_postgresql_plans_a_steady_page_once(
    rows: list[dict[str, Any]], database: Database, served: Served, context: Context
) -> None:
    if database.dialect != "postgresql":
        return  # SQLite keeps no plans
    query = Query("deal", ("name",), (where(served, "owner in actor.unit_below"), where(served, "won != false")))
    with database.read() as session:
        for _ in range(15):
            select_page(session, served, replace(query, steady=True), context)
        plans = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %(like)s"
        ((without_values, with_values),) = session.fetch(plans, {"like": "SELECT t0.id, t0.name,%"})
    assert without_values > 0
    assert with_values <= 5


def test_postgresql_finds_the_shares_of_a_row_by_their_index(database: Database, served: Served) -> None:
    if database.dialect != "postgresql":
        return  # texts have no collations of their own
    text = (
        "EXPLAIN SELECT (SELECT true FROM kalip_share AS s WHERE s.entity = 'deal' AND s.record_id = t0.id LIMIT 1)"
        " FROM deal AS t0"
    )
    with database.read() as session:
        plan = [line for (line,) in session.fetch(text, {})]
    assert [line for line in plan if "Index Cond" in line and "record_id" in line], plan


def test_postgresql_finds_the_users_of_rows_by_their_index(
    database: Database, served: Served, context: Context
) -> None:
    if database.dialect != "postgresql":
        return
    query = Query("deal", ("owner.name",), steady=True)
    with database.read() as session, database.count_statements() as statements:
        select_page(session, served, query, context)
        for each in ("seqscan", "hashjoin", "mergejoin"):
            session.fetch("SELECT set_config(%(name)s, 'off', true)", {"name": f"enable_{each}"})
        plan = [line for (line,) in session.fetch(f"EXPLAIN {statements[0]}", {})]
    assert [line for line in plan if "pk_kalip_user" in line], plan
