"""Fields that become required, and back-fills: empty rows are counted, filled, and emptied again when it is undone."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kalip.fields import Money
from kalip.runtime import Served
from kalip.storage import Database, Plan
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.kept import Kept

Publish = Callable[[Served], Plan]


def model(**fields: dict[str, Any]) -> Served:
    """Things with a name, a size, a maker with a country, and the fields given."""
    thing = (
        an_entity("thing")
        .with_field("name", "text")
        .with_field("size", "integer")
        .with_field("maker", "reference", to="maker")
    )
    for name, said in fields.items():
        options = dict(said)
        thing.with_field(name, options.pop("type"), **options)
    maker = an_entity("maker").with_field("name", "text").with_field("country", "text")
    return a_served(a_pack().with_choices("kinds", "small", "large").with_entity(thing, maker))


def told(steps: Plan) -> list[str]:
    return [step.describe() for step in steps.steps if "Index" not in type(step).__name__]


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def test_a_field_that_becomes_required_counts_its_empty_rows(publish: Publish, kept: Kept) -> None:
    before = model(code={"type": "text"})
    publish(before)
    for code in ("a", None, None):
        kept.put(before, "thing", code=code)
    everything = kept.everything()
    after = model(code={"type": "text", "required": True})
    steps = publish(after)
    assert told(steps) == ["thing.code is required from now on; 2 rows are empty, and saving them asks for it"]
    assert steps.steps[0].kind == "safe"
    assert kept.everything() == everything
    publish(before)
    assert kept.everything() == everything


def test_a_backfill_fills_and_is_taken_back(publish: Publish, kept: Kept) -> None:
    """U6"""
    before = model(code={"type": "text"})
    publish(before)
    maker = kept.put(before, "maker", country="TR")
    given = kept.put(before, "thing", code="a", maker=maker)
    empty = kept.put(before, "thing", maker=maker)
    changed = kept.put(before, "thing", maker=maker)
    bare = kept.put(before, "thing")
    everything = kept.everything()
    after = model(code={"type": "text", "required": True, "backfill": "maker.country"})
    steps = publish(after)
    assert told(steps) == ["fill thing.code in 2 empty rows; 1 more stay empty, and saving them asks for it"]
    assert [kept.values(after, "thing", each, "code")[0] for each in (given, empty, bare)] == ["a", "TR", None]
    publish(model(code={"type": "text", "required": True}))
    kept.set(after, "thing", changed, code="mine")
    assert kept.values(after, "thing", empty, "code") == ("TR",)
    publish(after)
    steps = publish(before)
    assert (told(steps), steps.lossy) == (
        ["empty thing.code again in 1 rows that its back-fill had filled"],
        steps.steps,
    )
    found = kept.everything()
    assert found["thing"][changed]["code"] == "mine"
    assert {each: found["thing"][each] for each in (given, empty, bare)} == {
        each: everything["thing"][each] for each in (given, empty, bare)
    }


BACKFILLS: list[tuple[dict[str, Any], Any]] = [
    ({"type": "integer", "backfill": "size * 2"}, 14),
    ({"type": "decimal", "scale": 2, "backfill": "size"}, Decimal("7.00")),
    ({"type": "money", "currency": "TRY", "backfill": "size"}, Money(Decimal("7.00"), "TRY")),
    ({"type": "choice", "choices": "kinds", "backfill": "size > 5 ? 'large' : 'small'"}, "large"),
    ({"type": "date", "backfill": "date('2026-02-01')"}, date(2026, 2, 1)),
    ({"type": "text", "max_length": 3, "backfill": "'too long'"}, None),
    ({"type": "boolean", "backfill": "size == 7"}, True),
    ({"type": "reference", "to": "maker", "backfill": "maker"}, ...),
]


@pytest.mark.parametrize(("said", "expected"), BACKFILLS)
def test_a_new_field_is_filled_at_once(publish: Publish, kept: Kept, said: dict[str, Any], expected: Any) -> None:
    before = model()
    publish(before)
    maker = kept.put(before, "maker", name="Acme")
    record = kept.put(before, "thing", size=7, maker=maker)
    everything = kept.everything()
    after = model(extra={"required": True, **said})
    publish(after)
    assert kept.values(after, "thing", record, "extra") == (maker if expected is ... else expected,)
    publish(before)
    assert kept.everything() == everything


def test_a_backfill_that_reads_what_the_same_publish_makes(publish: Publish, kept: Kept) -> None:
    before = model(code={"type": "text"})
    publish(before)
    record = kept.put(before, "thing", code="x")
    after = model(new={"type": "text", "was": ["code"]}, extra={"type": "text", "backfill": "new"})
    assert "fill thing.extra in up to 1 empty rows" in told(publish(after))
    assert kept.values(after, "thing", record, "extra") == ("x",)


def test_what_a_backfill_fills_is_worked_out_in_batches(publish: Publish, kept: Kept) -> None:
    before = model()
    publish(before)
    for number in range(2100):
        kept.put(before, "thing", size=number)
    after = model(extra={"type": "integer", "backfill": "size"})
    assert told(publish(after)) == ["add thing.extra", "fill thing.extra in 2100 empty rows"]
    rows = kept.everything()["thing"].values()
    assert all(row["extra"] == row["size"] for row in rows)
