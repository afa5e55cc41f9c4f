"""Layouts, stages and layers of EspoCRM."""

from typing import Any

import pytest

from tests.support.importing import ESPO_CAR, ESPO_METADATA, document, fields_of, imported, of_espocrm


def test_layouts_become_views() -> None:
    electric = {"conditionGroup": [{"type": "isTrue", "attribute": "electric"}]}
    detail = [
        {"label": "Overview", "rows": [[{"name": "kind"}, {"name": "seats"}], [{"name": "note"}, False], "noise"]},
        {"label": "", "name": "more", "rows": [[{"name": "gone"}, {"name": "bought"}]]},
        {
            "tabBreak": True,
            "tabLabel": "$label:Extra",
            "label": "Other",
            "dynamicLogicVisible": electric,
            "columns": [[{"name": "x"}], [{"name": "extras"}]],
        },
    ]
    listed = [
        {"name": "kind", "widthPx": 120},
        {"name": "x", "hidden": True},
        {"name": "assignedUser"},
        {"name": "gone"},
    ]
    more = {
        "layouts/Car/detail.json": detail,
        "layouts/Car/list.json": listed,
        "layouts/Car/kanban.json": [{"name": "kind"}, {"name": "seats"}],
        "layouts/Car/filters.json": ["bought", "x"],
        "i18n/tr_TR/Car.json": {"labels": {"Extra": "Ek", "Overview": "Genel"}},
        f"{ESPO_METADATA}/logicDefs/Car.json": {"panels": {"more": {"visible": electric}}},
        f"{ESPO_METADATA}/scopes/Car.json": {"entity": True, "tab": False, "duplicateCheckFieldList": ["note"]},
    }
    definition = {
        **ESPO_CAR,
        "collection": {"orderBy": "createdAt", "order": "desc", "textFilterFields": ["note", "seats"]},
        "indexes": {
            "n": {"unique": True, "columns": ["note", "deleted"]},
            "i": {"unique": True, "columns": ["id", "note"]},
        },
    }
    found = of_espocrm({"Car": definition}, more)
    sections = {
        "overview": {"label": "Overview", "fields": {"kind": {}, "seats": {}, "note": {}}},
        "more": {"label": "", "columns": 1, "visible_when": "electric == true", "fields": {"bought": {}}},
        "more_2": {"label": "", "columns": 1, "fields": {"owner": {}}},
    }
    other = {"label": "Other", "visible_when": "electric == true", "fields": {"x": {}, "extras": {}}}
    assert document(found, "entities/car/views/form")["tabs"] == {
        "details": {"sections": sections},
        "extra": {"label": "Extra", "sections": {"other": other}},
    }
    assert document(found, "lang/tr")["entities/car/views/form"]["tabs"]["extra"] == {"label": "Ek"}
    assert document(found, "entities/car/views/list") == {
        "columns": {"kind": {"width": 120}, "owner": {}},
        "sort": {"created_at": "desc"},
    }
    assert list(document(found, "entities/car/views/card")["fields"]) == ["kind", "seats"]
    entity = document(found, "entities/car/entity")
    assert entity["search"] == {"note": {}}
    assert entity["unique"] == {"n": {"fields": {"note": {}}}}
    assert entity["duplicates"] == {"same_note": {"fields": {"note": "fold"}}}
    assert entity["fields"]["bought"]["indexed"] is True
    assert document(found, "pack")["navigation"] == {}


def test_the_status_field_becomes_a_pipeline() -> None:
    phase = {
        "type": "enum",
        "options": ["", "New", "Sold", "Scrapped", "Old"],
        "default": "New",
        "style": {"Sold": "success", "Scrapped": "danger"},
        "notActualOptions": ["Old"],
    }
    scope = {f"{ESPO_METADATA}/scopes/Car.json": {"entity": True, "statusField": "phase"}}
    found = of_espocrm({"Car": {"fields": {"phase": phase}}}, scope)
    assert document(found, "entities/car/pipelines/phase")["stages"] == {
        "new": {"label": "New"},
        "sold": {"label": "Sold", "outcome": "won", "colour": "green"},
        "scrapped": {"label": "Scrapped", "outcome": "lost", "colour": "red"},
        "old": {"label": "Old", "outcome": "lost"},
    }
    odds = {**phase, "probabilityMap": {"New": 10, "Sold": 100, "Scrapped": 0}}
    found = of_espocrm({"Car": {"fields": {"stage": odds}}})
    stages = document(found, "entities/car/pipelines/stage")["stages"]
    assert [(name, stage.get("outcome"), stage.get("probability")) for name, stage in stages.items()] == [
        ("new", None, 10),
        ("sold", "won", 100),
        ("scrapped", "lost", 0),
        ("old", None, None),
    ]


def test_layers_are_laid_over_each_other() -> None:
    found = imported(
        "espocrm",
        {
            "app/custom/Espo/Custom/Resources/metadata/entityDefs/Car.json": {
                "fields": {"kind": {"options": ["__APPEND__", "Bus"]}, "mine": {"type": "int"}}
            },
            "app/application/Espo/Modules/Crm/Resources/metadata/entityDefs/Car.json": {
                "fields": {"kind": {"type": "enum", "options": ["Van"]}, "note": {"type": "text"}}
            },
            "app/application/Espo/Resources/metadata/entityDefs/Car.json": {"fields": {"note": {"type": "varchar"}}},
            "app/application/Espo/Resources/metadata/app/other.json": {"fields": {"x": {"type": "int"}}},
        },
    )
    assert set(found.pack.documents) & {"entities/other/entity.json"} == set()
    assert {name: made["type"] for name, made in fields_of(found, "car").items()} == {
        "note": "long_text",
        "kind": "choice",
        "mine": "integer",
    }
    assert list(document(found, "choices/car_kind")["choices"]) == ["van", "bus"]


def test_what_a_site_changed_is_imported_without_what_it_changed() -> None:
    car = {
        "fields": {"kind": {"options": ["Van"]}, "club": {"required": True}, "note": {"maxLength": 50}},
        "links": {"club": {"type": "belongsTo", "entity": "Car"}},
    }
    fields = fields_of(imported("espocrm", {"Custom/Resources/metadata/entityDefs/Car.json": car}), "car")
    assert {name: made["type"] for name, made in fields.items()} == {
        "kind": "choice",
        "club": "reference",
        "note": "text",
    }


def test_one_file_of_a_definition_is_enough() -> None:
    found = imported("espocrm", {"downloads/Car.json": {"fields": {"name": {"type": "varchar"}}}})
    assert list(fields_of(found, "car")) == ["name"]


@pytest.mark.parametrize(
    "broken",
    [[], {"fields": []}, {"fields": {"a": 1, "b": {"type": ["x"]}}, "links": 5, "indexes": [1], "collection": 7}],
)
def test_what_is_malformed_harms_nobody(broken: Any) -> None:
    found = of_espocrm(
        {"Bad": broken, "Good": {"fields": {"x": {"type": "int"}}}},
        {f"{ESPO_METADATA}/scopes/Bad.json": [1], "layouts/Bad/detail.json": {}},
    )
    assert list(fields_of(found, "good")) == ["x"]
    assert any(each.outcome == "dropped" for each in found.lines)
