"""Field maps: what fills a field fits it, or its place says why not."""

from typing import Any

import pytest

from kalip.compiler import where_used
from kalip.compiler.mapping import fits
from kalip.model import FieldMap
from tests.support.builders import PackBuilder, a_model, a_pack, an_entity, diagnostics_of, told


def shop(fields: dict[str, Any], **keys: Any) -> PackBuilder:
    """Notes that become orders."""
    firm = an_entity("firm").with_field("name", "text", required=True)
    other = an_entity("other").with_field("name", "text")
    line = (
        an_entity("note_line").with_keys(owned_by="note").with_field("note", "reference", to="note")
        .with_field("what", "text").with_field("count", "integer").with_field("price", "decimal", scale=2)
    )  # fmt: skip
    order_line = (
        an_entity("order_line").with_keys(owned_by="order").with_field("order", "reference", to="order")
        .with_field("item", "text", required=True).with_field("count", "integer")
        .with_field("total", "computed", expression="count * 2", result="integer")
    )  # fmt: skip
    note = (
        an_entity("note")
        .with_field("title", "text").with_field("body", "long_text").with_field("number", "integer")
        .with_field("firm", "reference", to="firm").with_field("firms", "references", to="firm")
        .with_field("kind", "choice", choices="kind").with_field("size", "choice", choices="size")
        .with_field("place", "address").with_field("papers", "files").with_field("paper", "file")
        .with_field("sum", "money", currency="EUR").with_field("lines", "children", of="note_line")
        .with_document("conversions/order", {"targets": {"order": {"entity": "order", "fields": fields, **keys}}})
    )  # fmt: skip
    order = (
        an_entity("order")
        .with_field("title", "text", required=True).with_field("number", "integer")
        .with_field("share", "decimal", scale=2).with_field("firm", "reference", to="firm")
        .with_field("other", "reference", to="other")
        .with_field("firms", "references", to="firm").with_field("kind", "choice", choices="kind")
        .with_field("size", "choice", choices="kind").with_field("place", "address").with_field("papers", "files")
        .with_field("sum", "money", currency="EUR").with_field("source", "reference", to="note")
        .with_field("about", "any_reference", to={"note": {}, "firm": {}})
        .with_field("code", "autonumber", format="{number}")
        .with_field("lines", "children", of="order_line").with_field("notes", "long_text")
    )  # fmt: skip
    pack = a_pack().with_choices("kind", "a", "b").with_choices("size", "s", "m")
    return pack.with_entity(firm, other, line, order_line, note, order)


def maps(fields: dict[str, Any], **keys: Any) -> dict[str, FieldMap]:
    model = a_model(shop(fields, **keys))
    return dict(model.entities["note"].conversions["order"].targets["order"].fields)


def test_fields_alike_are_carried_unless_left() -> None:
    found = maps({"notes": "body"}, leave={"number": {}})
    alike = {name for name, each in found.items() if each.alike}
    assert alike == {"title", "firm", "firms", "kind", "place", "papers", "sum", "owner"}
    assert set(maps({"title": "title"}, alike=False)) == {"title", "owner"}


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", "title"),
        ("title", ["title", "body", "string(number)"]),
        ("share", "number"),
        ("firm", ["firm", "null"]),
        ("firms", "firm"),
        ("source", "id"),
        ("about", "id"),
        ("about", "firm"),
        ("papers", "paper"),
        ("sum", "number"),
        ("owner", "owner"),
    ],
    ids=str,
)
def test_what_fits(field: str, said: Any) -> None:
    found = maps({"title": "title", field: said})[field]
    assert len(found.sources) == (len(said) if isinstance(said, list) else 1)


@pytest.mark.parametrize(
    ("field", "said", "code"),
    [
        ("title", "number", "C120"),
        ("title", "papers", "C161"),
        ("number", "title", "C120"),
        ("place", "title", "C161"),
        ("other", "firm", "C161"),
        ("papers", "title", "C120"),
        ("code", "title", "C161"),
        ("stage", "title", "C102"),
        ("lines", "lines", "C161"),
        ("lines", {"lines": "title"}, "C161"),
        ("firm", {"target": "order"}, "C160"),
        ("firm", {"alike": True}, "C161"),
    ],
    ids=str,
)
def test_what_does_not_fit(field: str, said: Any, code: str) -> None:
    found = told(diagnostics_of(shop({"title": "title", field: said})))
    assert any(each == code and pointer.startswith("/targets/order/fields/") for each, pointer in found), found


def test_a_field_that_is_carried_by_its_name_may_go() -> None:
    model = a_model(shop({"title": "title", "notes": "body"}))
    assert not any("conversions" in use.user for use in where_used(model, "field:order.kind"))
    (use,) = (use for use in where_used(model, "field:order.notes") if "conversions" in use.user)
    assert use.pointer == "/targets/order/fields/notes"


def test_choices_of_another_list_are_not_carried() -> None:
    """L34"""
    assert "size" not in maps({"title": "title"})


def test_a_required_field_that_nothing_fills_is_told() -> None:
    found = told(diagnostics_of(shop({}, leave={"title": {}})))
    assert ("C162", "/targets/order/fields") in found
    assert told(diagnostics_of(shop({}, leave={"title": {}}, ask={"title": {}}))) == []


def test_lines_become_lines() -> None:
    """L23"""
    found = maps({"title": "title", "lines": {"lines": "lines", "fields": {"item": ["what", "'?'"]}}})["lines"].lines
    assert found is not None
    assert (found.name, found.entity, set(found.fields)) == ("lines", "note_line", {"item", "count"})
    missing = told(diagnostics_of(shop({"title": "title", "lines": {"lines": "lines"}})))
    assert ("C162", "/targets/order/fields/lines") in missing


def test_whole_values_fit_their_own_kind() -> None:
    note = a_model(shop({"title": "title"})).entities["note"].fields
    assert fits(note["paper"], note["papers"])
    assert not fits(note["papers"], note["paper"])
    assert not fits(note["kind"], note["size"])
    assert not fits(note["lines"], note["lines"])
