"""Entities of EspoCRM become a pack."""

from typing import Any

import pytest

from tests.support.importing import ESPO_METADATA, document, fields_of, of_espocrm, told


def field_of(said: dict[str, Any], **beside: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """What one field becomes, without its label, and the reason in the report."""
    found = of_espocrm({"Car": {"fields": {"someField": said, **beside}}})
    made = dict(fields_of(found, "car").get("some_field", {}))
    made.pop("label", None)
    return made, told(found, "Car.someField").reason


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"type": "varchar"}, {"type": "text", "max_length": 100}),
        ({"type": "varchar", "maxLength": 800}, {"type": "long_text", "max_length": 800}),
        (
            {"type": "varchar", "pattern": "[A-Z]+", "required": True, "index": True},
            {"type": "text", "max_length": 100, "pattern": "[A-Z]+", "required": True, "indexed": True},
        ),
        ({"type": "text", "rows": 4}, {"type": "long_text", "max_length": 1000000, "rows": 4}),
        ({"type": "wysiwyg"}, {"type": "rich_text", "max_length": 1000000}),
        ({"type": "url"}, {"type": "url"}),
        ({"type": "bool", "default": True}, {"type": "boolean", "default": True}),
        ({"type": "int", "min": 0, "max": 9, "default": 3}, {"type": "integer", "min": 0, "max": 9, "default": 3}),
        ({"type": "float", "min": 0.5}, {"type": "decimal", "scale": 4, "min": "0.500000"}),
        ({"type": "currency", "currencyList": ["TRY"]}, {"type": "money", "currencies": ["TRY"]}),
        (
            {"type": "date", "default": "javascript: return this.dateTime.getToday();"},
            {"type": "date", "default_expression": "today()"},
        ),
        (
            {"type": "datetime", "default": "javascript: return this.dateTime.getNow(15);", "readOnly": True},
            {"type": "datetime", "default_expression": "now()", "readonly": True},
        ),
        ({"type": "autoincrement"}, {"type": "autonumber", "format": "{number}"}),
        ({"type": "number", "prefix": "C-", "padLength": 4}, {"type": "autonumber", "format": "C-{number:04}"}),
        ({"type": "attachmentMultiple"}, {"type": "files"}),
        ({"type": "image"}, {"type": "image"}),
        ({"type": "address"}, {"type": "address"}),
        ({"type": "personName"}, {"type": "person_name"}),
        ({"type": "jsonObject"}, {"type": "json"}),
        ({"type": "colorpicker"}, {"type": "colour"}),
        ({"type": "duration", "default": 60}, {"type": "duration", "default": "PT60S"}),
        ({"type": "array"}, {"type": "tags"}),
        (
            {"type": "varchar", "readOnlyAfterCreate": True, "isPersonalData": True},
            {
                "type": "text",
                "max_length": 100,
                "readonly_when": "created_at != null",
                "personal": {"purpose": "Marked as personal data in EspoCRM."},
            },
        ),
    ],
)
def test_what_field_types_become(said: dict[str, Any], made: dict[str, Any]) -> None:
    found, reason = field_of(said)
    assert found == made
    assert reason in ("", "each value has at most 60 characters")


