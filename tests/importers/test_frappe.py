"""Fields of DocTypes and their conditions."""

from typing import Any

import pytest

from tests.support.importing import (
    CITY_AND_WHEEL,
    a_doctype,
    a_field,
    document,
    fields_of,
    garage,
    of_frappe,
    told,
)

Fields = list[dict[str, Any]]


def field_of(
    field: dict[str, Any], *beside: dict[str, Any], others: Fields | None = None
) -> tuple[dict[str, Any], str]:
    """What one field becomes, without its label, and the reason in the report."""
    found = of_frappe(a_doctype("Car", field, *beside), *(others or []))
    made = dict(fields_of(found, "car").get(field["fieldname"], {}))
    made.pop("label", None)
    return made, told(found, f"Car.{field['fieldname']}").reason


@pytest.mark.parametrize(
    ("kind", "more", "made"),
    [
        ("Data", {"length": 30}, {"type": "text", "max_length": 30}),
        ("Data", {"length": 900}, {"type": "long_text", "max_length": 900}),
        ("Data", {"options": "Email"}, {"type": "email"}),
        ("Data", {"options": "Phone"}, {"type": "phone"}),
        ("Data", {"options": "URL"}, {"type": "url"}),
        ("Small Text", {}, {"type": "long_text", "max_length": 1000000, "rows": 3}),
        ("Text Editor", {}, {"type": "rich_text", "max_length": 1000000}),
        ("Int", {"non_negative": 1, "default": "4"}, {"type": "integer", "min": 0, "default": 4}),
        ("Float", {"precision": "5"}, {"type": "decimal", "scale": 5}),
        ("Float", {"default": "1.5"}, {"type": "decimal", "scale": 3, "default": "1.5"}),
        ("Percent", {}, {"type": "percent"}),
        ("Currency", {"precision": "4", "non_negative": 1}, {"type": "money", "scale": 4, "min": "0"}),
        ("Check", {"default": "1"}, {"type": "boolean", "default": True}),
        ("Check", {}, {"type": "boolean", "default": False}),
        ("Date", {"default": "Today"}, {"type": "date", "default_expression": "today()"}),
        ("Datetime", {"default": "now"}, {"type": "datetime", "default_expression": "now()"}),
        ("Time", {"default": "9:30"}, {"type": "time", "default": "09:30:00"}),
        ("Duration", {"default": "3600"}, {"type": "duration", "default": "PT3600S"}),
        ("Color", {"default": "#FFAA00"}, {"type": "colour", "default": "#ffaa00"}),
        ("Attach", {}, {"type": "file"}),
        ("Attach Image", {}, {"type": "image"}),
        ("JSON", {}, {"type": "json"}),
        ("Phone", {}, {"type": "phone"}),
        ("Read Only", {}, {"type": "text", "max_length": 500, "readonly": True}),
        ("Link", {"options": "User", "default": "__user"}, {"type": "user", "default_expression": "actor.id"}),
        ("Data", {"unique": 1, "reqd": 1}, {"type": "text", "max_length": 140, "required": True, "unique": True}),
        ("Date", {"in_standard_filter": 1, "read_only": 1}, {"type": "date", "readonly": True, "indexed": True}),
        ("Data", {"set_only_once": 1}, {"type": "text", "max_length": 140, "readonly_when": "created_at != null"}),
        ("Data", {"description": "<b>As</b> on paper"}, {"type": "text", "max_length": 140, "help": "As on paper"}),
    ],
)
def test_what_field_types_become(kind: str, more: dict[str, Any], made: dict[str, Any]) -> None:
    assert field_of(a_field("x", kind, **more)) == (made, "")


@pytest.mark.parametrize(
    ("kind", "more", "type_", "reason"),
    [
        ("Markdown Editor", {}, "long_text", "Markdown is kept as plain text"),
        ("Autocomplete", {"options": "a\nb"}, "text", "values are not suggested"),
        ("Select", {}, "text", "the list of options is filled by a programme"),
        ("Select", {"options": "\n".join(map(str, range(2001)))}, "text", "a choice list has at most 2000 values"),
        ("Rating", {"options": "3"}, "rating", "stars are whole: Frappe keeps parts of one"),
        ("Geolocation", {}, "json", "shapes on a map are kept as GeoJSON, not drawn"),
        ("Signature", {}, "image", "it is a picture, not drawn on the form"),
        ("Hologram", {}, "text", "the field type 'Hologram' is not known"),
        (
            "Link",
            {"options": "City"},
            "text",
            "'City' is not among what is imported: the name of the record is kept as text",
        ),
        ("Dynamic Link", {"options": "kind"}, "any_reference", "it may lead to any entity of the pack"),
        ("Table", {"options": "Wheel"}, "json", "the table 'Wheel' is not here: its lines are kept as JSON"),
        ("Table MultiSelect", {"options": "W"}, "tags", "'W' is not among what is imported: names are kept as tags"),
        (
            "Currency",
            {"options": "currency"},
            "money",
            "each amount says its currency itself, instead of by 'currency'",
        ),
        ("Currency", {"default": "5"}, "money", "the default '5' is left out: an amount needs its currency"),
        ("Int", {"default": "many"}, "integer", "the default 'many' is left out: it is no whole number"),
        ("Data", {"default": ":Company"}, "text", "the default ':Company' is left out: a programme finds it"),
        ("Data", {"reqd": 1, "hidden": 1}, "text", "it is not required: a programme fills it there"),
        ("Data", {"permlevel": 1}, "text", "who may see or change it is who may do so with the record"),
        ("Long Text", {"unique": 1}, "long_text", "it may be there twice: values of this type can't be kept apart"),
    ],
)
def test_what_is_lost_is_told(kind: str, more: dict[str, Any], type_: str, reason: str) -> None:
    made, said = field_of(a_field("x", kind, **more))
    assert (made["type"], said) == (type_, reason)


