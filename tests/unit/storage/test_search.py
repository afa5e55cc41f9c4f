"""Search over entities, filtered by rights, the same on both databases."""

from collections.abc import Callable

import pytest

from kalip.compiler import entity_scope
from kalip.expressions import Context, compile_expression
from kalip.runtime import Served
from kalip.storage import (
    Database,
    Filter,
    Plan,
    clear_index,
    delete_record,
    index_record,
    index_records,
    insert_record,
    search,
    unindex_record,
    update_record,
)
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import START, a_row


@pytest.fixture
def served(publish: Callable[[Served], Plan]) -> Served:
    company = an_entity("company").with_field("name", "text")
    deal = an_entity("deal").with_field("name", "text").with_field("company", "reference", to="company")
    served = a_served(a_pack().with_entity(company, deal))
    publish(served)
    return served


@pytest.fixture
def ids(database: Database, served: Served) -> dict[str, str]:
    texts = {"Işık Holding": "договоры", "İstanbul Su": "müşterinin Işık", "Acme": "companies 532 1234567"}
    found = {}
    with database.write() as session:
        for number, (title, body) in enumerate(texts.items()):
            row = a_row(name=title, owner=f"u{number}")
            insert_record(session, served, "company", row)
            index_record(session, "company", row["id"], [title, body])
            found[row["id"]] = title
    return found


@pytest.fixture
def find(database: Database, served: Served, ids: dict[str, str], context: Context) -> Callable[..., list[str]]:
    def run(text: str, *filters: Filter, limit: int = 20) -> list[str]:
        with database.read() as session:
            hits = search(session, served, text, {"deal": (), "company": filters}, context, limit)
        return [ids[hit.id] for hit in hits]

    return run


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ışık", ["Işık Holding", "İstanbul Su"]), ("ISTANBUL", ["İstanbul Su"]), ("istan", ["İstanbul Su"]),
        ("договор", ["Işık Holding"]), ("müşteri", ["İstanbul Su"]), ("company", ["Acme"]), ("ac comp", []),
        ("acme comp", ["Acme"]), ("holding ışı", ["Işık Holding"]), ("zzz", []), ("", []), ("'", []),
        ("a\" OR \"b", []), ("AND", []), ("NEAR(", []), ("x:*&!", []),
    ],
)  # fmt: skip
def test_finds(find: Callable[..., list[str]], text: str, expected: list[str]) -> None:
    assert find(text) == expected


def test_a_match_in_the_title_weighs_more(find: Callable[..., list[str]]) -> None:
    assert find("ışık", limit=1) == ["Işık Holding"]


def test_rights_are_part_of_the_query(find: Callable[..., list[str]], served: Served) -> None:
    scope = entity_scope(served.model, served.types, "company")
    mine = Filter(compile_expression("owner == actor.id", scope))
    assert find("ışık", mine) == ["İstanbul Su"]


def test_what_is_archived_deleted_or_taken_out_is_not_found(
    database: Database, served: Served, ids: dict[str, str], find: Callable[..., list[str]]
) -> None:
    light, water, acme = ids
    with database.write() as session:
        update_record(session, served, "company", light, {"archived_at": START}, None)
        delete_record(session, served, "company", acme)
        unindex_record(session, "company", water)
    assert (find("holding"), find("istanbul"), find("acme")) == ([], [], [])


def test_indexing_again_replaces(database: Database, ids: dict[str, str], find: Callable[..., list[str]]) -> None:
    with database.write() as session:
        index_records(session, "company", {next(iter(ids)): ["Yeni"]})
    assert (find("holding"), find("yeni")) == ([], ["Işık Holding"])
    with database.write() as session:
        clear_index(session, "company")
    assert find("yeni") == []