@pytest.mark.parametrize(
    ("said", "type_", "reason"),
    [
        ({"type": "email"}, "email", "one address is kept, not several with a primary one"),
        ({"type": "datetimeOptional"}, "datetime", "a day without a time becomes a moment"),
        ({"type": "arrayInt"}, "json", "numbers are kept as JSON"),
        ({"type": "enum"}, "text", "the list of options is filled by a programme"),
        ({"type": "enum", "options": list(range(2001))}, "text", "a choice list has at most 2000 values"),
        ({"type": "multiEnum", "options": list(range(2001))}, "tags", "a choice list has at most 2000 values"),
        ({"type": "hologram"}, "text", "the field type 'hologram' is not known"),
        ({"type": "varchar", "options": ["a"]}, "text", "values are not suggested"),
        ({"type": "varchar", "pattern": "$odd"}, "text", "the pattern '$odd' is not known here"),
        (
            {"type": "varchar", "readOnly": True, "required": True},
            "text",
            "it is not required: a programme fills it there",
        ),
        ({"type": "int", "default": "x"}, "integer", "the default 'x' is left out: it can't be said here"),
        ({"type": "link"}, "text", "no link says where it leads: the name of the record is kept as text"),
        ({"type": "linkMultiple", "entity": "User"}, "tags", "users are kept as tags"),
        (
            {"type": "linkParent", "entityList": ["Car", "Boat"]},
            "any_reference",
            "not imported, so not among the targets: Boat",
        ),
        (
            {"type": "linkParent", "entityList": ["Boat"]},
            "text",
            "none of its targets is among what is imported: the name is kept as text",
        ),
        ({"type": "password"}, None, "passwords are kept encrypted and are not taken along"),
        ({"type": "varchar", "notStorable": True}, None, "it keeps nothing: a programme finds its value"),
        ({"type": "varchar", "disabled": True}, None, "it is disabled there"),
        ({"type": "varchar", "utility": True}, None, "it only helps a programme"),
        ({"type": "foreign", "link": "gone", "field": "name"}, None, "it shows 'gone.name', which is not here"),
    ],
)
def test_what_is_lost_is_told(said: dict[str, Any], type_: str | None, reason: str) -> None:
    made, found = field_of(said)
    assert (made.get("type"), found) == (type_, reason)


def test_options_become_choice_lists_in_every_language() -> None:
    fuel = {"type": "enum", "options": ["", "Diesel", "95"], "default": "Diesel", "style": {"Diesel": "danger"}}
    found = of_espocrm(
        {
            "Car": {"fields": {"fuel": fuel, "again": {"type": "multiEnum", "optionsReference": "Car.fuel"}}},
            "Boat": {"fields": {"kind": {"type": "enum"}}},
        },
        {
            "i18n/en_US/Car.json": {"options": {"fuel": {"Diesel": "Diesel oil"}}, "fields": {"fuel": "Fuel"}},
            "i18n/tr_TR/Car.json": {"options": {"fuel": {"95": "Benzin"}}, "tooltips": {"fuel": "x"}},
            "i18n/en_US/Boat.json": {"options": {"kind": {"Sail": "Sailing", "Motor": "Motor"}}},
            "i18n/de_DE/Car.json": {"fields": {"fuel": "Kraftstoff"}},
            "i18n/tr_TR/Global.json": {"scopeNames": {"Car": "Araba"}, "scopeNamesPlural": {"Car": "Arabalar"}},
        },
    )
    assert document(found, "choices/car_fuel")["choices"] == {
        "diesel": {"label": "Diesel oil", "colour": "red"},
        "n95": {"label": "95"},
    }
    assert document(found, "lang/tr")["choices/car_fuel"] == {"choices": {"n95": {"label": "Benzin"}}}
    assert fields_of(found, "car")["fuel"]["default"] == "diesel"
    assert fields_of(found, "car")["again"]["type"] == "choices"
    assert list(document(found, "choices/boat_kind")["choices"]) == ["sail", "motor"]
    assert document(found, "lang/tr")["entities/car/entity"] == {"label": "Araba", "plural": "Arabalar"}
    assert "lang/de.json" not in found.pack.documents


def test_the_language_of_the_country_comes_first_and_others_fill_its_gaps() -> None:
    said = {
        "en_GB": {"a": "Colour", "b": "Lorry"},
        "en_US": {"a": "Color"},
        "pt_BR": {"a": "Cor"},
        "pt_PT": {"a": "Côr"},
    }
    words = {f"i18n/{name}/Car.json": {"fields": fields} for name, fields in said.items()}
    car = {"fields": {"a": {"type": "int"}, "b": {"type": "int"}}}
    found = of_espocrm({"Car": car}, words, languages=("en", "pt", "pt-BR"))
    assert {name: made["label"] for name, made in fields_of(found, "car").items()} == {"a": "Color", "b": "Lorry"}
    assert document(found, "lang/pt")["entities/car/entity"]["fields"] == {"a": {"label": "Côr"}}
    assert document(found, "lang/pt-BR")["entities/car/entity"]["fields"] == {"a": {"label": "Cor"}}


