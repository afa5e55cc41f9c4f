"""References that point to another entity: what is there too stays, the rest waits, and going back brings it back."""

from collections.abc import Callable

import pytest

from kalip.runtime import Served
from kalip.storage import Database, Plan, insert_record
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.kept import Kept
from tests.support.records import a_row

Publish = Callable[[Served], Plan]


def to(target: str, other: str = "person") -> Served:
    keys = {"was": ["person"]} if other != "person" else {}
    return a_served(
        a_pack().with_entity(
            an_entity("firm"),
            an_entity(other).with_keys(**keys).with_field("name", "text", required=True),
            an_entity("thing").with_field("name", "text").with_field("maker", "reference", to=target),
        )
    )


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


def told(steps: Plan) -> list[tuple[str, str]]:
    return [(step.kind, step.describe()) for step in steps.steps if "Index" not in type(step).__name__]


def test_what_both_entities_have_stays(database: Database, publish: Publish, kept: Kept) -> None:
    """U6"""
    before, after = to("firm"), to("person")
    publish(before)
    only, both = kept.put(before, "firm", name="Acme"), kept.put(before, "firm", name="Ada")
    with database.write() as session:
        insert_record(session, before, "person", {**a_row(name="Ada"), "id": both})
    things = [kept.put(before, "thing", maker=maker) for maker in (only, both, None, only)]
    everything = kept.everything()
    sentence = "point thing.maker to person instead of firm: 2 of 3 records are not there and become empty; "
    assert told(publish(after)) == [("lossy", f"{sentence}the old values are kept")]
    assert [kept.values(after, "thing", each, "maker")[0] for each in things] == [None, both, None, None]
    publish(before)
    assert kept.everything() == everything
    publish(after)
    kept.set(after, "thing", things[0], maker=both)
    publish(before)
    assert [kept.values(before, "thing", each, "maker")[0] for each in things] == [both, both, None, only]


def test_the_other_entity_may_be_renamed_at_once(publish: Publish, kept: Kept) -> None:
    before, after = to("firm"), to("human", "human")
    publish(before)
    thing = kept.put(before, "thing", maker=kept.put(before, "firm", name="Acme"))
    everything = kept.everything()
    publish(after)
    assert kept.values(after, "thing", thing, "maker") == (None,)
    publish(before)
    assert kept.everything() == everything
