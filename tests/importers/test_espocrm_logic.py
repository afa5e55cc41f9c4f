"""Dynamic logic of EspoCRM."""

from typing import Any

import pytest

from tests.support.importing import ESPO_CAR, ESPO_METADATA, document, fields_of, of_espocrm, told


@pytest.mark.parametrize(
    ("said", "expression"),
    [
        ({"type": "isNotEmpty", "attribute": "id"}, "created_at != null"),
        ({"type": "isEmpty", "attribute": "assignedUserId"}, "owner == null"),
        ({"type": "isNotEmpty", "attribute": "driverName"}, "driver != null"),
        ({"type": "equals", "attribute": "kind", "value": "Big Van"}, "kind == 'big_van'"),
        ({"attribute": "kind", "value": "Big Van"}, "kind == 'big_van'"),
        ({"type": "in", "attribute": "kind", "value": ["Big Van", "Bus", "Gone"]}, "kind in ['big_van', 'bus']"),
        ({"type": "notIn", "attribute": "kind", "value": ["Bus"]}, "!(kind in ['bus'])"),
        ({"type": "isTrue", "attribute": "electric"}, "electric == true"),
        ({"type": "isFalse", "attribute": "electric"}, "electric != true"),
        ({"type": "has", "attribute": "extras", "value": "Radio"}, "'radio' in extras"),
        ({"type": "contains", "attribute": "note", "value": "x"}, "contains(note, 'x')"),
        ({"type": "startsWith", "attribute": "note", "value": "x"}, "startsWith(note, 'x')"),
        ({"type": "greaterThanOrEquals", "attribute": "seats", "value": 5}, "seats >= 5"),
        ({"type": "inPast", "attribute": "bought"}, "bought < today()"),
        ({"type": "isToday", "attribute": "bought"}, "bought == today()"),
        ({"type": "equals", "attribute": "aboutType", "value": "Car"}, "about.entity == 'car'"),
        ({"type": "not", "value": {"type": "isTrue", "attribute": "electric"}}, "!(electric == true)"),
        (
            {
                "type": "or",
                "value": [{"type": "isEmpty", "attribute": "note"}, {"type": "isEmpty", "attribute": "seats"}],
            },
            "(note == null || seats == null)",
        ),
    ],
)
@pytest.mark.parametrize("is_old", [False, True])
def test_dynamic_logic_becomes_expressions(said: dict[str, Any], expression: str, is_old: bool) -> None:
    logic = {"fields": {"x": {"visible": {"conditionGroup": [said]}}}}
    path, data = ("clientDefs", {"dynamicLogic": logic}) if is_old else ("logicDefs", logic)
    found = of_espocrm({"Car": ESPO_CAR}, {f"{ESPO_METADATA}/{path}/Car.json": data})
    assert fields_of(found, "car")["x"].get("visible_when") == expression


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"type": "equals", "attribute": "$user.id", "value": "1"}, "'$user.id' is of the person, not of the record"),
        ({"type": "equals", "attribute": "gone", "value": "1"}, "'gone' has no place here"),
        ({"type": "matches", "attribute": "note", "value": "/x/"}, "the comparison 'matches' is not known here"),
        ({"type": "equals", "attribute": "kind", "value": "Gone"}, "'kind' has no value 'Gone'"),
        ({"type": "and", "value": []}, "a group has no conditions"),
        ("noise", "a condition is not understood"),
        ({"type": "isTrue"}, "a condition names no attribute"),
    ],
)
def test_other_logic_is_told(said: Any, reason: str) -> None:
    logic = {"fields": {"x": {"visible": {"conditionGroup": [said]}}}}
    found = of_espocrm({"Car": ESPO_CAR}, {f"{ESPO_METADATA}/logicDefs/Car.json": logic})
    assert set(fields_of(found, "car")["x"]) == {"type", "label", "max_length"}
    assert told(found, "Car.x").reason.startswith(f"when it is visible is left out: {reason}; it is not required")


def test_logic_of_every_kind() -> None:
    electric = {"conditionGroup": [{"type": "isTrue", "attribute": "electric"}]}
    logic = {
        "fields": {
            "x": {"visible": electric},
            "note": {"required": electric, "readOnly": electric, "invalid": electric},
            "seats": {"readOnlySaved": electric},
            "gone": {"visible": electric},
        },
        "options": {"kind": [{"optionList": ["Bus"], "conditionGroup": []}]},
    }
    found = of_espocrm({"Car": ESPO_CAR}, {f"{ESPO_METADATA}/logicDefs/Car.json": logic})
    fields = fields_of(found, "car")
    assert fields["x"]["required_when"] == fields["x"]["visible_when"] == "electric == true"
    assert "required" not in fields["x"]
    assert (fields["note"]["required_when"], fields["note"]["readonly_when"]) == (
        "electric == true",
        "electric == true",
    )
    assert fields["seats"]["readonly_when"] == "(created_at != null) && (electric == true)"
    assert document(found, "entities/car/entity")["checks"] == {
        "note_valid": {"expression": "!(electric == true)", "message": "This value is not valid.", "field": "note"}
    }
    assert told(found, "Car.gone logic").outcome == "dropped"
    assert told(found, "Car.kind logic").outcome == "degraded"
