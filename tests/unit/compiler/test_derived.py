"""Computed fields, rollups and lines."""

from typing import Any

import pytest

from kalip.fields import builtin_types
from tests.support.builders import EntityBuilder, PackBuilder, a_model, a_pack, an_entity, diagnostics_of, told


def pack(**field: Any) -> PackBuilder:
    order = an_entity("order").with_field("name", "text").with_field("lines", "children", of="line")
    order.fields["x"] = field
    return a_pack().with_entity(order, line()).with_choices("kind", "a", "b")


def line() -> EntityBuilder:
    return (
        an_entity("line")
        .with_keys(owned_by="order")
        .with_field("order", "reference", to="order")
        .with_field("price", "decimal", scale=3)
        .with_field("cost", "money", currency="TRY")
        .with_field("count", "integer", was=["number"])
        .with_field("on", "date")
        .with_field("kind", "choice", choices="kind")
        .with_field("total", "computed", expression="price * count", result={"type": "decimal", "scale": 2})
    )


def result(**field: Any) -> Any:
    made = a_model(pack(**field)).entities["order"].fields["x"]
    type_, inner = builtin_types()[made.type].result(made)  # type: ignore[attr-defined]
    return type_.name, inner.options.get("scale")


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ({"function": "count"}, ("integer", None)),
        ({"function": "sum", "field": "price"}, ("decimal", 3)),
        ({"function": "sum", "field": "cost"}, ("decimal", 2)),
        ({"function": "sum", "field": "count"}, ("integer", None)),
        ({"function": "sum", "field": "total"}, ("decimal", 2)),
        ({"function": "avg", "field": "count"}, ("decimal", 6)),
        ({"function": "max", "field": "on"}, ("date", None)),
        ({"function": "last", "field": "kind"}, ("choice", None)),
        ({"function": "min", "field": "cost.currency"}, ("text", None)),
        ({"function": "sum", "field": "price", "result": {"type": "percent", "scale": 1}}, ("percent", 1)),
    ],
)
def test_a_rollup_is_shown_as_what_it_is_made_of(field: dict[str, Any], shown: tuple[str, int | None]) -> None:
    assert result(type="rollup", of="lines", **field) == shown


def test_a_rollup_of_choices_knows_their_labels() -> None:
    made = a_model(pack(type="rollup", of="lines", function="last", field="kind")).entities["order"].fields["x"]
    assert (made.choices, made.options["values"]) == ("kind", ("a", "b"))


def test_the_condition_of_a_rollup_is_over_the_lines() -> None:
    made = a_model(pack(type="rollup", of="lines", function="count", where="price > 5")).entities["order"].fields["x"]
    assert made.options["where"].paths == {"price"}


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ({"of": "name", "function": "count"}, ("C124", "/fields/x/of")),
        ({"of": "line", "function": "count"}, ("C102", "/fields/x/of")),
        ({"of": "lines", "function": "sum"}, ("C124", "/fields/x")),
        ({"of": "lines", "function": "sum", "field": "prise"}, ("C102", "/fields/x/field")),
        ({"of": "lines", "function": "sum", "field": "on"}, ("C124", "/fields/x/field")),
        ({"of": "lines", "function": "count", "where": "prise > 1"}, ("C120", "/fields/x/where")),
        ({"of": "lines", "function": "sum", "field": "number"}, ("C113", "/fields/x/field")),
        ({"of": "lines", "function": "sum", "field": "price", "result": "text"}, ("C122", "/fields/x/result")),
    ],
)
def test_faults_of_rollups(field: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in told(diagnostics_of(pack(type="rollup", **field)))
    assert len(diagnostics_of(pack(type="rollup", **field))) == 1


def test_computed_fields_may_use_each_other_in_any_order() -> None:
    entity = an_entity().with_field("c", "computed", expression="b + 1").with_field("b", "computed", expression="a + 1")
    fields = a_model(entity.with_field("a", "integer")).entities["thing"].fields
    assert [fields[name].computed.type.kind for name in "bc" if fields[name].computed] == ["integer", "integer"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ({"expression": "x + 1"}, ("C130", "/fields/x")),
        ({"expression": "nme"}, ("C120", "/fields/x/expression")),
        ({"expression": "lines.map(each, each.price)"}, ("C131", "/fields/x/expression")),
        ({"expression": "name", "result": "integer"}, ("C122", "/fields/x/result")),
        ({"expression": "name", "result": "nothing"}, ("C122", "/fields/x/result")),
    ],
)
def test_faults_of_computed_fields(field: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in told(diagnostics_of(pack(type="computed", **field)))


def test_a_result_may_be_a_choice() -> None:
    shown = {"type": "choice", "choices": "kind"}
    made = a_model(pack(type="computed", expression="name == 'x' ? 'a' : 'b'", result=shown)).entities["order"]
    assert (made.fields["x"].choices, made.fields["x"].options["values"]) == ("kind", ("a", "b"))
    shown = {"type": "choice", "choices": "knd"}
    found = told(diagnostics_of(pack(type="computed", expression="'a'", result=shown)))
    assert found == [("C103", "/fields/x/result/choices")]


def test_a_result_is_checked_by_its_type() -> None:
    shown = {"type": "decimal", "scale": -1, "scael": 2}
    found = told(diagnostics_of(pack(type="computed", expression="1.5", result=shown)))
    assert sorted(found) == [("C122", "/fields/x/result/scael"), ("C122", "/fields/x/result/scale")]


def test_a_circle_is_told_once_with_the_way_round() -> None:
    a = an_entity("a").with_field("b", "reference", to="b").with_field("x", "computed", expression="b.x + 1")
    b = an_entity("b").with_field("a", "reference", to="a").with_field("x", "computed", expression="a.x + 1")
    (found,) = diagnostics_of(a, b)
    assert found.code == "C130"
    assert "a.x → b.x → a.x" in found.message


def test_lines_find_their_way_back() -> None:
    model = a_model(pack(type="text"))
    assert model.entities["order"].fields["lines"].via == "order"
    owner = model.entities["line"].fields["order"]
    assert (owner.required, owner.on_delete) == (True, "cascade")


def test_faults_of_lines() -> None:
    order = an_entity("order").with_field("lines", "children", of="line")
    plain = an_entity("line").with_field("order", "reference", to="order")
    assert told(diagnostics_of(order, plain)) == [("C125", "/fields/lines/of")]
    elsewhere = an_entity("line").with_keys(owned_by="other").with_field("other", "reference", to="line2")
    assert told(diagnostics_of(order, elsewhere, an_entity("line2"))) == [("C125", "/fields/lines/of")]
    wrong = an_entity("order").with_field("lines", "children", of="line", via="oder")
    assert ("C125", "/fields/lines/via") in told(diagnostics_of(wrong, line(), a_pack("k").with_choices("kind", "a")))
