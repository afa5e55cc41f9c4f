"""The operations of a record's mail, and what they take and answer."""

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity, Verb
from kalip.web.api.openapi.parts import (
    FLAG,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    OPEN,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    body,
    list_of,
    object_of,
    operation,
    parameter,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_IDS: Json = list_of(ID_SCHEMA)
_ADDRESSES: Json = {"type": "array", "items": TEXT, "maxItems": 50}


def mail_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity that may be seen."""
    if Verb.READ not in rights:
        return {}
    item: Json = {
        "parameters": [path("id")],
        "get": operation(
            f"mails_{entity.name}",
            entity.name,
            "The mails of a record, latest first",
            responses({"200": answer("The mails.", ref("Mails"))}, READING),
            parameters=[query("limit", "How many, 200 at most.", {"type": "integer", "minimum": 1, "maximum": 200})],
        ),
    }
    if Verb.UPDATE in rights:
        texts = dict.fromkeys(("subject", "body", "template", "locale", "answers"), TEXT)
        taken = object_of({"to": _ADDRESSES, **texts, "files": _IDS}, ())
        done = {
            "200": answer("What would be sent.", OPEN),
            "201": answer("The mail, on its way.", ref("Mail"), "Location"),
        }
        item["post"] = operation(
            f"send_mail_{entity.name}",
            entity.name,
            "Send a mail about a record",
            responses(done, WRITING),
            parameters=[
                query("dry_run", "Only say what the template makes of the record.", FLAG),
                parameter("idempotency_key"),
            ],
            requestBody=body(taken),
        )
    return {f"/api/records/{entity.name}/{{id}}/mails": item}


def mail_schemas() -> dict[str, Json]:
    """The schemas of mails."""
    mail: dict[str, Json] = {
        "id": ID_SCHEMA,
        "direction": {"enum": ["in", "out"]},
        "state": {"enum": ["queued", "waiting", "sent", "partly", "failed", "received"]},
        "from": TEXT,
        "to": list_of(TEXT),
        "subject": TEXT,
        "body": TEXT,
        "message_id": TEXT,
        "thread": ID_SCHEMA,
        "template": MAYBE,
        "files": _IDS,
        "created_at": MOMENT,
        "sent_at": MAYBE_MOMENT,
        "error": MAYBE,
        "refused": {"type": "object", "additionalProperties": TEXT},
    }
    return {"Mail": object_of(mail), "Mails": object_of({"items": list_of(ref("Mail"))})}
