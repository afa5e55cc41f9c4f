"""The question why somebody may, or may not, do something with a record."""

from typing import Any

from kalip.model import Entity
from kalip.web.api.openapi.parts import READING, answer, operation_of, query, responses
from kalip.web.api.openapi.schemas import ref

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}


def why_operation(entity: Entity, name: str, summary: str) -> Json:
    """The operation, of a record or of the whole entity."""
    return operation_of(
        entity,
        name,
        summary,
        responses({"200": answer("The decision, and what it follows from.", ref("Why"))}, READING),
        parameters=[
            query("verb", "The right: `read`, `update`, `transition:win`.", _TEXT, required=True),
            query("field", "A field that is to be read or filled in.", _TEXT),
            query("user", "Whose right, by id or e-mail address; administrators only. Left out: one's own.", _TEXT),
        ],
    )


def why_schemas() -> dict[str, Json]:
    """The schemas of the answer."""
    sentence = {
        "type": "object",
        "description": "`speaks` tells whether it speaks for what is asked, against it, or neither.",
        "required": ["text", "speaks", "because"],
        "properties": {
            "text": _TEXT,
            "speaks": {"type": ["boolean", "null"]},
            "because": {"type": "array", "items": ref("Because")},
        },
        "additionalProperties": False,
    }
    texts = dict.fromkeys(("person", "verb", "entity"), _TEXT)
    told = {"type": "array", "items": ref("Because")}
    properties = {"allowed": {"type": "boolean"}, **texts, "id": _MAYBE, "field": _MAYBE, "because": told}
    whole = {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }
    return {"Because": sentence, "Why": whole}
