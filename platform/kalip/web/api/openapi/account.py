"""The operations of the caller's own account, and what they answer."""

from typing import Any

from kalip.fields.ids import ID_SCHEMA
from kalip.web.api.openapi.parts import READING, WRITING, answer, path, query, responses
from kalip.web.api.openapi.schemas import ref

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_FLAG: Json = {"type": "boolean"}
_MAYBE: Json = {"type": ["string", "null"]}
_AT: Json = {"type": "string", "format": "date-time"}
_MAYBE_AT: Json = {"type": ["string", "null"], "format": "date-time"}
_TEXTS: Json = {"type": "array", "items": _TEXT}
_MAYBE_TEXTS: Json = {"type": ["array", "null"], "items": _TEXT}


def account_paths() -> dict[str, Json]:
    """Path to path item."""
    limit = query("limit", "How many, 200 at most.", {"type": "integer", "minimum": 1, "maximum": 200})
    return {
        "/api/account": _get("account", "Who calls, and what the call may do at most", ref("Account")),
        "/api/account/sessions": _get("account_sessions", "The caller's signed-in browsers", ref("Sessions")),
        "/api/account/sessions/{handle}": _delete("end_session", "Sign a browser out", _handle()),
        "/api/account/tokens": _get("account_tokens", "The caller's tokens, without secrets", ref("Tokens")),
        "/api/account/tokens/{id}": _delete("revoke_token", "Revoke a token", path("id")),
        "/api/account/sign-ins": _get("account_sign_ins", "Who came in as the caller", ref("SignIns"), limit),
    }


def account_schemas() -> dict[str, Json]:
    """The schemas of accounts."""
    facts = {"address": _TEXT, "agent": _TEXT, "method": _TEXT, "factor": _TEXT}
    moments = {"created_at": _AT, "seen_at": _AT, "expires_at": _AT}
    scope = {"role": _MAYBE, "entities": _MAYBE_TEXTS, "read_only": _FLAG}
    return {
        "Account": _one(
            id={"anyOf": [ID_SCHEMA, {"type": "null"}]},
            **dict.fromkeys(("name", "email", "locale", "timezone"), _TEXT),
            roles=_TEXTS,
            administrator=_FLAG,
            read_only=_FLAG,
            entities=_MAYBE_TEXTS,
        ),
        "Sessions": _many(_one(id=_TEXT, current=_FLAG, **moments, **facts)),
        "Tokens": _many(
            _one(id=ID_SCHEMA, name=_TEXT, **scope, created_at=_AT, expires_at=_MAYBE_AT, used_at=_MAYBE_AT)
        ),
        "SignIns": _many(_one(at=_AT, succeeded=_FLAG, step=_TEXT, **facts)),
    }


def _get(name: str, summary: str, schema: Json, *parameters: Json) -> Json:
    said = responses({"200": answer(f"{summary}.", schema)}, READING)
    return {"get": {"operationId": name, "summary": summary, "parameters": list(parameters), "responses": said}}


def _delete(name: str, summary: str, parameter: Json) -> Json:
    said = responses({"204": {"description": "Done."}}, WRITING)
    return {"parameters": [parameter], "delete": {"operationId": name, "summary": summary, "responses": said}}


def _handle() -> Json:
    return {"name": "handle", "in": "path", "required": True, "schema": _TEXT}


def _one(**properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _many(item: Json) -> Json:
    return {"type": "object", "properties": {"items": {"type": "array", "items": item}}, "required": ["items"]}
