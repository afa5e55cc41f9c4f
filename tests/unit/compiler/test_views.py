"""Views, written and made."""

from typing import Any

import pytest

from kalip.model import Column, Entity, Sort
from tests.support.builders import EntityBuilder, PackBuilder, a_model, a_pack, an_entity, diagnostics_of, told


def deal() -> EntityBuilder:
    return (
        an_entity("deal")
        .with_keys(plural="Deals")
        .with_field("name", "text", was=["title"])
        .with_field("notes", "long_text")
        .with_field("amount", "money")
        .with_field("company", "reference", to="company")
        .with_field("tags", "tags")
        .with_field("lines", "children", of="line")
        .with_pipeline("flow", "new", "won")
    )


def pack(deal_: EntityBuilder) -> PackBuilder:
    company = an_entity("company").with_field("name", "text").with_field("size", "integer")
    line = an_entity("line").with_keys(owned_by="deal").with_field("deal", "reference", to="deal")
    about = an_entity("note").with_field("about", "any_reference", to={"deal": {}})
    return a_pack().with_entity(deal_, company, line, about)


def made(path: str = "", **data: Any) -> Entity:
    entity = deal().with_document(f"views/{path}", data) if path else deal()
    return a_model(pack(entity)).entities["deal"]


def faults(path: str, **data: Any) -> list[tuple[str, str]]:
    return told(diagnostics_of(pack(deal().with_document(f"views/{path}", data))))


def test_a_list() -> None:
    columns = {"name": {"width": 90, "frozen": True}, "company.name": {}, "amount.currency": {}, "owner.email": {}}
    view = made("list", columns=columns, sort={"company.size": "desc", "name": "asc"}, filter="amount > 5").lists[
        "default"
    ]
    assert view.columns[0] == Column("name", 90, frozen=True)
    assert [column.field for column in view.columns[1:]] == ["company.name", "amount.currency", "owner.email"]
    assert view.sort == (Sort("company.size", descending=True), Sort("name"))
    assert view.filter is not None
    assert str(view.label) == "Deals"


def test_a_named_list_stands_behind_the_default_one() -> None:
    lists = made("list.mine", columns={"name": {}}).lists
    assert list(lists) == ["default", "mine"]
    assert str(lists["mine"].label) == "Mine"


def test_views_that_nobody_wrote() -> None:
    entity = made()
    assert [column.field for column in entity.lists["default"].columns] == [
        "name",
        "amount",
        "company",
        "stage",
        "owner",
    ]
    assert entity.lists["default"].sort == (Sort("created_at", descending=True),)
    assert entity.forms["default"].fields == ("name", "notes", "amount", "company", "tags", "owner", "lines")
    assert entity.forms["default"].related == ("note.about",)
    assert entity.cards["default"].fields == ("name", "amount", "company")
    assert (entity.boards["default"].pipeline, entity.boards["default"].card) == ("flow", entity.cards["default"])


def test_each_pipeline_has_a_board() -> None:
    entity = deal().with_pipeline("second", "a", "b").with_document("views/board", {"pipeline": "second"})
    boards = a_model(pack(entity)).entities["deal"].boards
    assert {name: board.pipeline for name, board in boards.items()} == {"default": "second", "flow": "flow"}


def test_a_form() -> None:
    section = {"fields": {"name": {"span": 3}, "amount": {}}, "columns": 2, "visible_when": "amount != null"}
    sections = {"first": section, "second": {"fields": {"lines": {}}}}
    form = made("form", tabs={"main": {"sections": sections}}, related={"lines": {}, "note.about": {}}).forms["default"]
    first, second = form.tabs[0].sections
    assert (dict(first.fields), str(first.label), str(second.label)) == ({"name": 2, "amount": 1}, "", "Second")
    assert first.visible_when is not None
    assert form.related == ("lines", "note.about")


def test_a_board() -> None:
    board = made("board.big", pipeline="flow", sum="amount", sort={"name": "asc"}, filter="amount > 100").boards["big"]
    assert (board.sum, board.sort, str(board.label)) == ("amount", (Sort("name"),), "Flow")


def test_an_earlier_name_becomes_the_present_one() -> None:
    entity = deal().with_document("views/list", {"columns": {"title": {}}, "sort": {"title": "asc"}})
    assert told(diagnostics_of(pack(entity))) == [("C113", "/columns/title"), ("C113", "/sort/title")]
    view = a_model(pack(entity)).entities["deal"].lists["default"]
    assert (view.columns[0].field, view.sort[0].field) == ("name", "name")


def _section(**fields: Any) -> dict[str, Any]:
    return {"t": {"sections": {"s": {"fields": fields}}}}


@pytest.mark.parametrize(
    ("path", "data", "fault"),
    [
        ("list", {"columns": {"nam": {}}}, ("C102", "/columns/nam")),
        ("list", {"columns": {"company.nam": {}}}, ("C102", "/columns/company.nam")),
        ("list", {"columns": {"amount.curency": {}}}, ("C102", "/columns/amount.curency")),
        ("list", {"columns": {"name.x": {}}}, ("C102", "/columns/name.x")),
        ("list", {"columns": {"lines": {}}}, ("C131", "/columns/lines")),
        ("list", {"columns": {"name": {}}, "sort": {"tags": "asc"}}, ("C131", "/sort/tags")),
        ("list", {"columns": {"name": {}}, "filter": "name"}, ("C120", "/filter")),
        ("list", {"columns": {"name": {}}, "filter": "stage == 'wn'"}, ("C106", "/filter")),
        ("card", {"fields": {"lines": {}}}, ("C131", "/fields/lines")),
        ("form", {"tabs": _section(nam={})}, ("C102", "/tabs/t/sections/s/fields/nam")),
        ("form", {"tabs": _section(name={}, title={})}, ("C132", "/tabs/t/sections/s/fields/title")),
        ("form", {"tabs": _section(name={}), "related": {"company": {}}}, ("C131", "/related/company")),
        ("form", {"tabs": _section(name={}), "related": {"nothing.x": {}}}, ("C101", "/related/nothing.x")),
        ("form", {"tabs": _section(name={}), "related": {"company.name": {}}}, ("C131", "/related/company.name")),
        ("board", {"pipeline": "flw"}, ("C105", "/pipeline")),
        ("board", {"pipeline": "flow", "card": "big"}, ("C109", "/card")),
        ("board", {"pipeline": "flow", "sum": "name"}, ("C131", "/sum")),
        ("board", {"pipeline": "flow", "sort": {"nam": "asc"}}, ("C102", "/sort/nam")),
    ],
)
def test_faults(path: str, data: dict[str, Any], fault: tuple[str, str]) -> None:
    found = faults(path, **data)
    assert [each for each in found if each[0] != "C113"] == [fault]
