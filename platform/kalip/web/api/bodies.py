"""JSON bodies: decoded strictly, each fault with its line and column. Knows no records."""

from collections.abc import Container, Mapping
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from kalip.base.errors import BadRequest, Violation
from kalip.metadata.source import escape, parse

MEBIBYTE = 1024 * 1024
RECORD_LIMIT = 4 * MEBIBYTE
BATCH_LIMIT = 16 * MEBIBYTE
METADATA_LIMIT = 32 * MEBIBYTE
_JSON = ("application/json", "application/merge-patch+json")


def read_bytes(limit: int) -> bytes:
    """The body of the present request; 413 when it is longer than `limit` bytes."""
    if (request.content_length or 0) > limit:
        raise _too_large(limit)
    request.max_content_length = limit
    try:
        return request.get_data()
    except RequestEntityTooLarge as error:
        raise _too_large(limit) from error


def read_object(limit: int = RECORD_LIMIT, *, optional: bool = False) -> dict[str, Any]:
    """The JSON object that the body is; {} for no body at all when `optional`.

    415 for another media type, 413 for a longer body, BadRequest with line and column for what is
    not strict JSON in UTF-8: a key given twice, too deep nesting, a number that can't be kept exactly.
    """
    raw = read_bytes(limit)
    if optional and not raw:
        return {}
    if request.mimetype not in _JSON:
        raise UnsupportedMediaType("Send the body as application/json.")
    value, faults = parse(_decoded(raw))
    if faults:
        fault = faults[0]
        raise BadRequest(
            "The body is not usable JSON: {fault} (line {line}, column {column}).",
            hint=fault.hint,
            code="R108",
            params={"fault": fault.message, "line": fault.line, "column": fault.column, "pointer": fault.pointer},
        )
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.", code="R108", params={"line": 1, "column": 1})
    return value


def unknown_names(body: Mapping[str, Any], known: Container[str], at: str = "") -> list[Violation]:
    """A fault for each name in a body, or in the part of it `at` a pointer, that should not be there."""
    return [
        Violation(f"{at}/{escape(name)}", "unknown_field", "There is no '{name}' here.", {"name": name})
        for name in body
        if name not in known
    ]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise BadRequest(
            "The body is not UTF-8 text (line {line}, byte {column}).",
            hint="send JSON in UTF-8",
            code="R108",
            params={"line": line, "column": column},
        ) from None


def _too_large(limit: int) -> RequestEntityTooLarge:
    return RequestEntityTooLarge(f"The body may have at most {limit} bytes here.")
