"""DocTypes as a whole: forms, lines, numbers, views, stages, rights, translations."""

from typing import Any

import pytest

from tests.support.importing import (
    CITY_AND_WHEEL,
    a_doctype,
    a_field,
    document,
    fields_of,
    garage,
    imported,
    of_frappe,
    told,
)


def test_breaks_become_tabs_sections_and_columns_in_the_order_of_the_form() -> None:
    doctype = a_doctype(
        "Car",
        a_field("note", "Text"),
        a_field("a"),
        a_field("column", "Column Break"),
        a_field("b"),
        a_field("more", "Tab Break"),
        a_field("secret", hidden=1),
        a_field("c"),
        a_field("title", "Heading", label="Money"),
        a_field("d"),
    )
    doctype["field_order"] = ["a", "column", "b", "more", "c", "secret", "title", "d", "gone"]
    form = document(of_frappe(doctype), "entities/car/views/form")
    assert form["tabs"] == {
        "details": {"sections": {"details": {"fields": {"a": {}, "b": {}}}}},
        "more": {
            "label": "More",
            "sections": {
                "details": {"columns": 1, "fields": {"c": {}}},
                "money": {"label": "Money", "columns": 1, "fields": {"d": {}, "note": {}}},
            },
        },
    }


def test_lines_belong_to_one_parent_each() -> None:
    tax = a_doctype("Tax", a_field("rate", "Percent", depends_on="eval:doc.parent"), istable=1)
    found = of_frappe(
        a_doctype("Offer", a_field("taxes", "Table", options="Tax", reqd=1)),
        a_doctype("Bill", a_field("taxes", "Table", options="Tax"), a_field("others", "Table", options="Tax")),
        tax,
    )
    assert fields_of(found, "offer")["taxes"] == {
        "type": "children",
        "label": "Taxes",
        "of": "offer_taxes",
        "max_count": 5000,
        "required": True,
    }
    assert document(found, "entities/bill_others/entity")["owned_by"] == "parent"
    assert fields_of(found, "bill_taxes")["parent"]["to"] == "bill"
    assert document(found, "pack")["navigation"] == {"offer": {}, "bill": {}}
    alone = of_frappe(tax)
    assert told(alone, "Tax").reason == "it is a table of lines, but no DocType that holds it is here"


def test_links_in_a_table_for_several_become_references() -> None:
    link = a_doctype("Car City", a_field("city", "Link", options="City"), a_field("rank", "Int"), istable=1)
    car = a_doctype("Car", a_field("cities", "Table MultiSelect", options="Car City"))
    found = of_frappe(car, link, *CITY_AND_WHEEL)
    assert fields_of(found, "car")["cities"] == {"type": "references", "label": "Cities", "to": "city"}
    assert told(found, "Car.cities").reason == "only the records are kept, not rank"


def test_a_dynamic_link_leads_to_what_its_chooser_names() -> None:
    chooser = a_field("kind", "Select", options="City\nShip")
    found = of_frappe(a_doctype("Car", chooser, a_field("what", "Dynamic Link", options="kind")), *CITY_AND_WHEEL)
    assert fields_of(found, "car") == {"what": {"type": "any_reference", "label": "What", "to": {"city": {}}}}
    assert told(found, "Car.what").reason == "not imported, so not among the targets: Ship"
    assert told(found, "Car.kind").became == "car.what.entity"


@pytest.mark.parametrize(
    ("filters", "made", "reason"),
    [
        ('[["City","size",">",2],["City","big","=",1]]', "(size > 2) && (big == true)", ""),
        ([["city_name", "in", ["Van", "Bursa"]]], "city_name in ['Van', 'Bursa']", ""),
        ('[["City","mayor","is","set"]]', "mayor != null", ""),
        ('[["City","mayor","=","eval:doc.x"]]', None, "it depends on the record"),
        ('[["City","gone","=","1"]]', None, "'gone' has no place here"),
        ('[["City","mayor","like","%x"]]', None, "the comparison 'like' is not known here"),
        ("[[{}]]", None, "the filter is not understood"),
        ("{", None, "the filter is no JSON"),
    ],
)
def test_filters_of_links(filters: object, made: str | None, reason: str) -> None:
    city = a_doctype("City", a_field("city_name"), a_field("size", "Int"), a_field("big", "Check"), a_field("mayor"))
    found = of_frappe(a_doctype("Car", a_field("city", "Link", options="City", link_filters=filters)), city)
    assert fields_of(found, "car")["city"].get("filter") == made
    assert told(found, "Car.city").reason == (f"every record of the target can be chosen: {reason}" if reason else "")


