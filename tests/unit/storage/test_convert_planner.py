"""Fields of another type: what converts, what is named because it doesn't, and that going back gives all of it back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kalip.fields import Money
from kalip.fields.types.person_name import PersonName
from kalip.runtime import Served
from kalip.storage import Database, Plan, PlanRefused, UniqueClash, list_retired, plan
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.kept import Kept

Publish = Callable[[Served], Plan]
NOON = datetime(2026, 2, 28, 12, 30, tzinfo=UTC)


def of(type_: str, **options: Any) -> Served:
    thing = (
        an_entity("thing")
        .with_field("name", "text")
        .with_field("note", "long_text")
        .with_field("line", "text")
        .with_field("value", type_, **options)
    )
    choices = {"web": {"label": {"en": "Web site", "tr": "İnternet"}}, "fair": {}, "yes": {}, "no": {}}
    return a_served(a_pack().with_choices("sources", **choices).with_entity(thing))


def listed(type_: str = "choice") -> tuple[str, dict[str, Any]]:
    return type_, {"choices": "sources"}


def plainly(type_: str, **options: Any) -> tuple[str, dict[str, Any]]:
    return type_, options


@pytest.fixture
def kept(database: Database) -> Kept:
    return Kept(database)


# What is held before, what becomes of each value: None is what doesn't convert.
RETYPES: list[tuple[tuple[str, dict[str, Any]], tuple[str, dict[str, Any]], dict[Any, Any]]] = [
    (plainly("text"), listed(), {"Web site": "web", "internet": None, "İnternet": "web", "fair": "fair", "?": None}),
    (plainly("text"), listed("choices"), {"web, fair": ("web", "fair"), "Web site": ("web",), "web, ?": None}),
    (plainly("text"), plainly("email"), {"Ada@Example.com": "Ada@example.com", "nobody": None}),
    (plainly("text"), plainly("phone", country="TR"), {"0212 123 45 67": "+902121234567", "call me": None}),
    (plainly("text"), plainly("url"), {"https://example.com/": "https://example.com/", "no url": None}),
    (plainly("text"), plainly("money", currency="TRY"), {"12.50": Money(Decimal("12.50"), "TRY"), "much": None}),
    (plainly("text"), plainly("tags"), {"a, b": ("a", "b")}),
    (plainly("text"), plainly("person_name"), {"Ada Lovelace": PersonName("Ada", None, "Lovelace")}),
    (plainly("text"), plainly("duration"), {"PT2H30M": timedelta(hours=2, minutes=30), "long": None}),
    (plainly("long_text"), plainly("text", max_length=10), {"short": "short", "a\nb": None, "x" * 11: None}),
    (plainly("text"), plainly("long_text"), {"as it was": "as it was"}),
    (plainly("email"), plainly("text"), {"ada@example.com": "ada@example.com"}),
    (listed(), plainly("text"), {"web": "web"}),
    (listed(), listed("choices"), {"web": ("web",)}),
    (listed("choices"), listed(), {("web",): "web", ("web", "fair"): None}),
    (listed("choices"), plainly("text"), {("web", "fair"): "web, fair"}),
    (plainly("tags"), listed("choices"), {("web", "fair"): ("web", "fair"), ("x",): None}),
    (plainly("boolean"), listed(), {True: "yes", False: "no"}),
    (plainly("boolean"), plainly("date"), {True: None, False: None}),
    (plainly("json"), plainly("money"), {1: None}),
    (plainly("integer"), plainly("money", currency="TRY"), {12: Money(Decimal("12.00"), "TRY")}),
    (plainly("decimal", scale=4), plainly("money", currency="TRY"), {Decimal("2.5000"): Money(Decimal("2.50"), "TRY")}),
    (plainly("decimal", scale=2), plainly("percent"), {Decimal("12.50"): Decimal("12.50")}),
    (plainly("rating"), plainly("integer"), {3: 3}),
    (plainly("person_name"), plainly("text"), {PersonName("Ada", None, "Lovelace"): "Ada Lovelace"}),
    (plainly("money", currency="TRY"), plainly("text"), {Money(Decimal("12.50"), "USD"): "12.50 USD"}),
]


@pytest.mark.parametrize(("old", "new", "values"), RETYPES)
def test_values_convert_and_come_back(
    publish: Publish,
    kept: Kept,
    old: tuple[str, dict[str, Any]],
    new: tuple[str, dict[str, Any]],
    values: dict[Any, Any],
) -> None:
    """U6"""
    before, after = of(old[0], **old[1]), of(new[0], **new[1])
    publish(before)
    records = {kept.put(before, "thing", value=value): expected for value, expected in values.items()}
    kept.put(before, "thing")
    everything = kept.everything()
    steps = publish(after)
    assert {record: kept.values(after, "thing", record, "value")[0] for record in records} == records
    failures = sum(expected is None for expected in values.values())
    assert sum(step.failures or (step.rows if step.kind == "lossy" else 0) for step in steps.steps) == failures
    publish(before)
    assert kept.everything() == everything
    publish(after)
    publish(before)
    assert kept.everything() == everything


def test_what_people_changed_meanwhile_is_converted_back(publish: Publish, kept: Kept) -> None:
    before, after = of("text"), of("integer")
    publish(before)
    first, second, third = (kept.put(before, "thing", value=value) for value in ("007", "many", "8"))
    publish(after)
    kept.set(after, "thing", first, value=9)
    kept.set(after, "thing", third, value=None)
    fourth = kept.put(after, "thing", value=10)
    publish(before)
    found = [kept.values(before, "thing", each, "value")[0] for each in (first, second, third, fourth)]
    assert found == ["9", "many", None, "10"]


def test_a_time_of_day_is_lost_knowingly(publish: Publish, kept: Kept) -> None:
    before, after = of("datetime"), of("date")
    publish(before)
    record = kept.put(before, "thing", value=NOON)
    everything = kept.everything()
    (step,) = publish(after).steps
    assert (step.kind, step.describe()) == (
        "lossy",
        "convert thing.value from datetime to date: 1 of 1 values lose a part; the old values are kept",
    )
    assert kept.values(after, "thing", record, "value") == (date(2026, 2, 28),)
    publish(before)
    assert kept.everything() == everything


def test_a_currency_is_lost_knowingly(publish: Publish, kept: Kept) -> None:
    before, after = of("money", currency="TRY"), of("decimal", scale=2)
    publish(before)
    record = kept.put(before, "thing", value=Money(Decimal("12.50"), "USD"))
    everything = kept.everything()
    assert [step.kind for step in publish(after).steps] == ["lossy"]
    assert kept.values(after, "thing", record, "value") == (Decimal("12.50"),)
    publish(before)
    assert kept.everything() == everything


def test_twenty_values_that_do_not_convert_are_named(publish: Publish, kept: Kept) -> None:
    before, after = of("text"), of("integer")
    publish(before)
    kept.put(before, "thing", value="1")
    for number in range(25):
        kept.put(before, "thing", value=f"no {number} {'x' * 80}")
    (step,) = publish(after).steps
    assert (step.rows, step.failures, len(step.samples)) == (26, 25, 20)  # type: ignore[attr-defined]
    assert "25 of 26 values don't convert and become empty; the old values are kept: no 0 xxx" in step.describe()
    assert "no 0" not in step.id


def test_a_change_can_be_refused_with_the_values(database: Database, publish: Publish, kept: Kept) -> None:
    before, after = of("text"), of("integer", unconverted="refuse")
    publish(before)
    kept.put(before, "thing", value="12")
    many = kept.put(before, "thing", value="many")
    with database.read() as session, pytest.raises(PlanRefused) as refused:
        plan(session, after)
    assert refused.value.reasons == (
        "thing.value: 1 of 2 values don't convert from text to integer; correct them first: many",
    )
    kept.set(before, "thing", many, value="13")
    publish(after)
    assert kept.values(after, "thing", many, "value") == (13,)


@pytest.mark.parametrize(("into", "joined"), [("note", "seen\nmany"), ("line", "seen; many")])
def test_what_does_not_convert_can_be_kept_in_another_field(
    publish: Publish, kept: Kept, into: str, joined: str
) -> None:
    before, after = of("text"), of("integer", unconverted_into=into)
    publish(before)
    good = kept.put(before, "thing", value="12")
    bad = kept.put(before, "thing", value="many")
    noted = kept.put(before, "thing", value="many", **{into: "seen"})
    steps = publish(after)
    assert f"put 2 values of thing.value that don't convert into thing.{into}" in steps.describe()
    found = [kept.values(after, "thing", each, "value", into) for each in (good, bad, noted)]
    assert found == [(12, None), (None, "many"), (None, joined)]


def test_a_converted_field_that_is_renamed_keeps_its_way_back(publish: Publish, kept: Kept) -> None:
    """U7: the old name used again for something else finds nothing of it."""

    def model(**fields: Any) -> Served:
        thing = an_entity("thing").with_field("name", "text")
        for name, said in fields.items():
            options = dict(said)
            thing.with_field(name, options.pop("type"), **options)
        return a_served(a_pack().with_entity(thing))

    publish(model(size={"type": "text"}))
    record = kept.put(model(size={"type": "text"}), "thing", size="007")
    publish(model(size={"type": "integer"}))
    publish(model(length={"type": "integer", "was": ["size"]}))
    both = model(length={"type": "integer"}, size={"type": "text"})
    assert publish(both).describe()[0] == "add thing.size"
    assert kept.values(both, "thing", record, "length", "size") == (7, None)
    back = model(length={"type": "text"}, size={"type": "text"})
    publish(back)
    assert kept.values(back, "thing", record, "length", "size") == ("007", None)


def test_what_was_set_aside_is_listed_for_purging(database: Database, publish: Publish, kept: Kept) -> None:
    publish(of("text"))
    for value in ("many", "12"):
        kept.put(of("text"), "thing", value=value)
    publish(of("integer"))
    with database.read() as session:
        waiting = list_retired(session)
    assert sorted((each.was, each.rows) for each in waiting) == [("thing.value", 1), ("thing.value", 2)]


def test_a_key_stays_unique_when_its_field_changes_its_type(database: Database, publish: Publish, kept: Kept) -> None:
    before, after = of("text", unique=True), of("integer", unique=True)
    publish(before)
    kept.put(before, "thing", value="1")
    publish(after)
    with pytest.raises(UniqueClash):
        kept.put(after, "thing", value=1)
    kept.put(after, "thing", value=2)
    publish(before)
    with pytest.raises(UniqueClash):
        kept.put(before, "thing", value="2")
