"""The operations and schemas of the organisation: units, positions, groups, absences, substitutions."""

from typing import Any

from kalip.fields.ids import ID_SCHEMA
from kalip.records.organisation import KINDS, LONGEST_NAME, LONGEST_NOTE, REASONS
from kalip.web.api.openapi.parts import (
    COUNT,
    FLAG,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    list_of,
    object_of,
    operation,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_DAY: Json = {"type": ["string", "null"], "format": "date"}
_CODE: Json = {"type": "string", "minLength": 1, "maxLength": 64}
_NAME: Json = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
_NOTE: Json = {"type": "string", "maxLength": LONGEST_NOTE}
_KEY: Json = {"id": ID_SCHEMA}
_AT = "/api/organisation"


def organisation_paths(*, administrator: bool) -> dict[str, Json]:
    """Path to path item; what only administrators may call is there for them alone."""
    one = {"parameters": [path("id")]}
    person = {"parameters": [path("id", TEXT)]}
    user = query("user", "Whose; the caller's own when left out.", TEXT)
    users = query("users", "Ids separated by commas, at most 100.", TEXT)
    led = query("led", "Instead the first 200 of everybody whom the caller leads; of all for administrators.", FLAG)
    found: dict[str, Json] = {
        f"{_AT}/people/{{id}}": {**person, "get": _read("organisation_person", "A person's place; `me`", "OrgPerson")},
        f"{_AT}/away": {"get": _list("away", "Who of some people is away now", "Away", users)},
        f"{_AT}/standing-in": {"get": _list("standing_in", "For whom the caller stands in now", "StandingIn")},
        f"{_AT}/absences": {
            "get": _list("absences", "A person's absences", "Absence", user, led),
            "post": _write("add_absence", "Note when a person is away", "NewAbsence", "Absence", "201"),
        },
        f"{_AT}/absences/{{id}}": {
            **one,
            "patch": _write("change_absence", "Change an absence", "AbsenceChange", "Absence"),
            "delete": _delete("remove_absence", "Forget an absence"),
        },
        f"{_AT}/substitutions": {
            "get": _list("substitutions", "Who stands in for whom", "Substitution", user),
            "post": _write("add_substitution", "Let a person stand in", "NewSubstitution", "Substitution", "201"),
        },
        f"{_AT}/substitutions/{{id}}": {**one, "get": _read("substitution", "One substitution", "Substitution")},
        f"{_AT}/substitutions/{{id}}/end": {
            **one,
            "post": _write("end_substitution", "End a substitution now", "Nothing", "Substitution"),
        },
    }
    return found | _administered() if administrator else found


def organisation_schemas() -> dict[str, Json]:
    """The schemas of the organisation."""
    return {**_unit_schemas(), **_absence_schemas(), **_person_schemas()}


def _unit_schemas() -> dict[str, Json]:
    unit = {"code": _CODE, "name": _NAME, "parent": MAYBE, "manager": MAYBE, "calendar": MAYBE, "active": FLAG}
    title: Json = {**_NAME, "minLength": 0}
    position = {"user": TEXT, "unit": TEXT, "title": title, "head": FLAG, "since": _DAY, "until": _DAY}
    group = {"code": _CODE, "name": _NAME}
    more = {
        "path": list_of(TEXT),
        "leads": list_of(TEXT),
        "calendar_in_force": MAYBE,
        "positions": list_of(ref("Position")),
    }
    members = {"members": list_of(TEXT)}
    return {
        "Unit": object_of({**_KEY, **unit, "depth": COUNT, "people": COUNT, "people_below": COUNT}),
        "UnitDetail": object_of({**_KEY, **unit, **more}),
        "NewUnit": object_of(unit, ("code", "name")),
        "UnitChange": object_of(unit, ()),
        "Position": object_of({**_KEY, **position}),
        "NewPosition": object_of(position, ("user", "unit")),
        "PositionChange": object_of(position, ()),
        "Group": object_of({**_KEY, **group}),
        "GroupDetail": object_of({**_KEY, **group, **members}),
        "NewGroup": object_of({**group, **members}, ("code", "name")),
        "GroupChange": object_of({**group, **members, "add": list_of(TEXT), "remove": list_of(TEXT)}, ()),
    }


def _absence_schemas() -> dict[str, Json]:
    absence = {"user": TEXT, "starts": MOMENT, "ends": MOMENT, "reason": {"enum": list(REASONS)}, "note": _NOTE}
    substitution = {
        "absent": TEXT,
        "substitute": TEXT,
        "starts": MOMENT,
        "ends": MOMENT,
        "kind": {"enum": list(KINDS)},
        "entities": list_of(TEXT),
        "note": _NOTE,
        "moves": FLAG,
    }
    state: Json = {"enum": ["coming", "active", "over"]}
    return {
        "Absence": object_of({**_KEY, **absence}),
        "NewAbsence": object_of(absence, ("starts", "ends")),
        "AbsenceChange": object_of(absence, ()),
        "Substitution": object_of({**_KEY, **substitution, "ended_at": MAYBE_MOMENT, "state": state}),
        "NewSubstitution": object_of(substitution, ("substitute", "starts", "ends")),
    }


def _person_schemas() -> dict[str, Json]:
    standing = {
        "user": TEXT,
        "kind": {"enum": list(KINDS)},
        "entities": {"type": ["array", "null"], "items": TEXT},
        "via": list_of(TEXT),
        "ends": MOMENT,
        "act": FLAG,
    }
    away = {
        "code": {"const": "away"},
        "user": TEXT,
        "until": MOMENT,
        "stand_ins": list_of(TEXT),
        "message": TEXT,
    }
    person = {
        "id": TEXT,
        "name": TEXT,
        "positions": list_of(ref("Position")),
        "groups": list_of(ref("Group")),
        "manager": MAYBE,
        "calendar": MAYBE,
        "away": list_of(ref("Away")),
    }
    return {"StandingIn": object_of(standing), "Away": object_of(away), "OrgPerson": object_of(person)}


def _administered() -> dict[str, Json]:
    one = {"parameters": [path("id")]}
    user, unit = query("user", "Positions of this user.", TEXT), query("unit", "Positions in this unit.", TEXT)
    return {
        f"{_AT}/units": {
            "get": _list("units", "The tree of units, each after its parent", "Unit"),
            "post": _write("add_unit", "Make a unit", "NewUnit", "UnitDetail", "201"),
        },
        f"{_AT}/units/{{id}}": {
            **one,
            "get": _read("unit", "A unit with its people", "UnitDetail"),
            "patch": _write("change_unit", "Change a unit, or hang it elsewhere", "UnitChange", "UnitDetail"),
            "delete": _delete("remove_unit", "Take a unit away"),
        },
        f"{_AT}/positions": {
            "get": _list("positions", "Positions of a user or in a unit", "Position", user, unit),
            "post": _write("add_position", "Give a person a place in a unit", "NewPosition", "Position", "201"),
        },
        f"{_AT}/positions/{{id}}": {
            **one,
            "patch": _write("change_position", "Change a position", "PositionChange", "Position"),
            "delete": _delete("remove_position", "Forget a position"),
        },
        f"{_AT}/groups": {
            "get": _list("groups", "All groups", "Group"),
            "post": _write("add_group", "Make a group", "NewGroup", "GroupDetail", "201"),
        },
        f"{_AT}/groups/{{id}}": {
            **one,
            "get": _read("group", "A group with its people", "GroupDetail"),
            "patch": _write("change_group", "Change a group or its people", "GroupChange", "GroupDetail"),
            "delete": _delete("remove_group", "Forget a group"),
        },
    }


def _operation(name: str, summary: str, found: dict[str, Json], problems: tuple[str, ...], **more: Any) -> Json:
    return operation(name, "organisation", summary, responses(found, problems), **more)


def _read(name: str, summary: str, answered: str) -> Json:
    return _operation(name, summary, {"200": answer("The answer.", ref(answered))}, READING)


def _list(name: str, summary: str, answered: str, *parameters: Json) -> Json:
    items = object_of({"items": list_of(ref(answered))})
    more = {"parameters": list(parameters)} if parameters else {}
    return _operation(name, summary, {"200": answer("The answer.", items)}, READING, **more)


def _write(name: str, summary: str, sent: str, answered: str, status: str = "200") -> Json:
    taken = body(ref(sent), required=sent != "Nothing")
    return _operation(name, summary, {status: answer("The answer.", ref(answered))}, WRITING, requestBody=taken)


def _delete(name: str, summary: str) -> Json:
    return _operation(name, summary, {"204": {"description": "Done."}}, WRITING)
