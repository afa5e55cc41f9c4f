"""The operations of a record's mail, and what they take and answer."""

from typing import Any

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity, Verb
from kalip.web.api.openapi.parts import READING, WRITING, answer, body, parameter, path, query, responses
from kalip.web.api.openapi.schemas import ref

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_IDS: Json = {"type": "array", "items": ID_SCHEMA}
_ADDRESSES: Json = {"type": "array", "items": _TEXT, "maxItems": 50}


def mail_paths(entity: Entity, rights: frozenset[Verb]) -> dict[str, Json]:
    """Path to path item, of an entity that may be seen."""
    if Verb.READ not in rights:
        return {}
    item: Json = {
        "parameters": [path("id")],
        "get": {
            "operationId": f"mails_{entity.name}",
            "tags": [entity.name],
            "summary": "The mails of a record, latest first",
            "parameters": [query("limit", "How many, 200 at most.", {"type": "integer", "minimum": 1, "maximum": 200})],
            "responses": responses({"200": answer("The mails.", ref("Mails"))}, READING),
        },
    }
    if Verb.UPDATE in rights:
        texts = dict.fromkeys(("subject", "body", "template", "locale", "answers"), _TEXT)
        taken: Json = {"type": "object", "properties": {"to": _ADDRESSES, **texts, "files": _IDS}}
        item["post"] = {
            "operationId": f"send_mail_{entity.name}",
            "tags": [entity.name],
            "summary": "Send a mail about a record",
            "parameters": [
                query("dry_run", "Only say what the template makes of the record.", {"type": "boolean"}),
                parameter("idempotency_key"),
            ],
            "requestBody": body({**taken, "additionalProperties": False}),
            "responses": responses(
                {
                    "200": answer("What would be sent.", {"type": "object", "additionalProperties": True}),
                    "201": answer("The mail, on its way.", ref("Mail"), "Location"),
                },
                WRITING,
            ),
        }
    return {f"/api/records/{entity.name}/{{id}}/mails": item}


def mail_schemas() -> dict[str, Json]:
    """The schemas of mails."""
    mail = {
        "id": ID_SCHEMA,
        "direction": {"enum": ["in", "out"]},
        "state": {"enum": ["queued", "waiting", "sent", "partly", "failed", "received"]},
        "from": _TEXT,
        "to": {"type": "array", "items": _TEXT},
        "subject": _TEXT,
        "body": _TEXT,
        "message_id": _TEXT,
        "thread": ID_SCHEMA,
        "template": _MAYBE,
        "files": _IDS,
        "created_at": {"type": "string", "format": "date-time"},
        "sent_at": {**_MAYBE, "format": "date-time"},
        "error": _MAYBE,
        "refused": {"type": "object", "additionalProperties": _TEXT},
    }
    one: Json = {"type": "object", "properties": mail, "required": list(mail)}
    many: Json = {"type": "object", "properties": {"items": {"type": "array", "items": ref("Mail")}}}
    return {"Mail": one, "Mails": {**many, "required": ["items"]}}
