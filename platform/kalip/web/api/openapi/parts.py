"""What operations share: parameters, headers, problems, the shapes of schemas."""

from collections.abc import Iterable, Mapping
from typing import Any

from kalip.fields.ids import ID_SCHEMA
from kalip.model import Entity
from kalip.web.api.openapi.schemas import ref

Json = dict[str, Any]
_PROBLEM = "application/problem+json"
JSON = "application/json"
TEXT: Json = {"type": "string"}
FLAG: Json = {"type": "boolean"}
COUNT: Json = {"type": "integer", "minimum": 0}
MOMENT: Json = {"type": "string", "format": "date-time"}
MAYBE: Json = {"type": ["string", "null"]}
MAYBE_MOMENT: Json = {**MAYBE, "format": "date-time"}
OPEN: Json = {"type": "object", "additionalProperties": True}
PROBLEMS: Mapping[str, str] = {
    "400": "The request can't be understood; `position`, or `line` and `column`, say where.",
    "401": "No valid token or session.",
    "403": "The caller may not do this.",
    "404": "There is no such thing, or the caller may not see it.",
    "409": "The request collides with the present state.",
    "412": "The record has another version than If-Match says.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "416": "The range lies outside of the file.",
    "422": "Values are refused; `violations` says which and why.",
    "429": "Too many wrong credentials from this address.",
    "503": "The database is busy or away: try again.",
}
READING = ("400", "401", "403", "404", "429", "503")
WRITING = ("400", "401", "403", "404", "409", "412", "413", "415", "422", "429", "503")


def problem_schemas() -> dict[str, Json]:
    """The schemas of problems and of what they hold."""
    violation = {
        "type": "object",
        "required": ["pointer", "code", "message"],
        "properties": {
            **{name: {"type": "string"} for name in ("pointer", "code", "message", "document", "rule")},
            "records": {"type": "array", "items": ref("Duplicate"), "description": "Those that it may be the same as."},
        },
        "additionalProperties": False,
    }
    conflict = {
        "type": "object",
        "description": "What was published meanwhile about a property that is changed here too.",
        "required": ["address", "pointer", "base", "mine", "theirs"],
        "properties": {
            "address": {"type": "string"},
            "pointer": {"type": "string"},
            "base": {},
            "mine": {},
            "theirs": {},
        },
        "additionalProperties": False,
    }
    numbers = {name: {"type": "integer"} for name in ("position", "length", "line", "column")}
    texts = {name: {"type": "string"} for name in ("detail", "hint", "parameter", "pointer")}
    problem = {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string"},
            **texts,
            **numbers,
            "violations": {"type": "array", "items": ref("Violation")},
            "diagnostics": {"type": "array", "items": {"type": "string"}},
            "conflicts": {"type": "array", "items": conflict},
        },
        "additionalProperties": False,
    }
    return {"Problem": problem, "Violation": violation}


def security_schemes() -> dict[str, Json]:
    """How a caller says who it is."""
    return {
        "token": {"type": "http", "scheme": "bearer", "description": "Made by `kalip token create`."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "kalip_session",
            "description": "A browser that signed in; unsafe methods need the page's CSRF token in X-CSRFToken.",
        },
    }


def responses(success: Mapping[str, Json], problems: tuple[str, ...]) -> dict[str, Json]:
    """The answers of an operation."""
    failures = {code: {"$ref": f"#/components/responses/{code}"} for code in problems}
    return {**success, **failures}


def problem_responses() -> dict[str, Json]:
    """The named answers that are problems."""
    content = {_PROBLEM: {"schema": ref("Problem")}}
    made = {code: {"description": text, "headers": _revision(), "content": content} for code, text in PROBLEMS.items()}
    made["401"]["headers"] = {**_revision(), "WWW-Authenticate": _header("The scheme to use.", required=True)}
    return made


def answer(description: str, schema: Json, *headers: str) -> Json:
    """A successful answer with a JSON body; `headers` are some of ETag and Location."""
    return {
        "description": description,
        "headers": {**_revision(), **{name: _header(_HEADERS[name], required=True) for name in headers}},
        "content": {JSON: {"schema": schema}},
    }


def bare(description: str, *headers: str) -> Json:
    """A successful answer without a body."""
    return {
        "description": description,
        "headers": {**_revision(), **{name: _header(_HEADERS[name], required=True) for name in headers}},
    }


def body(schema: Json, *, required: bool = True, example: Json | None = None) -> Json:
    """A JSON request body."""
    content: Json = {"schema": schema}
    if example is not None:
        content["example"] = example
    return {"required": required, "content": {JSON: content}}


def query(name: str, description: str, schema: Json, *, required: bool = False, example: object = None) -> Json:
    """A query parameter."""
    made: Json = {"name": name, "in": "query", "description": description, "schema": schema}
    if required:
        made["required"] = True
    if example is not None:
        made["example"] = example
    return made


def dry_run(description: str = "Only say what it would do.") -> Json:
    """The parameter of operations that can be tried without a trace."""
    return query("dry_run", description, {**FLAG, "default": False})


def path(name: str, schema: Json | None = None) -> Json:
    """A path parameter; an id unless told otherwise."""
    return {"name": name, "in": "path", "required": True, "schema": schema or dict(ID_SCHEMA)}


def shared_parameters() -> dict[str, Json]:
    """The named parameters."""
    return {
        "limit": query(
            "limit", "Most rows of a page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}
        ),
        "cursor": query("cursor", "`next` of the page before.", TEXT),
        "if_match": {
            "name": "If-Match",
            "in": "header",
            "description": "The ETag that the change is made from, or `*`.",
            "schema": TEXT,
            "example": '"3"',
        },
        "if_none_match": {
            "name": "If-None-Match",
            "in": "header",
            "description": "The ETag that the caller has: 304 when it is still the present one.",
            "schema": TEXT,
            "example": '"3"',
        },
        "idempotency_key": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A call given twice under one key within 24 hours is done once.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        },
    }


def parameter(name: str) -> Json:
    """A reference to a named parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def operation(name: str, tag: str, summary: str, answers: Json, **more: Any) -> Json:
    """An operation under its name in the whole document."""
    return {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": answers}


def operation_of(entity: Entity, verb: str, summary: str, answers: Json, **more: Any) -> Json:
    """An operation on records of an entity."""
    return operation(f"{entity.name}.{verb}", entity.name, summary, answers, **more)


def list_of(items: Json) -> Json:
    """The schema of a list."""
    return {"type": "array", "items": items}


def object_of(properties: Mapping[str, Json], required: Iterable[str] | None = None) -> Json:
    """The schema of an object with these properties and no others, all of them required unless told otherwise."""
    names = list(properties if required is None else required)
    made: Json = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**made, "required": names} if names else made


_HEADERS = {"ETag": "The record's version.", "Location": "The address of what was made."}


def _revision() -> Json:
    return {"Kalip-Revision": _header("The model's revision.", required=True)}


def _header(description: str, *, required: bool) -> Json:
    return {"description": description, "required": required, "schema": {"type": "string"}}
