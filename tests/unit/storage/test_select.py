"""Orders that are not those of the values: choices and stages sort as people see them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kalip.expressions import Context
from kalip.model import Sort
from kalip.runtime import Served
from kalip.storage import Database, Plan, Query, insert_records, make_database, plan, select_page
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import a_row


@pytest.fixture
def served(publish: Callable[[Served], Plan]) -> Served:
    thing = (
        an_entity("thing")
        .with_field("name", "text")
        .with_field("size", "choice", choices="sizes")
        .with_pipeline("sales", "zero", "midway", "done")
        .with_list("name", sort={"size": "asc"})
    )
    served = a_served(
        a_pack().with_choices("sizes", "small", "medium", "big", old={"retired": True}).with_entity(thing)
    )
    publish(served)
    return served


@pytest.fixture
def rows(database: Database, served: Served) -> list[dict[str, Any]]:
    sizes = ["big", None, "small", "medium", "old", "strange"]
    stages = ["done", "zero", "midway", "zero", "done", None]
    rows = [
        a_row(name="x", size=size, stage=stage, pipeline="sales") for size, stage in zip(sizes, stages, strict=True)
    ]
    with database.write() as session:
        insert_records(session, served, "thing", rows)
    return rows


@pytest.mark.parametrize(
    ("field", "descending", "expected"),
    [
        ("size", False, ["small", "medium", "big", "old", "strange", None]),
        ("size", True, ["strange", "old", "big", "medium", "small", None]),
        ("stage", False, ["zero", "zero", "midway", "done", "done", None]),
        ("stage", True, ["done", "done", "midway", "zero", "zero", None]),
    ],
)
def test_choices_and_stages_sort_in_their_order(
    database: Database,
    served: Served,
    rows: list[dict[str, Any]],
    context: Context,
    field: str,
    descending: bool,
    expected: list[str | None],
) -> None:
    query = Query("thing", (field,), sort=(Sort(field, descending),), limit=2)
    found: list[Any] = []
    with database.read() as session:
        while True:
            page = select_page(session, served, query, context)
            found += [row[field] for row in page.rows]
            if page.next is None:
                break
            query = replace(query, cursor=page.next)
    assert found == expected


def test_another_language_wants_other_indexes(database: Database, served: Served) -> None:
    turkish = make_database(database.url, language="tr-TR")
    with turkish.read() as session:
        changed = {type(step).__name__ for step in plan(session, served).steps}
    turkish.dispose()
    assert changed == {"CreateIndex", "DropIndex"}
