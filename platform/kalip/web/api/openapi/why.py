"""The question why somebody may, or may not, do something with a record."""

from kalip.model import Entity
from kalip.web.api.openapi.parts import (
    FLAG,
    MAYBE,
    READING,
    TEXT,
    Json,
    answer,
    list_of,
    object_of,
    operation_of,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref


def why_operation(entity: Entity, name: str, summary: str) -> Json:
    """The operation, of a record or of the whole entity."""
    return operation_of(
        entity,
        name,
        summary,
        responses({"200": answer("The decision, and what it follows from.", ref("Why"))}, READING),
        parameters=[
            query("verb", "The right: `read`, `update`, `transition:win`.", TEXT, required=True),
            query("field", "A field that is to be read or filled in.", TEXT),
            query("user", "Whose right, by id or e-mail address; administrators only. Left out: one's own.", TEXT),
        ],
    )


def why_schemas() -> dict[str, Json]:
    """The schemas of the answer."""
    texts = dict.fromkeys(("person", "verb", "entity"), TEXT)
    told = list_of(ref("Because"))
    sentence = object_of({"text": TEXT, "speaks": {"type": ["boolean", "null"]}, "because": told})
    sentence["description"] = "`speaks` tells whether it speaks for what is asked, against it, or neither."
    return {
        "Because": sentence,
        "Why": object_of({"allowed": FLAG, **texts, "id": MAYBE, "field": MAYBE, "because": told}),
    }
