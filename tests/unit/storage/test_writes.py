"""Writes: versions, batches, what the database itself refuses."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from kalip.expressions import Context
from kalip.fields import Money
from kalip.runtime import Served
from kalip.storage import (
    Dangling,
    Database,
    Plan,
    ReadOnlySession,
    UniqueClash,
    insert_record,
    insert_records,
    next_number,
    next_numbers,
    select_many,
    select_one,
    update_record,
    update_records,
)
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import START, a_row


@pytest.fixture
def served(publish: Callable[[Served], Plan]) -> Served:
    thing = (
        an_entity("thing")
        .with_keys(unique={"code_and_size": {"fields": {"code": {}, "size": {}}}})
        .with_field("name", "text")
        .with_field("code", "text")
        .with_field("size", "integer")
        .with_field("mail", "email", unique=True)
        .with_field("price", "money", currency="TRY")
        .with_field("maker", "reference", to="maker")
        .with_field("makers", "references", to="maker")
    )
    served = a_served(a_pack().with_entity(thing, an_entity("maker")))
    publish(served)
    return served


@pytest.fixture
def put(database: Database, served: Served) -> Callable[..., dict[str, Any]]:
    def one(entity: str = "thing", **values: Any) -> dict[str, Any]:
        row = a_row(**values)
        with database.write() as session:
            insert_record(session, served, entity, row)
        return row

    return one


def read(database: Database, served: Served, context: Context, record_id: str) -> dict[str, Any]:
    with database.read() as session:
        found = select_one(session, served, "thing", record_id, context)
    assert found is not None
    return found


def test_an_update_counts_the_version_and_leaves_the_rest(
    database: Database, served: Served, put: Any, context: Context
) -> None:
    row = put(name="a", size=1, price=Money(Decimal("1.50"), "EUR"))
    with database.write() as session:
        assert update_record(session, served, "thing", row["id"], {"size": 2, "version": 99}, 1)
    found = read(database, served, context, row["id"])
    assert (found["version"], found["size"], found["name"]) == (2, 2, "a")
    assert found["price"] == Money(Decimal("1.50"), "EUR")
    with database.write() as session:
        assert update_record(session, served, "thing", row["id"], {"price": None}, 2)
    assert read(database, served, context, row["id"])["price"] is None


def test_a_stale_version_changes_nothing(database: Database, served: Served, put: Any, context: Context) -> None:
    row = put(name="a")
    with database.write() as session:
        assert not update_record(session, served, "thing", row["id"], {"name": "b"}, 7)
        assert not update_record(session, served, "thing", "nobody", {"name": "b"}, None)
        assert update_record(session, served, "thing", row["id"], {"name": "c"}, None)
    assert read(database, served, context, row["id"])["name"] == "c"


def test_of_writers_of_one_version_one_wins(database: Database, served: Served, put: Any) -> None:
    row = put(name="a")
    won = []

    def write(name: str) -> None:
        with database.write() as session:
            won.append(update_record(session, served, "thing", row["id"], {"name": name}, 1))

    threads = [threading.Thread(target=write, args=(name,)) for name in "bcde"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [False, False, False, True]


def test_batches_say_which_were_hit(database: Database, served: Served, context: Context) -> None:
    rows = [a_row(name=str(number), size=number) for number in range(30)]
    with database.write() as session:
        insert_records(session, served, "thing", rows)
    changes: list[tuple[str, int | None, dict[str, Any]]] = []
    changes += [(row["id"], 1, {"size": row["size"] * 10}) for row in rows[:20]]
    changes += [(row["id"], None, {"name": "new", "size": 0}) for row in rows[20:]]
    with database.count_statements() as statements, database.write() as session:
        assert update_records(session, served, "thing", changes) == [True] * 30
    assert sum(statement.startswith("UPDATE") for statement in statements) == 2
    stale = [(rows[0]["id"], 2, {"size": 1}), (rows[1]["id"], 1, {"size": 1}), (rows[2]["id"], 2, {"size": 1})]
    with database.write() as session:
        assert update_records(session, served, "thing", stale) == [True, False, True]
    with database.read() as session:
        found = select_many(session, served, "thing", [row["id"] for row in rows], context, ("size", "version"))
    assert [found[row["id"]]["size"] for row in rows[:4]] == [1, 10, 1, 30]
    assert {found[row["id"]]["version"] for row in rows[20:]} == {2}


def test_links_are_written_in_order_and_replaced(
    database: Database, served: Served, put: Any, context: Context
) -> None:
    first, second = put("maker", name="x")["id"], put("maker", name="y")["id"]
    row = put(makers=(second, first, second))
    assert read(database, served, context, row["id"])["makers"] == (second, first)
    with database.write() as session:
        update_record(session, served, "thing", row["id"], {"name": "z"}, 1)
    assert read(database, served, context, row["id"])["makers"] == (second, first)
    with database.write() as session:
        update_record(session, served, "thing", row["id"], {"makers": None}, 2)
    assert read(database, served, context, row["id"])["makers"] == ()


def test_the_database_refuses_equal_unique_keys_and_says_which(put: Any) -> None:
    put(code="a", size=1, mail="a@b.co")
    put(code="a", size=2)
    put(code="a", size=None)
    put(code="a", size=None)
    put(code="a", size=1, mail="a@b.co", archived_at=START)
    with pytest.raises(UniqueClash) as clash:
        put(code="a", size=1)
    assert (clash.value.entity, clash.value.fields) == ("thing", ("code", "size"))
    with pytest.raises(UniqueClash) as clash:
        put(mail="a@b.co")
    assert clash.value.fields == ("mail",)


def test_restoring_an_archived_record_may_clash(database: Database, served: Served, put: Any) -> None:
    put(mail="a@b.co")
    archived = put(mail="a@b.co", archived_at=START)
    with database.write() as session, pytest.raises(UniqueClash):
        update_record(session, served, "thing", archived["id"], {"archived_at": None}, None)


def test_a_reference_to_nothing_is_refused(put: Any) -> None:
    with pytest.raises(Dangling):
        put(maker="nobody")
    with pytest.raises(Dangling):
        put(makers=("nobody",))


def test_a_read_session_does_not_insert(database: Database, served: Served) -> None:
    with database.read() as session, pytest.raises(ReadOnlySession):
        insert_record(session, served, "thing", a_row())


def test_numbers_are_given_once_and_none_is_lost(database: Database) -> None:
    given: list[int] = []

    def take() -> None:
        for _ in range(5):
            with database.write() as session:
                given.append(next_number(session, "invoice"))

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(given) == list(range(1, 16))
    with pytest.raises(ZeroDivisionError), database.write() as session:
        next_numbers(session, "invoice", 1 // 0)
    with database.write() as session:
        assert next_numbers(session, "invoice", 3) == 16
        assert next_number(session, "invoice") == 19
        assert next_number(session, "other") == 1