def test_what_is_fetched_follows_or_is_copied() -> None:
    city = a_doctype(
        "City",
        a_field("mayor"),
        a_field("size", "Select", options="Small\nBig"),
        a_field("tax", "Currency"),
        a_field("photo", "Attach"),
    )
    car = a_doctype(
        "Car",
        a_field("city", "Link", options="City"),
        a_field("mayor", fetch_from="city.mayor", read_only=1),
        a_field("size", "Select", options="Small\nBig", fetch_from="city.size", read_only=1),
        a_field("tax", "Currency", fetch_from="city.tax", read_only=1),
        a_field("kept", fetch_from="city.mayor", fetch_if_empty=1),
        a_field("old", "Read Only", options="city.mayor"),
        a_field("photo", "Attach", fetch_from="city.photo"),
        a_field("lost", fetch_from="city.gone"),
    )
    found = of_frappe(city, car)
    fields = fields_of(found, "car")
    assert fields["mayor"] == {"type": "computed", "label": "Mayor", "expression": "city.mayor"}
    assert fields["size"]["result"] == {"type": "choice", "choices": "city_size"}
    assert fields["tax"]["result"] == {"type": "decimal", "scale": 2}
    assert fields["old_field"]["expression"] == "city.mayor"
    assert fields["kept"]["default_expression"] == "city.mayor"
    assert "such values can't be fetched" in told(found, "Car.photo").reason
    assert "gone has no place here" in told(found, "Car.lost").reason


@pytest.mark.parametrize(
    ("autoname", "made"),
    [
        ("CAR-.YYYY.-.####", {"format": "CAR-{year}-{number:04}", "period": "year"}),
        ("CAR.#####", {"format": "CAR{number:05}"}),
        ("format:CAR-{MM}-{YYYY}-{###}", {"format": "CAR-{month}-{year}-{number:03}", "period": "month"}),
        ("naming_series:", {"format": "{number:05}"}),
        ("autoincrement", {"format": "{number}"}),
        ("format:{city}-{###}", {"format": "{number:03}"}),
    ],
)
def test_series_become_running_numbers(autoname: str, made: dict[str, str]) -> None:
    found = of_frappe(a_doctype("Car", a_field("x"), autoname=autoname))
    number = fields_of(found, "car")["number"]
    assert {key: each for key, each in number.items() if key not in ("type", "label")} == {
        key: each for key, each in made.items() if (key, each) != ("format", "{number:05}")
    }
    assert document(found, "entities/car/entity")["title"] == "number"


def test_a_naming_series_field_becomes_the_number() -> None:
    series = a_field("naming_series", "Select", options="\nCAR-.YY.-\nBUS-")
    found = of_frappe(
        a_doctype("Car", series, a_field("x", depends_on="eval:doc.naming_series"), autoname="naming_series:")
    )
    assert fields_of(found, "car")["number"]["format"] == "CAR-{year}-{number:05}"
    assert told(found, "Car.naming_series").reason == "'YY' is written as {year}; other series are left out: BUS-"
    assert fields_of(found, "car")["x"]["visible_when"] == "number != null"


@pytest.mark.parametrize(
    ("autoname", "key"), [("field:plate", ("plate", True)), ("prompt", ("name", True)), ("hash", None)]
)
def test_what_names_a_record_is_there_once(autoname: str, key: tuple[str, bool] | None) -> None:
    found = of_frappe(a_doctype("Car", a_field("plate"), autoname=autoname))
    unique = [(name, made["required"]) for name, made in fields_of(found, "car").items() if made.get("unique")]
    assert unique == ([key] if key else [])


