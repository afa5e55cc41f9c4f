"""What SCIM answers when something is refused (RFC 7644, 3.12)."""

from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException

from kalip.base.errors import KalipError, NotAuthenticated
from kalip.web.errors import CHALLENGE, status_of
from kalip.web.locale import current_locale, message_of
from kalip.web.scim.documents import ERROR

MEDIA_TYPE: Final = "application/scim+json"


class ScimFault(Exception):
    """A request that SCIM refuses with 400; `kind` is its scimType."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """An answer of the server."""
    made = Response(b"" if body is None else orjson.dumps(body), status=status, content_type=MEDIA_TYPE)
    made.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        made.headers[name] = value
    return made


def refuse_fault(error: ScimFault) -> Response:
    """400 with the kind of fault."""
    return _refusal(400, error.detail, error.kind)


def refuse_error(error: KalipError) -> Response:
    """What the use case refused: values as invalidValue, what another one has as uniqueness."""
    locale = current_locale()
    violations = getattr(error, "violations", ())
    status = status_of(error)
    detail = " ".join(message_of(locale, each) for each in violations) or message_of(locale, error)
    if any(each.code == "not_unique" for each in violations):
        return _refusal(409, detail, "uniqueness")
    if violations:
        return _refusal(400, detail, "invalidValue")
    made = _refusal(status, detail, "uniqueness" if status == HTTPStatus.CONFLICT else "")
    if isinstance(error, NotAuthenticated):
        made.headers["WWW-Authenticate"] = CHALLENGE
    return made


def refuse_http(error: HTTPException) -> Response:
    """405, 413 and the like."""
    status = error.code or 500
    return _refusal(status, HTTPStatus(status).phrase)


def _refusal(status: int, detail: str, kind: str = "") -> Response:
    body: dict[str, Any] = {"schemas": [ERROR], "status": str(status), "detail": detail}
    return answer({**body, "scimType": kind} if kind else body, status)