def test_links_lead_both_ways() -> None:
    company = {
        "fields": {"name": {"type": "varchar"}},
        "links": {
            "cars": {"type": "hasMany", "entity": "Car", "foreign": "company"},
            "tasks": {"type": "hasChildren", "entity": "Task", "foreign": "parent"},
            "clubs": {"type": "hasMany", "entity": "Club", "foreign": "companies"},
            "boats": {"type": "hasMany", "entity": "Boat", "foreign": "company"},
            "licence": {"type": "hasOne", "entity": "Licence", "foreign": "holder"},
        },
    }
    car = {
        "fields": {
            "company": {"type": "link", "required": True},
            "friends": {"type": "linkMultiple"},
            "driver": {"type": "link"},
        },
        "links": {
            "company": {"type": "belongsTo", "entity": "Company", "foreign": "cars"},
            "friends": {"type": "hasMany", "entity": "Car", "foreign": "friends", "relationName": "friendship"},
            "driver": {"type": "belongsTo", "entity": "User"},
        },
    }
    club = {
        "fields": {"companies": {"type": "linkMultiple"}},
        "links": {
            "companies": {"type": "hasMany", "entity": "Company", "foreign": "clubs", "additionalColumns": {"a": {}}}
        },
    }
    task = {
        "fields": {"parent": {"type": "linkParent"}},
        "links": {"parent": {"type": "belongsToParent", "entityList": ["Company"]}},
    }
    licence = {"fields": {"holder": {"type": "link"}}, "links": {"holder": {"type": "belongsTo", "entity": "Company"}}}
    found = of_espocrm({"Company": company, "Car": car, "Club": club, "Task": task, "Licence": licence})
    cars = fields_of(found, "car")
    assert cars["company"] == {"type": "reference", "label": "Company", "to": "company", "required": True}
    assert cars["friends"] == {"type": "references", "label": "Friends", "to": "car"}
    assert cars["driver"]["type"] == "user"
    assert fields_of(found, "club")["companies"]["to"] == "company"
    assert told(found, "Club.companies").reason == "columns of the relation are not kept"
    assert fields_of(found, "task")["parent"]["to"] == {"company": {}}
    assert set(fields_of(found, "company")) == {"name"}
    assert told(found, "Company.cars").became == "car.company"
    assert told(found, "Company.tasks").became == "task.parent"
    assert told(found, "Company.licence").became == "licence.holder"
    assert told(found, "Company.boats").reason == "'Boat' is not among what is imported"
    assert told(found, "Company.clubs").became == "club.companies"


def test_a_field_is_stronger_than_an_attribute_of_a_link() -> None:
    car = {
        "fields": {"club": {"type": "link"}, "clubName": {"type": "varchar"}, "x": {"type": "varchar"}},
        "links": {"club": {"type": "belongsTo", "entity": "Car"}},
    }
    visible = {"conditionGroup": [{"type": "equals", "attribute": "clubName", "value": "Rowers"}]}
    logic = {f"{ESPO_METADATA}/logicDefs/Car.json": {"fields": {"x": {"visible": visible}}}}
    assert fields_of(of_espocrm({"Car": car}, logic), "car")["x"]["visible_when"] == "club_name == 'Rowers'"