def test_views_title_search_and_order() -> None:
    car = garage(
        a_field("plate", in_list_view=1, in_global_search=1),
        a_field("note", "Text", in_list_view=1),
        title_field="plate",
        search_fields="kind, plate",
        sort_field="modified",
        sort_order="ASC",
        links=[{"link_doctype": "Trip", "link_fieldname": "car"}],
    )
    trip = a_doctype("Trip", a_field("by", "Link", options="Car"), a_field("car", "Link", options="Car"))
    found = of_frappe(car, trip, *CITY_AND_WHEEL)
    entity = document(found, "entities/car/entity")
    assert (entity["title"], list(entity["search"])) == ("plate", ["plate", "kind"])
    assert document(found, "entities/car/views/list") == {"columns": {"plate": {}}, "sort": {"updated_at": "asc"}}
    assert list(document(found, "entities/car/views/form")["related"]) == ["trip.car", "car.about", "trip.by"]


def test_a_status_becomes_a_pipeline_with_a_board() -> None:
    status = a_field("status", "Select", options="Closed\nOpen\nCancelled", default="Open", in_list_view=1)
    states = [{"title": "Open", "color": "Blue"}]
    other = a_field("why", depends_on="eval:doc.status=='Cancelled'")
    found = of_frappe(a_doctype("Car", status, other, states=states))
    pipeline = document(found, "entities/car/pipelines/status")
    assert pipeline["stages"] == {
        "open": {"label": "Open", "colour": "blue"},
        "closed": {"label": "Closed", "outcome": "won"},
        "cancelled": {"label": "Cancelled", "outcome": "lost"},
    }
    assert set(pipeline["transitions"]) == {"to_open", "to_closed", "to_cancelled"}
    assert fields_of(found, "car") == {
        "why": {"type": "text", "label": "Why", "max_length": 140, "visible_when": "stage == 'cancelled'"}
    }


def test_what_can_be_submitted_has_three_stages() -> None:
    status = a_field("status", "Select", options="A\nB")
    assert told(of_frappe(a_doctype("Bill", status, is_submittable=1)), "Bill.is_submittable").outcome == "degraded"
    found = of_frappe(a_doctype("Bill", a_field("x", depends_on="eval:doc.docstatus == 1"), is_submittable=1))
    assert list(document(found, "entities/bill/pipelines/docstatus")["stages"]) == ["draft", "submitted", "cancelled"]
    assert fields_of(found, "bill")["x"]["visible_when"] == "stage == 'submitted'"


def test_a_workflow_gives_moves_roles_and_guards() -> None:
    workflow = {
        "doctype": "Workflow",
        "name": "Approval",
        "document_type": "Bill",
        "workflow_state_field": "workflow_state",
        "states": [{"state": "New", "style": "Primary"}, {"state": "Approved"}],
        "transitions": [
            {
                "state": "New",
                "action": "Approve",
                "next_state": "Approved",
                "allowed": "Boss",
                "condition": "doc.sum > 5",
            },
            {"state": "Approved", "action": "Reopen", "next_state": "New", "allowed": "All", "condition": "x()"},
            {"state": "Gone", "action": "Lose", "next_state": "New"},
        ],
    }
    found = of_frappe(a_doctype("Bill", a_field("sum", "Int")), workflow)
    moves = document(found, "entities/bill/pipelines/workflow_state")["transitions"]
    assert moves == {
        "approve_new": {
            "label": "Approve",
            "from": {"new": {}},
            "to": "approved",
            "guard": "sum > 5",
            "roles": {"boss": {}},
        },
        "reopen_approved": {"label": "Reopen", "from": {"approved": {}}, "to": "new"},
    }
    assert told(found, "Bill.workflow Lose").outcome == "dropped"


def test_permissions_become_access() -> None:
    rows = [
        {"role": "Driver", "read": 1, "write": 1, "if_owner": 1},
        {"role": "Driver", "read": 1},
        {"role": "Chief", "read": 1, "delete": 1, "export": 1},
        {"role": "Chief", "read": 1, "permlevel": 1},
        {"role": "Guest", "read": 1},
        {"role": "Administrator", "read": 1},
        {"role": "All", "read": 1},
    ]
    found = of_frappe(a_doctype("Car", a_field("status", "Select", options="A\nB"), a_field("x"), permissions=rows))
    assert document(found, "entities/car/access")["permissions"] == {
        "driver": {"read": "all", "update": "own", "transition": "own"},
        "chief": {"read": "all", "archive": "all", "restore": "all", "export": "all"},
        "all": {"read": "all"},
    }
    assert "everybody has this role" in document(found, "roles/all")["description"]
    assert told(found, "Car.rights of Guest").outcome == told(found, "Car.rights by level").outcome == "dropped"


