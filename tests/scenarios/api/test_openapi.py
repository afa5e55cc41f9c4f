"""The document's schemas hold for values of every field type, written and read back, and for old names."""

from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from kalip.fields import FieldTypes, builtin_types
from kalip.model import Entity
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.rows import Row, play
from tests.support.web_site import a_site

_NEEDS: dict[str, dict[str, Any]] = {
    "choice": {"choices": "size"},
    "choices": {"choices": "size"},
    "autonumber": {"format": "N-{number:04}"},
}
_ELSEWHERE = {
    "children",
    "reference",
    "references",
    "any_reference",
    "rollup",
    "computed",
    "user",
    "group",
    "file",
    "files",
    "image",
}


def every_type(types: FieldTypes) -> PackBuilder:
    """An entity with one field of every type that needs no other entity."""
    entity = an_entity("thing")
    for name in types:
        if name not in _ELSEWHERE:
            entity.with_field(f"a_{name}", name, **_NEEDS.get(name, {}))
    return (
        a_pack("every")
        .with_choices("size", "small", "large")
        .with_entity(entity.with_access(user="all"))
        .with_role("user")
    )


def samples(types: FieldTypes, entity: Entity) -> list[dict[str, Any]]:
    """Records whose fields hold each type's first, second… sample, as REST writes them."""
    rows: list[dict[str, Any]] = [{} for _ in range(3)]
    for name, field in entity.fields.items():
        kind = types[field.type]
        if not kind.readonly:
            values = kind.samples(field)
            for place, row in enumerate(rows):
                row[name] = kind.to_json(field, values[place % len(values)])
    return rows


def test_every_type_is_answered_as_the_document_says(database_url: str, tmp_path: Path) -> None:
    types = builtin_types()
    with a_site(database_url, tmp_path, every_type(types)) as site:
        user = site.caller("user")
        document = user.get("/api/openapi.json").json or {}
        answered = schema_of(document, "thing")
        accepted = schema_of(document, "thing.new")
        for values in samples(types, site.served.model.entities["thing"]):
            assert list(accepted.iter_errors(values)) == []
            made = user.make("thing", **values)
            assert [each.message for each in answered.iter_errors(made)] == []
            read = user.get(f"/api/records/thing/{made['id']}").json
            assert read == made
            listed = (user.get("/api/records/thing?limit=1").json or {})["items"][0]
            assert listed == made
            empty = dict.fromkeys(values)
            assert list(accepted.iter_errors(empty)) == []
            cleared = user.call("PATCH", f"/api/records/thing/{made['id']}", empty)
            assert cleared.status_code == 200, cleared.text
            assert [each.message for each in answered.iter_errors(cleared.json)] == []


def test_every_schema_and_operation_is_sound(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "crm", "helpdesk") as site:
        document = site.admin.get("/api/openapi.json").json or {}
        for schema in document["components"]["schemas"].values():
            Draft202012Validator.check_schema(schema)
        names = [
            operation["operationId"]
            for item in document["paths"].values()
            for method, operation in item.items()
            if method != "parameters"
        ]
        assert len(names) == len(set(names))
        assert not dangling(document, document)


def test_an_old_name_works_and_is_called_old(database_url: str, tmp_path: Path) -> None:
    person = (
        an_entity("person")
        .with_keys(was=["contact"])
        .with_field("name", "text", required=True)
        .with_field("mail", "email", was=["email_address"])
        .with_access(user="all")
    )
    with a_site(database_url, tmp_path, a_pack("people").with_role("user").with_entity(person)) as site:
        old = {"Deprecation": "@", "Kalip-Deprecated": ""}
        rows = (
            Row(
                "POST /api/records/person",
                201,
                {"name": "Ada", "email_address": "a@example.org"},
                tells=old,
                has=['"mail":"a@'],
            ),
            Row("GET /api/records/contact", 200, tells=old, has=['"entity":"person"']),
            Row("GET /api/records/person?fields=email_address", 200, tells=old, has=['"mail":"a@example.org"']),
            Row("GET /api/records/person?sort=email_address", 200, tells=old),
            Row("GET /api/records/person?filter=email_address%20!%3D%20null", 200, tells=old, has=["a@example.org"]),
        )
        play({"admin": site.caller("user")}, rows)
        assert "Deprecation" not in site.caller("user").get("/api/records/person").headers


def schema_of(document: dict[str, Any], name: str) -> Draft202012Validator:
    """A validator of one named schema, formats left out."""
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def dangling(document: dict[str, Any], part: Any) -> list[str]:
    """References that lead nowhere."""
    if isinstance(part, list):
        return [each for value in part for each in dangling(document, value)]
    if not isinstance(part, dict):
        return []
    found = [each for value in part.values() for each in dangling(document, value)]
    reference = part.get("$ref")
    if isinstance(reference, str):
        target: Any = document
        for step in reference.removeprefix("#/").split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        if target is None:
            found.append(reference)
    return found
