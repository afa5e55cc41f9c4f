"""The operations of a record's shares, and what they take and answer."""

from kalip.fields.ids import ID_SCHEMA
from kalip.model import SHARABLE, Entity, Verb
from kalip.web.api.openapi.parts import (
    MAYBE,
    MAYBE_MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    bare,
    body,
    list_of,
    object_of,
    operation_of,
    parameter,
    path,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_VERBS: Json = {"type": "array", "items": {"enum": [verb.value for verb in SHARABLE]}}


def sharing_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity that may be seen."""
    if Verb.READ not in rights or entity.owned_by is not None:
        return {}
    one = f"/api/records/{entity.name}/{{id}}/shares"
    listed = responses({"200": answer("The shares.", ref("Shares"))}, READING)
    item: Json = {
        "parameters": [path("id")],
        "get": operation_of(entity, "shares", "With whom a record is shared", listed),
    }
    ended = responses({"204": bare("The share counts no longer.")}, WRITING)
    paths = {
        one: item,
        f"{one}/{{share}}": {
            "parameters": [path("id"), path("share")],
            "delete": operation_of(
                entity, "end_share", "Take a share back", ended, parameters=[parameter("idempotency_key")]
            ),
        },
    }
    if Verb.SHARE in rights:
        taken = object_of(
            {
                **dict.fromkeys(("user", "group", "unit", "reason"), TEXT),
                "verbs": _VERBS,
                "until": MAYBE_MOMENT,
            },
            required=("reason",),
        )
        item["post"] = operation_of(
            entity,
            "share",
            "Share a record with a user, a group or a unit",
            responses({"201": answer("The share.", ref("Share"), "Location")}, WRITING),
            parameters=[parameter("idempotency_key")],
            requestBody=body(taken),
        )
    return paths


def sharing_schemas() -> dict[str, Json]:
    """The schemas of shares."""
    share = {
        "id": ID_SCHEMA,
        "with": object_of({"kind": {"enum": ["user", "group", "unit"]}, "id": ID_SCHEMA, "name": TEXT}),
        "verbs": _VERBS,
        "until": MAYBE_MOMENT,
        "reason": TEXT,
        "by": MAYBE,
        "at": MAYBE_MOMENT,
    }
    return {"Share": object_of(share), "Shares": object_of({"items": list_of(ref("Share"))})}