def test_translations_of_the_app_are_taken_along() -> None:
    files = {
        "app/locale/tr.po": b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8"\n\n'
        b'msgid "Plate"\nmsgstr "Plaka"\n',
        "app/translations/ru.csv": "Plate,Номер\nCar,Машина,context\n".encode(),
        "app/locale/de.po": b"broken",
        "app/locale/fr.po": b'msgid "Plate"\nmsgstr "Plaque"\n',
    }
    car = {"app/car.json": a_doctype("Car", a_field("plate"))}
    found = imported("frappe", car, files)
    assert document(found, "lang/tr")["entities/car/entity"] == {"fields": {"plate": {"label": "Plaka"}}}
    assert document(found, "lang/ru")["entities/car/entity"]["label"] == "Машина"
    assert set(found.pack.documents) & {"lang/de.json", "lang/fr.json"} == set()
    assert told(imported("frappe", car, files, languages=("de",)), "app/locale/de.po").outcome == "dropped"


def test_customizations_are_laid_over() -> None:
    custom = {
        "custom_fields": [{"dt": "Car", "fieldname": "colour", "fieldtype": "Color", "insert_after": "a"}],
        "property_setters": [{"doc_type": "Car", "field_name": "b", "property": "reqd", "value": "1"}],
    }
    fixtures = [
        {"doctype": "Property Setter", "doc_type": "Car", "property": "title_field", "value": "b"},
        {"doctype": "Custom Field", "dt": "Boat", "fieldname": "x", "fieldtype": "Data"},
        "noise",
    ]
    car = a_doctype("Car", a_field("a"), a_field("b"))
    found = imported("frappe", {"app/car.json": car, "app/custom/car.json": custom, "app/fixtures/x.json": fixtures})
    assert list(fields_of(found, "car")) == ["a", "colour", "b"]
    assert fields_of(found, "car")["b"]["required"] is True
    assert document(found, "entities/car/entity")["title"] == "b"
    assert told(found, "Boat.x").outcome == "dropped"


def test_cycles_singles_trees_and_reserved_names() -> None:
    found = of_frappe(
        a_doctype("User", a_field("owner"), a_field("from", "Link", options="Account"), issingle=1),
        a_doctype(
            "Account", a_field("user", "Link", options="Account"), a_field("to", "Link", options="Account"), is_tree=1
        ),
    )
    assert set(fields_of(found, "p_user")) == {"owner_field", "from"}
    assert fields_of(found, "p_account")["user"]["to"] == "p_account"
    assert document(found, "pack")["navigation"] == {"p_account": {}, "p_user": {}}
    assert told(found, "User").outcome == told(found, "Account").outcome == "degraded"


@pytest.mark.parametrize(
    "broken",
    [
        {"doctype": "DocType"},
        {"doctype": "DocType", "name": "Car"},
        {"doctype": "DocType", "name": "Car", "fields": {}, "permissions": 5, "field_order": "x", "links": [1]},
        {"doctype": "DocType", "name": "Car", "fields": [1, {}, {"fieldname": []}, {"fieldname": "a", "fieldtype": 7}]},
        {"doctype": "DocType", "name": ["x"], "fields": []},
        {"doctype": "DocType", "name": "Car", "fields": [a_field("a"), a_field("a", "Int")]},
    ],
)
def test_what_is_malformed_is_told_with_its_place(broken: dict[str, Any]) -> None:
    found = imported("frappe", {"app/bad.json": broken, "app/good.json": a_doctype("Good", a_field("x"))})
    assert fields_of(found, "good") == {"x": {"type": "text", "label": "X", "max_length": 140}}
    told_of = [each for each in found.lines if each.where is not None and each.where.file == "app/bad.json"]
    assert any(each.outcome == "dropped" and each.where is not None and each.where.line for each in told_of)
