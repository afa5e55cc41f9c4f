"""The operations of the caller's own account, and what they answer."""

from kalip.fields.ids import ID_SCHEMA
from kalip.web.api.openapi.parts import (
    FLAG,
    MAYBE,
    MAYBE_MOMENT,
    MOMENT,
    READING,
    TEXT,
    WRITING,
    Json,
    answer,
    list_of,
    object_of,
    operation,
    path,
    query,
    responses,
)
from kalip.web.api.openapi.schemas import ref

_MAYBE_TEXTS: Json = {"type": ["array", "null"], "items": TEXT}


def account_paths() -> dict[str, Json]:
    """Path to path item."""
    limit = query("limit", "How many, 200 at most.", {"type": "integer", "minimum": 1, "maximum": 200})
    return {
        "/api/account": _get("account", "Who calls, and what the call may do at most", ref("Account")),
        "/api/account/sessions": _get("account_sessions", "The caller's signed-in browsers", ref("Sessions")),
        "/api/account/sessions/{handle}": _delete("end_session", "Sign a browser out", path("handle", TEXT)),
        "/api/account/tokens": _get("account_tokens", "The caller's tokens, without secrets", ref("Tokens")),
        "/api/account/tokens/{id}": _delete("revoke_token", "Revoke a token", path("id")),
        "/api/account/sign-ins": _get("account_sign_ins", "Who came in as the caller", ref("SignIns"), limit),
    }


def account_schemas() -> dict[str, Json]:
    """The schemas of accounts."""
    facts = {"address": TEXT, "agent": TEXT, "method": TEXT, "factor": TEXT}
    moments = {"created_at": MOMENT, "seen_at": MOMENT, "expires_at": MOMENT}
    scope = {"role": MAYBE, "entities": _MAYBE_TEXTS, "read_only": FLAG}
    account = {
        "id": {"anyOf": [ID_SCHEMA, {"type": "null"}]},
        **dict.fromkeys(("name", "email", "locale", "timezone"), TEXT),
        "roles": list_of(TEXT),
        "administrator": FLAG,
        "read_only": FLAG,
        "entities": _MAYBE_TEXTS,
    }
    token_moments = {"created_at": MOMENT, "expires_at": MAYBE_MOMENT, "used_at": MAYBE_MOMENT}
    return {
        "Account": object_of(account),
        "Sessions": _many({"id": TEXT, "current": FLAG, **moments, **facts}),
        "Tokens": _many({"id": ID_SCHEMA, "name": TEXT, **scope, **token_moments}),
        "SignIns": _many({"at": MOMENT, "succeeded": FLAG, "step": TEXT, **facts}),
    }


def _get(name: str, summary: str, schema: Json, *parameters: Json) -> Json:
    said = responses({"200": answer(f"{summary}.", schema)}, READING)
    return {"get": operation(name, "account", summary, said, parameters=list(parameters))}


def _delete(name: str, summary: str, parameter: Json) -> Json:
    said = responses({"204": {"description": "Done."}}, WRITING)
    return {"parameters": [parameter], "delete": operation(name, "account", summary, said)}


def _many(item: dict[str, Json]) -> Json:
    return object_of({"items": list_of(object_of(item))})
