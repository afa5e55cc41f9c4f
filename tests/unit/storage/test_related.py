"""What belongs to records is loaded for all of them by one statement."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kalip.base.errors import BadRequest
from kalip.compiler import entity_scope
from kalip.expressions import Context, compile_expression
from kalip.model import Sort
from kalip.runtime import Served
from kalip.storage import (
    Aggregate,
    Database,
    DeleteRestricted,
    Filter,
    Groups,
    Plan,
    Query,
    User,
    add_user,
    aggregate,
    board_cards,
    children,
    count_records,
    delete_record,
    existing,
    find_by_texts,
    find_unique,
    insert_records,
    links,
    select_many,
    titles,
)
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import START, a_row


@pytest.fixture
def served(publish: Callable[[Served], Plan]) -> Served:
    company = (
        an_entity("company")
        .with_field("name", "text")
        .with_field("mail", "email")
        .with_field("full", "computed", expression="name + ' Ltd'")
        .with_keys(title="full")
    )
    deal = (
        an_entity("deal")
        .with_field("name", "text")
        .with_field("company", "reference", to="company")
        .with_field("backup", "reference", to="company", on_delete="clear")
        .with_field("rivals", "references", to="company")
        .with_field("amount", "decimal", scale=2)
        .with_field("lines", "children", of="line")
        .with_pipeline("sales", "new", "won", "lost")
    )
    line = (
        an_entity("line")
        .with_keys(owned_by="deal")
        .with_field("deal", "reference", to="deal", on_delete="cascade")
        .with_field("name", "text")
    )
    served = a_served(a_pack().with_entity(company, deal, line))
    publish(served)
    return served


@pytest.fixture
def companies(database: Database, served: Served) -> list[str]:
    names = ["Işık", "İnci", "ACME", "Acme"]
    rows = [a_row(name=name, mail=f"{at}@X.co", owner=f"u{at}") for at, name in enumerate(names)]
    with database.write() as session:
        insert_records(session, served, "company", rows)
        add_user(session, User("u1", "Ayşe", "a@b.co", (), "tr", "UTC", True, None, START))
    return [row["id"] for row in rows]


@pytest.fixture
def deals(database: Database, served: Served, companies: list[str]) -> list[str]:
    rows = [
        a_row(name=f"d{at}", company=companies[at % 2], backup=companies[2], amount=Decimal(at), rivals=(companies[3],),
              pipeline="sales", stage=("new", "won", "won")[at % 3])
        for at in range(9)
    ]  # fmt: skip
    lines = [a_row(deal=row["id"], name=f"{row['name']}-{at}") for row in rows[:3] for at in range(2)]
    lines.append(a_row(deal=rows[0]["id"], name="gone", archived_at=START))
    with database.write() as session:
        insert_records(session, served, "deal", rows)
        insert_records(session, served, "line", lines)
    return [row["id"] for row in rows]


def owned(served: Served, entity: str = "company") -> Filter:
    return Filter(compile_expression("owner == actor.id", entity_scope(served.model, served.types, entity)))


def test_children_of_many(database: Database, served: Served, deals: list[str], context: Context) -> None:
    with database.count_statements() as statements, database.read() as session:
        found = children(session, served, "deal", "lines", deals[:4], ("name",), context)
    assert len(statements) == 1
    assert [[row["name"] for row in found[deal]] for deal in deals[:4]] == [
        ["d0-0", "d0-1"],
        ["d1-0", "d1-1"],
        ["d2-0", "d2-1"],
        [],
    ]


def test_links_of_many(database: Database, served: Served, deals: list[str], companies: list[str]) -> None:
    with database.read() as session:
        assert links(session, served, "deal", "rivals", [deals[0], "nobody"]) == {deals[0]: (companies[3],)}
        assert links(session, served, "deal", "rivals", []) == {}


def test_titles_may_be_computed_and_those_of_users(
    database: Database, served: Served, companies: list[str], context: Context
) -> None:
    wanted = {"company": [companies[0], "nobody"], "user": ["u1", "u2"], "deal": []}
    with database.count_statements() as statements, database.read() as session:
        found = titles(session, served, wanted, context)
    assert found == {("company", companies[0]): "Işık Ltd", ("user", "u1"): "Ayşe"}
    assert len(statements) == 2


def test_existing_looks_at_rights(database: Database, served: Served, companies: list[str], context: Context) -> None:
    with database.read() as session:
        assert existing(session, served, "company", [*companies, "nobody"], context) == set(companies)
        assert existing(session, served, "company", companies, context, (owned(served),)) == {companies[1]}


def test_many_records_by_id(database: Database, served: Served, companies: list[str], context: Context) -> None:
    with database.count_statements() as statements, database.read() as session:
        found = select_many(session, served, "company", companies, context, ("name",), (owned(served),), "json")
    assert found == {companies[1]: {"id": companies[1], "name": "İnci"}}
    assert len(statements) == 1


def test_a_thousand_ids_are_one_parameter(database: Database, served: Served, context: Context) -> None:
    with database.read() as session:
        assert select_many(session, served, "company", [f"n{at}" for at in range(50_000)], context, ("name",)) == {}


def test_a_board_is_counted_and_summed(database: Database, served: Served, deals: list[str], context: Context) -> None:
    with database.read() as session:
        rows = aggregate(session, served, "deal", Aggregate("stage", ("amount",)), context)
        mine = aggregate(session, served, "deal", Aggregate("stage", (), (owned(served, "deal"),)), context)
    assert {(row.key, row.count, row.sums["amount"]) for row in rows} == {("new", 3, 9), ("won", 6, 27)}
    assert mine == []


def test_the_first_cards_of_each_stage(database: Database, served: Served, deals: list[str], context: Context) -> None:
    query = Query("deal", ("name", "rivals"), sort=(Sort("amount", descending=True),))
    with database.count_statements() as statements, database.read() as session:
        found = board_cards(session, served, query, Groups("stage", ("new", "won"), 2), context)
    assert {stage: [row["name"] for row in rows] for stage, rows in found.items()} == {
        "new": ["d6", "d3"],
        "won": ["d8", "d7"],
    }
    assert len(statements) == 2


def test_deleting_is_restricted_cleared_or_cascaded(
    database: Database, served: Served, deals: list[str], companies: list[str], context: Context
) -> None:
    with database.write() as session, pytest.raises(DeleteRestricted) as restricted:
        delete_record(session, served, "company", companies[0])
    assert restricted.value.uses == {("deal", "company"): 5}
    with database.write() as session:
        assert delete_record(session, served, "company", companies[2])
        assert delete_record(session, served, "company", companies[3])
        assert delete_record(session, served, "deal", deals[0])
        assert not delete_record(session, served, "deal", deals[0])
    with database.read() as session:
        found = select_many(session, served, "deal", deals, context, ("backup", "rivals"))
        assert all((row["backup"], row["rivals"]) == (None, ()) for row in found.values())
        assert count_records(session, served, Query("line", archived="include"), context) == 4


def test_unique_values(database: Database, served: Served, companies: list[str]) -> None:
    with database.read() as session:
        assert find_unique(session, served, "company", ("name",), {"name": "ACME"}) == companies[2]
        assert find_unique(session, served, "company", ("name",), {"name": "ACME"}, companies[2]) is None
        assert find_unique(session, served, "company", ("name",), {"name": None}) is None
        with pytest.raises(BadRequest):
            find_unique(session, served, "company", ("nothing",), {"nothing": 1})


def test_records_by_texts(database: Database, served: Served, companies: list[str], context: Context) -> None:
    with database.read() as session:
        found = find_by_texts(session, served, "company", "name", ["acme", "Işık", "zzz"], context, folded=True)
        assert found == {"acme": [companies[2], companies[3]], "Işık": [companies[0]]}
        assert find_by_texts(session, served, "company", "name", ["acme"], context) == {}


@pytest.mark.parametrize("call", [children, links])
def test_only_fields_of_the_kind(database: Database, served: Served, context: Context, call: Any) -> None:
    arguments = (["x"], ("name",), context) if call is children else (["x"],)
    with database.read() as session, pytest.raises(BadRequest):
        call(session, served, "deal", "name", *arguments)
