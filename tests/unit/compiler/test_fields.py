"""Fields with their options, conditions and defaults."""

from typing import Any

import pytest

from kalip.expressions import Expression
from kalip.model import Field
from tests.support.builders import EntityBuilder, a_model, a_pack, an_entity, diagnostics_of, told


def made(type_: str, **options: Any) -> Field:
    pack = (
        a_pack()
        .with_entity(an_entity().with_field("x", type_, **options))
        .with_choices("source", "web", fair={"retired": True})
    )
    return a_model(pack).entities["thing"].fields["x"]


def faults(type_: str, **options: Any) -> list[tuple[str, str]]:
    pack = (
        a_pack()
        .with_entity(an_entity().with_field("x", type_, **options))
        .with_choices("source", "web", fair={"retired": True})
    )
    return told(diagnostics_of(pack))


def test_it_works() -> None:
    field = made("text", label="Name", required=True, max_length=9, help="h", was=["y"], unique=True)
    assert (field.type, str(field.label), field.required, field.unique, field.was) == (
        "text",
        "Name",
        True,
        True,
        ("y",),
    )
    assert dict(field.options) == {"max_length": 9}
    assert (field.origin.layer, field.origin.file) == ("shop", "entities/thing/entity.json")
    assert field.origin.line > 1


def test_choices_are_filled_in() -> None:
    field = made("choice", choices="shop/source", default="web")
    assert field.choices == "source"
    assert (field.options["values"], field.options["retired"]) == (("web",), ("fair",))
    assert str(field.options["labels"]["web"]) == "Web"


def test_a_reference_and_its_filter() -> None:
    field = made("reference", to="thing", on_delete="clear", filter="x != null")
    assert (field.target, field.on_delete) == ("thing", "clear")
    assert isinstance(field.options["filter"], Expression)
    assert made("reference", to="thing").on_delete == "restrict"
    assert made("any_reference", to={"thing": {}}).targets == ("thing",)


def test_types_that_nobody_writes_are_read_only() -> None:
    assert made("autonumber").readonly
    assert made("computed", expression="1 + 1").readonly


@pytest.mark.parametrize(
    ("type_", "options", "fault"),
    [
        ("reference", {"to": "thin"}, ("C101", "/fields/x/to")),
        ("any_reference", {"to": {"thin": {}}}, ("C101", "/fields/x/to/thin")),
        ("reference", {"to": "thing", "filter": "y"}, ("C120", "/fields/x/filter")),
        ("choice", {"choices": "sorce"}, ("C103", "/fields/x/choices")),
        ("choice", {"choices": "source", "default": "wbe"}, ("C123", "/fields/x/default")),
        ("choice", {"choices": "source", "default": "fair"}, ("C123", "/fields/x/default")),
        ("integer", {"default": "many"}, ("C123", "/fields/x/default")),
        ("integer", {"default": 5, "max": 3}, ("C123", "/fields/x/default")),
        ("money", {"default": {"amount": "1", "currency": "TRYY"}}, ("C123", "/fields/x/default")),
        ("integer", {"min": 5, "max": 3}, ("C122", "/fields/x/min")),
        ("integer", {"default_expression": "'x'"}, ("C120", "/fields/x/default_expression")),
        ("integer", {"default": 1, "default_expression": "1"}, ("C132", "/fields/x/default_expression")),
        ("integer", {"default_expression": "old.x"}, ("C120", "/fields/x/default_expression")),
        ("person_name", {"default_expression": "'x'"}, ("C123", "/fields/x/default_expression")),
        ("computed", {"expression": "1", "default": 1}, ("C122", "/fields/x/default")),
        ("computed", {"expression": "1", "required": True}, ("C122", "/fields/x/required")),
        ("text", {"required": True, "required_when": "x == ''"}, ("C133", "/fields/x/required_when")),
        ("text", {"was": ["y"], "visible_when": "y == ''"}, ("C113", "/fields/x/visible_when")),
    ],
)
def test_faults(type_: str, options: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults(type_, **options) == [fault]


@pytest.mark.parametrize(
    ("type_", "source"),
    [
        ("money", "12.5"),
        ("decimal", "1"),
        ("date", "today()"),
        ("datetime", "now()"),
        ("user", "actor.id"),
        ("choice", "'web'"),
        ("text", "null"),
        ("boolean", "true"),
        ("tags", "['a', 'b']"),
    ],
)
def test_default_expressions(type_: str, source: str) -> None:
    options = {"choices": "source"} if type_ == "choice" else {}
    field = made(type_, default_expression=source, **options)
    assert field.default_expression is not None
    assert field.default_expression.source == source


def test_an_earlier_name_of_two_fields() -> None:
    entity = an_entity().with_field("b", "text", was=["a"]).with_field("c", "text", was=["a", "created_at"])
    assert told(diagnostics_of(entity)) == [("C112", "/fields/c/was"), ("C112", "/fields/c/was")]


def test_an_earlier_name_may_be_used_again() -> None:
    """U7"""
    entity = an_entity().with_field("a", "text").with_field("b", "text", was=["a"])
    assert told(diagnostics_of(entity)) == []


def test_a_backfill_is_an_expression_of_the_fields_type() -> None:
    def thing(**keys: Any) -> EntityBuilder:
        return (
            an_entity("thing")
            .with_field("size", "integer")
            .with_field("lines", "children", of="line")
            .with_field("it", **keys)
        )

    line = (
        an_entity("line")
        .with_keys(owned_by="thing")
        .with_field("thing", "reference", to="thing")
        .with_field("size", "integer")
    )
    assert told(diagnostics_of(thing(type_="integer", backfill="size + 1"), line)) == []
    cases = {
        "C120": {"type_": "integer", "backfill": "'x'"},
        "C130": {"type_": "integer", "backfill": "it + 1"},
        "C131": {"type_": "boolean", "backfill": "lines.exists(x, x.size == 1)"},
        "C123": {"type_": "person_name", "backfill": "'Ada'"},
        "C122": {"type_": "autonumber", "backfill": "'1'"},
    }
    for code, keys in cases.items():
        assert (code, "/fields/it/backfill") in told(diagnostics_of(thing(**keys), line)), code


def test_values_that_do_not_convert_go_into_a_text_field() -> None:
    def thing(**keys: Any) -> EntityBuilder:
        return an_entity("thing").with_field("note", "long_text").with_field("size", "integer", **keys)

    assert told(diagnostics_of(thing(unconverted_into="note"))) == []
    cases: dict[str, dict[str, Any]] = {
        "C102": {"unconverted_into": "notes"},
        "C131": {"unconverted_into": "size"},
        "C132": {"unconverted_into": "note", "unconverted": "refuse"},
    }
    for code, keys in cases.items():
        assert told(diagnostics_of(thing(**keys))) == [(code, "/fields/size/unconverted_into")]