def test_rights_on_fields_and_filters_of_programmes_are_told() -> None:
    car = {"fields": {"a": {"type": "int"}, "b": {"type": "int"}}}
    more = {
        f"{ESPO_METADATA}/entityAcl/Car.json": {"fields": {"a": {"readOnly": True}, "b": {"onlyAdmin": True}}},
        f"{ESPO_METADATA}/clientDefs/Car.json": {"filterList": [{"name": "open"}, "mine", 5]},
    }
    found = of_espocrm({"Car": car}, more)
    assert fields_of(found, "car")["a"] == {"type": "integer", "label": "A", "readonly": True}
    assert told(found, "Car.b").reason == "who may see or change it is who may do so with the record"
    assert told(found, "Car.filter open").outcome == told(found, "Car.filter mine").outcome == "dropped"


def test_a_many_to_many_link_without_a_field_gets_one() -> None:
    found = of_espocrm(
        {
            "Car": {"fields": {}, "links": {"clubs": {"type": "hasMany", "entity": "Club", "foreign": "cars"}}},
            "Club": {"fields": {}, "links": {"cars": {"type": "hasMany", "entity": "Car", "foreign": "clubs"}}},
        },
    )
    assert fields_of(found, "car") == {"clubs": {"type": "references", "label": "Clubs", "to": "club"}}
    assert fields_of(found, "club") == {}
    assert told(found, "Club.cars").became == "car.clubs"


def test_parts_of_fields_are_paths() -> None:
    car = {
        "fields": {
            "name": {"type": "personName"},
            "lastName": {"type": "varchar", "required": True},
            "home": {"type": "address"},
            "homeCity": {"type": "varchar"},
            "price": {"type": "currency"},
            "x": {"type": "foreign", "link": "car", "field": "name"},
            "span": {"type": "rangeInt"},
        }
    }
    logic = {
        "fields": {
            "x": {},
            "price": {"visible": {"conditionGroup": [{"type": "equals", "attribute": "homeCity", "value": "Van"}]}},
            "home": {
                "required": {"conditionGroup": [{"type": "equals", "attribute": "priceCurrency", "value": "TRY"}]}
            },
        }
    }
    listed = [{"name": "homeCity"}, {"name": "lastName"}]
    found = of_espocrm({"Car": car}, {f"{ESPO_METADATA}/logicDefs/Car.json": logic, "layouts/Car/list.json": listed})
    fields = fields_of(found, "car")
    assert set(fields) == {"name", "home", "price", "from_span", "to_span"}
    assert fields["name"] == {"type": "person_name", "label": "Name", "required": True}
    assert fields["price"]["visible_when"] == "home.city == 'Van'"
    assert fields["home"]["required_when"] == "price.currency == 'TRY'"
    assert list(document(found, "entities/car/views/list")["columns"]) == ["home.city", "name.last"]


def test_a_field_of_a_linked_record_and_a_difference_are_computed() -> None:
    car = {
        "fields": {
            "owner": {"type": "link"},
            "town": {"type": "foreign", "link": "owner", "field": "town"},
            "starts": {"type": "datetime"},
            "ends": {"type": "datetime"},
            "length": {"type": "duration", "start": "starts", "end": "ends", "notStorable": True},
        },
        "links": {"owner": {"type": "belongsTo", "entity": "Person"}},
    }
    found = of_espocrm({"Car": car, "Person": {"fields": {"town": {"type": "varchar"}}}})
    fields = fields_of(found, "car")
    assert fields["owner_field"]["to"] == "person"
    assert fields["town"] == {"type": "computed", "label": "Town", "expression": "owner_field.town"}
    assert fields["length"] == {"type": "computed", "label": "Length", "expression": "ends - starts"}


def test_a_field_shown_through_a_link_to_one_of_many_kinds_is_left_out() -> None:
    company = {"fields": {"name": {"type": "varchar"}}}
    task = {
        "fields": {"parent": {"type": "linkParent"}, "whose": {"type": "foreign", "link": "parent", "field": "name"}},
        "links": {"parent": {"type": "belongsToParent", "entityList": ["Company"]}},
    }
    found = of_espocrm({"Company": company, "Task": task})
    assert set(fields_of(found, "task")) == {"parent"}
