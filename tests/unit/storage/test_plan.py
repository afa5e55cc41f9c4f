"""Plans: every change of a model becomes steps that keep the data, and a second plan is empty."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kalip.expressions import Context
from kalip.fields import Money
from kalip.runtime import Served
from kalip.storage import Database, Plan, PlanRefused, Session, apply, insert_record, insert_records, plan, select_one
from tests.support.builders import EntityBuilder, a_pack, a_served, an_entity
from tests.support.records import a_row

Publish = Callable[[Served], Plan]


def of(*entities: EntityBuilder) -> Served:
    return a_served(a_pack().with_entity(*entities))


def thing(**fields: Any) -> EntityBuilder:
    entity = an_entity("thing").with_field("name", "text")
    for name, said in fields.items():
        options = dict(said) if isinstance(said, dict) else {"type": said}
        entity.with_field(name, options.pop("type"), **options)
    return entity


def said_before(served: Served, **was: tuple[str, ...]) -> Served:
    """The model with earlier names of fields that something else is called now, which the compiler refuses."""
    entity = served.model.entities["thing"]
    fields = {name: replace(field, was=was.get(name, field.was)) for name, field in entity.fields.items()}
    entities = {**served.model.entities, "thing": replace(entity, fields=fields)}
    return Served(replace(served.model, entities=entities), served.types)


@pytest.fixture
def put(database: Database) -> Callable[..., str]:
    def one(served: Served, entity: str = "thing", **values: Any) -> str:
        row = a_row(**values)
        with database.write() as session:
            insert_record(session, served, entity, row)
        return str(row["id"])

    return one


@pytest.fixture
def got(database: Database, context: Context) -> Callable[..., Any]:
    def one(served: Served, record_id: str, field: str, entity: str = "thing") -> Any:
        with database.read() as session:
            row = select_one(session, served, entity, record_id, context, (field,))
        assert row is not None
        return row[field]

    return one


def kinds(steps: Plan) -> list[tuple[str, str]]:
    return [(type(step).__name__, step.kind) for step in steps.steps if "Index" not in type(step).__name__]


def test_a_new_model_creates_tables_safely(publish: Publish) -> None:
    steps = publish(of(thing(), an_entity("part").with_field("thing", "reference", to="thing")))
    assert {kind for _name, kind in kinds(steps)} == {"safe"}
    assert "create thing with 9 columns" in steps.describe()


def test_a_renamed_field_keeps_its_data(publish: Publish, put: Any, got: Any) -> None:
    before = of(thing(size="integer"))
    publish(before)
    record = put(before, size=7)
    after = of(thing(length={"type": "integer", "was": ["size"]}))
    assert kinds(publish(after)) == [("RenameColumn", "safe")]
    assert got(after, record, "length") == 7


def test_a_chain_of_renames_in_one_publish(publish: Publish, put: Any, got: Any) -> None:
    before = of(thing(a="integer", b="integer"))
    publish(before)
    record = put(before, a=1, b=2)
    after = said_before(of(thing(a="integer", b="integer", c="integer")), b=("a",), c=("b",))
    publish(after)
    assert [got(after, record, name) for name in "abc"] == [None, 1, 2]


def test_an_old_name_can_be_used_again(publish: Publish, put: Any, got: Any) -> None:
    first = of(thing(code="integer"))
    publish(first)
    record = put(first, code=5)
    second = said_before(of(thing(number="integer", code="text")), number=("code",))
    publish(second)
    assert (got(second, record, "number"), got(second, record, "code")) == (5, None)
    third = said_before(of(thing(number="integer", code="text", more="text")), number=("code",))
    assert kinds(publish(third)) == [("AddColumn", "safe")]


def test_a_removed_field_comes_back_with_its_data(publish: Publish, put: Any, got: Any) -> None:
    whole = of(thing(size="integer", price="money"))
    publish(whole)
    record = put(whole, size=7, price=Money(Decimal("9.50"), "EUR"))
    steps = publish(of(thing()))
    assert kinds(steps) == [("RetireColumn", "lossy")] * 3
    assert any("retire thing.size, filled in 1 rows" in step for step in steps.describe())
    back = publish(of(thing(size="integer", price="money")))
    assert kinds(back) == [("ReviveColumn", "safe")] * 3
    assert got(whole, record, "size") == 7
    assert got(whole, record, "price") == Money(Decimal("9.50"), "EUR")


def test_a_removed_field_of_another_type_does_not_come_back(publish: Publish, put: Any, got: Any) -> None:
    whole = of(thing(size="integer"))
    publish(whole)
    record = put(whole, size=7)
    publish(of(thing()))
    other = of(thing(size="date"))
    assert kinds(publish(other)) == [("AddColumn", "safe")]
    assert got(other, record, "size") is None


def test_a_removed_entity_comes_back_with_its_records(publish: Publish, put: Any, got: Any) -> None:
    other = an_entity("other")
    whole = of(thing(maker={"type": "reference", "to": "other"}), other)
    publish(whole)
    maker = put(whole, "other", name="Acme")
    record = put(whole, name="Bolt", maker=maker)
    steps = publish(of(an_entity("other")))
    assert ("RetireTable", "lossy") in kinds(steps)
    back = of(thing(maker={"type": "reference", "to": "other"}), an_entity("other"))
    assert ("ReviveTable", "safe") in kinds(publish(back))
    assert (got(back, record, "name"), got(back, record, "maker")) == ("Bolt", maker)


def test_a_renamed_entity_keeps_records_references_and_links(publish: Publish, put: Any, got: Any) -> None:
    def model(name: str, **keys: Any) -> Served:
        target = an_entity(name).with_keys(**keys).with_field("name", "text")
        source = thing(one={"type": "reference", "to": name}, many={"type": "references", "to": name})
        return of(target, source)

    before = model("firm")
    publish(before)
    firm = put(before, "firm", name="Acme")
    record = put(before, name="Bolt", one=firm, many=(firm,))
    after = model("company", was=["firm"])
    names = [name for name, _kind in kinds(publish(after))]
    assert names == ["RenameTable"]
    assert got(after, firm, "name", "company") == "Acme"
    assert (got(after, record, "one"), got(after, record, "many")) == (firm, (firm,))
    assert got(after, record, "one.name") == "Acme"


RETYPES = [
    ("text", {}, "integer", {}, {"12": 12, " -3 ": -3}, {"12.5": None, "many": None}),
    ("text", {}, "decimal", {"scale": 2}, {"12.50": Decimal("12.50")}, {"1.234": None, "": None}),
    ("integer", {}, "text", {}, {12: "12"}, {}),
    ("integer", {}, "decimal", {"scale": 2}, {7: Decimal("7.00")}, {}),
    ("decimal", {"scale": 2}, "decimal", {"scale": 4}, {Decimal("1.25"): Decimal("1.2500")}, {}),
    ("decimal", {"scale": 2}, "decimal", {"scale": 1}, {Decimal("1.20"): Decimal("1.2")}, {Decimal("1.25"): None}),
    ("decimal", {"scale": 2}, "integer", {}, {Decimal("3.00"): 3}, {Decimal("3.50"): None}),
    ("decimal", {"scale": 2}, "text", {}, {Decimal("3.50"): "3.50"}, {}),
    ("boolean", {}, "text", {}, {True: "true"}, {}),
    ("text", {}, "boolean", {}, {"yes": True, "0": False}, {"maybe": None}),
    ("text", {}, "date", {}, {"2026-02-28": date(2026, 2, 28)}, {"2026-02-30": None}),
    ("date", {}, "datetime", {}, {date(2026, 2, 28): datetime(2026, 2, 28, tzinfo=UTC)}, {}),
]


@pytest.mark.parametrize(("old", "old_options", "new", "new_options", "good", "bad"), RETYPES)
def test_retype_converts_and_counts_what_does_not_convert(
    publish: Publish,
    put: Any,
    got: Any,
    old: str,
    old_options: dict[str, Any],
    new: str,
    new_options: dict[str, Any],
    good: dict[Any, Any],
    bad: dict[Any, Any],
) -> None:
    before = of(thing(value={"type": old, **old_options}))
    publish(before)
    records = {put(before, value=value): expected for value, expected in {**good, **bad}.items()}
    after = of(thing(value={"type": new, **new_options}))
    steps = publish(after)
    assert kinds(steps) == [("ChangeType", "lossy" if bad else "slow")]
    assert (steps.steps[0].rows, steps.steps[0].failures) == (len(records), len(bad))
    assert {record: got(after, record, "value") for record in records} == records


def test_what_has_no_conversion_is_set_aside_and_comes_back(publish: Publish, put: Any, got: Any) -> None:
    before = of(thing(value="date"))
    publish(before)
    record = put(before, value=date(2026, 1, 1))
    after = of(thing(value="boolean"))
    assert kinds(publish(after)) == [("ChangeType", "lossy")]
    assert got(after, record, "value") is None
    publish(before)
    assert got(before, record, "value") == date(2026, 1, 1)


def test_a_choice_becomes_text_without_touching_the_table(publish: Publish, put: Any, got: Any) -> None:
    pack = a_pack().with_choices("sizes", "big", "small")
    before = a_served(pack.with_entity(thing(size={"type": "choice", "choices": "sizes"})))
    publish(before)
    record = put(before, size="big")
    after = of(thing(size="text"))
    assert kinds(publish(after)) == []
    assert got(after, record, "size") == "big"


def test_a_decimal_becomes_money_with_the_fields_currency(publish: Publish, put: Any, got: Any) -> None:
    before = of(thing(price={"type": "decimal", "scale": 4}))
    publish(before)
    record, empty = put(before, price=Decimal("2.5000")), put(before)
    after = of(thing(price={"type": "money", "currency": "TRY"}))
    publish(after)
    assert got(after, record, "price") == Money(Decimal("2.50"), "TRY")
    assert got(after, empty, "price") is None


def test_a_reference_may_change_what_deleting_does_and_become_text(publish: Publish, put: Any, got: Any) -> None:
    def model(**options: Any) -> Served:
        return of(thing(maker=options), an_entity("other"))

    before = model(type="reference", to="other")
    publish(before)
    maker = put(before, "other", name="Acme")
    record = put(before, maker=maker)
    assert kinds(publish(model(type="reference", to="other", on_delete="clear"))) == [("ChangeReference", "slow")]
    after = model(type="text")
    assert kinds(publish(after)) == [("ChangeReference", "slow")]
    assert got(after, record, "maker") == maker


def test_more_columns_than_the_database_has_are_refused(database: Database) -> None:
    wide = thing(**{f"f{number}": "integer" for number in range(2100)})
    with database.read() as session, pytest.raises(PlanRefused) as refused:
        plan(session, of(wide))
    assert "columns" in refused.value.reasons[0]


def test_rows_that_can_not_fit_a_page_are_refused(database: Database) -> None:
    served = of(thing(**{f"f{number}": "integer" for number in range(1100)}))
    with database.read() as session:
        if database.dialect == "sqlite":
            assert not plan(session, served).is_empty
            return
        with pytest.raises(PlanRefused, match="8160"):
            plan(session, served)


def test_an_entity_of_a_thousand_fields_works(database: Database, publish: Publish, put: Any, context: Context) -> None:
    types = ("text", "integer", "boolean", "date", "decimal", "text", "choice", "text")
    fields: dict[str, Any] = {}
    for number in range(1000):
        type_ = types[number % len(types)]
        fields[f"f{number}"] = {"type": type_, "choices": "c"} if type_ == "choice" else type_
    served = a_served(a_pack().with_choices("c", "x").with_entity(thing(**fields)))
    publish(served)
    values = {"text": "abc", "integer": 1, "boolean": True, "date": date(2026, 1, 1), "decimal": Decimal("1.50")}
    row = {name: values.get(said if isinstance(said, str) else "", "x") for name, said in fields.items()}
    record = put(served, **row)
    with database.read() as session:
        found = select_one(session, served, "thing", record, context)
    assert found is not None
    assert {name: found[name] for name in row} == row


def test_a_unique_key_that_records_break_is_refused(database: Database, publish: Publish, put: Any) -> None:
    before = of(thing(code="text"))
    publish(before)
    for code in ("a", "a", "b", None, None):
        put(before, code=code)
    with database.read() as session, pytest.raises(PlanRefused, match="1 groups of records have the same code"):
        plan(session, of(thing(code={"type": "text", "unique": True})))


def test_a_failing_plan_changes_nothing(database: Database, publish: Publish) -> None:
    publish(of(thing()))
    bad = of(thing(extra="text"), an_entity("other"))

    def die(session: Session) -> None:
        apply(session, plan(session, bad))
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"), database.publish() as session:
        die(session)
    with database.read() as session:
        assert plan(session, of(thing())).is_empty
    assert kinds(publish(bad))


def test_retyping_at_scale_works_in_batches(database: Database, publish: Publish, got: Any) -> None:
    before = of(thing(value="text"))
    publish(before)
    rows = [a_row(value=str(number)) for number in range(4500)]
    with database.write() as session:
        insert_records(session, before, "thing", rows)
    after = of(thing(value="integer"))
    publish(after)
    assert [got(after, rows[at]["id"], "value") for at in (0, 1999, 2000, 4499)] == [0, 1999, 2000, 4499]


def test_renamings_of_field_entity_and_links_are_undone(publish: Publish, put: Any, got: Any) -> None:
    """U6, U7"""

    def model(entity: str, field: str, links: str, *was: str) -> Served:
        known = dict(zip(("entity", "field", "links"), ([each] for each in was), strict=False))
        thing = an_entity(entity).with_field("name", "text").with_keys(**({"was": known["entity"]} if was else {}))
        thing.with_field(field, "integer", **({"was": known["field"]} if was else {}))
        thing.with_field(links, "references", to="tag", **({"was": known["links"]} if was else {}))
        return of(thing, an_entity("tag").with_field("name", "text"))

    first = model("firm", "size", "tags")
    publish(first)
    tag = put(first, "tag", name="x")
    firm = put(first, "firm", size=7, tags=(tag,))
    second = model("company", "staff", "labels", "firm", "size", "tags")
    third = model("practice", "people", "marks", "company", "staff", "labels")
    for served in (second, third):
        publish(served)
    assert (got(third, firm, "people", "practice"), got(third, firm, "marks", "practice")) == (7, (tag,))
    steps = publish(first)
    assert [name for name, _kind in kinds(steps)] == ["RenameTable", "RenameTable", "RenameColumn"]
    assert (got(first, firm, "size", "firm"), got(first, firm, "tags", "firm")) == (7, (tag,))
