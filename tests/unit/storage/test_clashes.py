"""Records that break a key which is to be unique are named before anything is written."""

from collections.abc import Callable
from typing import Any

import pytest

from kalip.runtime import Served
from kalip.storage import Database, Plan, PlanRefused, apply, plan
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.kept import Kept

Publish = Callable[[Served], Plan]


def of(**code: Any) -> Served:
    thing = an_entity("thing").with_field("name", "text")
    options = {"type": "text", **code}
    thing.with_field(options.pop("as_", "code"), options.pop("type"), **options)
    return a_served(a_pack().with_entity(thing))


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def refusal(database: Database, served: Served) -> str:
    """Why a publish is refused; nothing is written."""
    kept = Kept(database)
    before = kept.everything()
    with pytest.raises(PlanRefused) as refused, database.publish() as session:
        apply(session, plan(session, served))
    assert kept.everything() == before
    return refused.value.reasons[0]


def test_values_and_records_are_named(database: Database, publish: Publish, kept: Kept) -> None:
    before = of()
    publish(before)
    first = [kept.put(before, "thing", code="a") for _ in range(7)]
    second = [kept.put(before, "thing", code="b") for _ in range(2)]
    kept.put(before, "thing", code="c")
    kept.put(before, "thing")
    assert refusal(database, of(unique=True)) == (
        "thing: 2 groups of records have the same code, which is to be unique; correct them first: "
        f"a ({', '.join(first[:5])} and 2 more); b ({', '.join(second)})"
    )


def test_twenty_values_are_named_and_the_rest_counted(database: Database, publish: Publish, kept: Kept) -> None:
    before = of(type="integer")
    publish(before)
    for number in range(46):
        kept.put(before, "thing", code=number // 2)
    said = refusal(database, of(type="integer", unique=True))
    assert said.startswith("thing: 23 groups of records have the same code")
    assert (said.count(" ("), said.endswith("; and 3 more")) == (20, True)


def test_a_field_that_is_renamed_too_is_looked_at_under_its_old_name(
    database: Database, publish: Publish, kept: Kept
) -> None:
    before = of()
    publish(before)
    for _ in range(2):
        kept.put(before, "thing", code="a")
    assert "have the same number" in refusal(database, of(as_="number", was=["code"], unique=True))


def test_values_that_become_alike_are_refused_all_the_same(database: Database, publish: Publish, kept: Kept) -> None:
    before = of()
    publish(before)
    for code in ("1", "01"):
        kept.put(before, "thing", code=code)
    assert "1 groups of records have the same code" in refusal(database, of(type="integer", unique=True))


def test_what_is_written_under_a_unique_key_must_not_break_it(database: Database, publish: Publish, kept: Kept) -> None:
    before = of(unique=True)
    publish(before)
    for _ in range(2):
        kept.put(before, "thing")
    said = refusal(database, of(unique=True, backfill="'x'"))
    assert said == "fill thing.code in 2 empty rows: records would break a unique key; correct them first"
