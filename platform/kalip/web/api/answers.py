"""Runs a use case for the caller and makes its answer: JSON, entity tag, the model's revision, repeated calls once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import orjson
from flask import Flask, Response, g, request

from kalip.base.errors import BadRequest
from kalip.records import Work, run
from kalip.records.idempotency import Answer as Kept
from kalip.records.idempotency import Request as Call
from kalip.records.idempotency import with_idempotency
from kalip.web.api.conditions import etag
from kalip.web.session import actor, services

JSON = "application/json"
LONGEST_KEY = 200
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered: status, JSON body (None: no body at all) and headers."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE)


def init(app: Flask) -> None:
    """Stamp every answer under /api."""
    app.after_request(_stamp)


def read(use: Callable[[Work], Answer]) -> Response:
    """Answer from one state of the database."""
    return _response(run(services(), actor(), _noting(use), write=False))


def write(use: Callable[[Work], Answer], body: bytes = b"") -> Response:
    """Answer after one committed change; under an Idempotency-Key a repeated call is done once and answered again.

    `body` is what the call sent: another one under the same key is refused.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _response(run(services(), actor(), _noting(use)))
    call = Call(checked_key(key), f"{request.method} {request.full_path}\n".encode() + body)

    def keep(work: Work) -> Kept:
        answer = _noting(use)(work)
        return Kept(answer.status, answer.body, dict(answer.headers))

    kept, replayed = with_idempotency(services(), actor(), call, keep)
    response = _response(Answer(kept.body, kept.status, kept.headers))
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def plain_answer(body: object) -> Response:
    """The answer to a call that ran in units of work of its own."""
    return _response(Answer(body))


def tagged(version: object, **headers: str) -> dict[str, str]:
    """The headers of an answer about one record."""
    return {"ETag": etag(version), "Cache-Control": "private, no-cache", **headers}


def _noting(use: Callable[[Work], Answer]) -> Callable[[Work], Answer]:
    def noted(work: Work) -> Answer:
        answer = use(work)
        g.revision = work.model.revision
        g.deprecated = work.deprecated
        return answer

    return noted


def _response(answer: Answer) -> Response:
    if answer.body is None:
        response = Response(status=answer.status)
        response.headers.remove("Content-Type")
    else:
        response = Response(orjson.dumps(answer.body), status=answer.status, content_type=JSON)
    response.headers.update(answer.headers)
    return response


def _stamp(response: Response) -> Response:
    if not request.path.startswith("/api/"):
        return response
    revision = g.get("revision") or services().runtime.pin().model.revision
    response.headers["Kalip-Revision"] = revision
    deprecated = g.get("deprecated")
    if deprecated:
        # RFC 9745 wants the moment since when; a name is old since before the model that is served.
        response.headers["Deprecation"] = "@0"
        response.headers["Kalip-Deprecated"] = "; ".join(dict.fromkeys(deprecated))
    return response


def checked_key(key: str) -> str:
    """The caller's Idempotency-Key, or BadRequest."""
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise BadRequest(
            "An Idempotency-Key has 1 to {limit} printable ASCII characters.", params={"limit": LONGEST_KEY}
        )
    return key