@pytest.mark.parametrize(
    ("kind", "more"), [("Button", {}), ("HTML", {}), ("Image", {}), ("Password", {}), ("Data", {"is_virtual": 1})]
)
def test_what_keeps_nothing_is_dropped_with_a_reason(kind: str, more: dict[str, Any]) -> None:
    made, reason = field_of(a_field("x", kind, **more))
    assert made == {}
    assert reason


def test_select_options_become_a_choice_list_of_the_field() -> None:
    select = a_field("fuel", "Select", options="\nDiesel\n95 E10\nОчень\n", default="Diesel")
    found = of_frappe(a_doctype("Car", select))
    assert fields_of(found, "car")["fuel"] == {
        "type": "choice",
        "label": "Fuel",
        "choices": "car_fuel",
        "default": "diesel",
    }
    assert document(found, "choices/car_fuel")["choices"] == {
        "diesel": {"label": "Diesel"},
        "n95_e10": {"label": "95 E10"},
        "value": {"label": "Очень"},
    }


@pytest.mark.parametrize(
    ("source", "expression"),
    [
        ("kind", "kind != null"),
        ("eval:doc.kind", "kind != null"),
        ("eval: !doc.seats;", "(seats == null || seats == 0)"),
        ("eval:doc.kind == 'Van'", "kind == 'van'"),
        ('eval:doc.kind!="Van" && doc.electric', "(kind != 'van' && electric == true)"),
        (
            "eval:doc.electric==1 || (doc.seats >= 5 && !doc.electric)",
            "(electric == true || (seats >= 5 && electric != true))",
        ),
        ("eval:in_list(['Van', 'Bus'], doc.kind)", "kind in ['van', 'bus']"),
        ("eval:['Van'].includes(doc.kind)", "kind in ['van']"),
        ("eval:['Van'].indexOf(doc.kind) === -1", "!(kind in ['van'])"),
        ("eval:cint(doc.seats) > 4", "seats > 4"),
        ("eval:doc.wheels && doc.wheels.length > 0", "(size(wheels) > 0 && size(wheels) > 0)"),
        ("eval:doc.city == 'Bursa'", "city.city_name == 'Bursa'"),
        ("eval:doc.__islocal", "created_at == null"),
        ("eval:!doc.name", "created_at == null"),
        ("eval:(doc.seats || 0) > 2", "seats > 2"),
        ("eval:(doc.wheels || []).length", "size(wheels) > 0"),
        (
            "eval:(!doc.__islocal && (!doc.wheels || doc.wheels.length===0))",
            "(created_at != null && (size(wheels) == 0 || size(wheels) == 0))",
        ),
        ("eval:'Van' === doc.kind", "kind == 'van'"),
        ("eval:4 < doc.seats", "seats > 4"),
        ("eval:doc.seats == undefined", "seats == null"),
        ("eval:doc.about_type == 'City'", "about.entity == 'city'"),
        ("eval:(doc.bought == '2026-01-31')", "bought == date('2026-01-31')"),
    ],
)
def test_conditions_become_expressions(source: str, expression: str) -> None:
    found = of_frappe(garage(a_field("x", depends_on=source)), *CITY_AND_WHEEL)
    assert fields_of(found, "car")["x"].get("visible_when") == expression
    assert told(found, "Car.x").reason == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("eval:frappe.user.has_role('X')", "'frappe' is of the browser, not of the record"),
        ("eval:doc.gone == 1", "'gone' has no place here"),
        ("eval:doc.kind == 'Boat'", "'kind' has no value 'Boat'"),
        ("eval:doc.seats + 1 > 2", "'+' is not understood"),
        ("eval:doc.kind.startsWith('V')", "'.startsWith' is not understood"),
        ("eval:doc.kind = 'Van'", "'= 'Van'' is not understood"),
        ("eval:", "it ends too early"),
        ("eval:" + "(" * 200, "it is nested too deep"),
        ("fn:something", "it is a function"),
        ("not a name", "it is no field name"),
    ],
)
def test_other_conditions_are_told(source: str, reason: str) -> None:
    found = of_frappe(garage(a_field("x", depends_on=source, reqd=1)), *CITY_AND_WHEEL)
    assert set(fields_of(found, "car")["x"]) == {"type", "label", "max_length"}
    assert f"is left out: {reason}" in told(found, "Car.x").reason
    assert "it is not required" in told(found, "Car.x").reason


def test_a_value_is_required_only_where_people_see_the_field() -> None:
    found = of_frappe(
        garage(
            a_field("always", reqd=1, mandatory_depends_on="electric"),
            a_field("shown", reqd=1, depends_on="electric"),
            a_field("needed", mandatory_depends_on="eval:doc.seats > 2", read_only_depends_on="electric"),
            a_field("part", "Section Break", depends_on="eval:doc.seats > 4"),
            a_field("inside", reqd=1),
            a_field("both", reqd=1, depends_on="electric"),
        ),
        *CITY_AND_WHEEL,
    )
    fields = fields_of(found, "car")
    assert fields["always"] == {"type": "text", "label": "Always", "max_length": 140, "required": True}
    assert fields["shown"]["required_when"] == "electric == true"
    assert (fields["needed"]["required_when"], fields["needed"]["readonly_when"]) == ("seats > 2", "electric == true")
    assert fields["inside"]["required_when"] == "seats > 4"
    assert fields["both"]["required_when"] == "(seats > 4) && (electric == true)"
    sections = document(found, "entities/car/views/form")["tabs"]["details"]["sections"]
    assert sections["part"] == {
        "label": "Part",
        "columns": 1,
        "visible_when": "seats > 4",
        "fields": {"inside": {}, "both": {}},
    }
