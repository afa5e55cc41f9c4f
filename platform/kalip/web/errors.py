"""What each error means to HTTP: one table from code to status, a problem (RFC 9457) for /api, a page otherwise."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.exceptions import BadHost, HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import Diagnostic, DiagnosticsError, KalipError, NotAuthenticated, Violation
from kalip.records.accounts import NotFresh
from kalip.records.duplicates import Duplicate
from kalip.web import htmx
from kalip.web.locale import current_locale, gettext, message_of, translate

STATUS: Mapping[str, int] = {
    "A1": 403,
    "A101": 401,
    "C1": 422,
    "D1": 409,
    "E1": 400,
    "J1": 409,
    "K1": 500,
    "M1": 422,
    "N1": 409,
    "R1": 422,
    "R101": 400,
    "R102": 400,
    "R103": 400,
    "R104": 404,
    "R105": 400,
    "R106": 400,
    "R107": 400,
    "R108": 400,
    "R109": 409,
    "R112": 412,
    "R121": 409,
    "R122": 422,
    "R123": 422,
    "R124": 409,
    "R140": 409,
    "R141": 409,
    "R429": 429,
    "S1": 409,
    "S110": 503,
    "S111": 503,
    "S113": 503,
    "W1": 422,
    "W111": 409,
    "W112": 409,
    "W114": 409,
    "W201": 409,
    "W210": 422,
}
"""HTTP status by error code; a family such as `R1` stands for its codes that are not listed themselves."""

PROBLEM = "application/problem+json"
CHALLENGE = 'Bearer realm="Kalip"'
# What an error may say of the place in a text that it is about.
_PLACES = ("parameter", "position", "length", "line", "column", "pointer")
_log = logging.getLogger(__name__)


def init(app: Flask) -> None:
    """Answer every error, expected or not."""
    app.register_error_handler(KalipError, answer_error)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_bug)


def status_of(error: KalipError) -> int:
    """The HTTP status of an error, by its code, else by the code's family."""
    return STATUS.get(error.code) or STATUS.get(error.code[:2], 500)


def problem_of(error: KalipError, locale: str) -> dict[str, object]:
    """The error as an RFC 9457 problem in a locale."""
    status = status_of(error)
    body: dict[str, object] = {
        "type": f"urn:kalip:error:{error.code}",
        "title": translate(locale, HTTPStatus(status).phrase),
        "status": status,
        "detail": message_of(locale, error),
        "code": error.code,
    }
    if error.hint:
        body["hint"] = translate(locale, error.hint)
    body.update({name: error.params[name] for name in _PLACES if name in error.params})
    violations = getattr(error, "violations", ())
    if violations:
        body["violations"] = [violation_json(each, locale) for each in violations]
    if isinstance(error, DiagnosticsError):
        body["diagnostics"] = [str(each) for each in error.diagnostics]
        body["violations"] = [_fault_json(each) for each in error.diagnostics if each.severity == "error"]
    if conflicts := getattr(error, "conflicts", ()):
        names = ("address", "pointer", "base", "mine", "theirs")
        body["conflicts"] = [{name: getattr(each, name) for name in names} for each in conflicts]
    return body


def violation_json(violation: Violation, locale: str) -> dict[str, object]:
    """A violation as REST tells it; one about duplicates names those that the actor may see."""
    body: dict[str, object] = {
        "pointer": violation.pointer,
        "code": violation.code,
        "message": message_of(locale, violation),
    }
    records = violation.params.get("records")
    if isinstance(records, tuple) and all(isinstance(each, Duplicate) for each in records):
        body["rule"] = violation.params["rule"]
        body["records"] = [duplicate_json(each, locale) for each in records]
    return body


def duplicate_json(found: Duplicate, locale: str) -> dict[str, object]:
    """A duplicate as REST tells it."""
    return {
        "entity": found.entity,
        "id": found.id,
        "title": found.title,
        "rule": found.rule,
        "label": found.label.get(locale),
        "strict": found.strict,
        "similarity": found.similarity,
        "archived": found.archived,
    }


def _fault_json(diagnostic: Diagnostic) -> dict[str, object]:
    """A fault of the metadata as a violation: `document` is the file, `pointer` the place in it."""
    where = diagnostic.where
    place = {"pointer": where.pointer if where else "", "document": where.file if where else ""}
    return {**place, "code": diagnostic.code, "message": diagnostic.message}


def problem_response(body: Mapping[str, object]) -> Response:
    """An answer with a problem as its body."""
    return Response(orjson.dumps(body), status=int(str(body["status"])), content_type=PROBLEM)


def answer_error(error: KalipError) -> BaseResponse:
    """The answer to an expected error: a problem, a message on the page, sign-in, or an error page."""
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s %s: %s %s", request.method, request.path, error.code, error.message)
    if _for_machines():
        response = problem_response(problem_of(error, current_locale()))
        if status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = CHALLENGE
        return _with_retry(response, error)
    if isinstance(error, NotAuthenticated):
        return _to_sign_in()
    if isinstance(error, NotFresh):
        return htmx.lead_to(url_for("factors.show_confirm", next=_here()))
    hint = translate(current_locale(), error.hint) if error.hint else ""
    return _with_retry(_page(status, message_of(current_locale(), error), error.code, hint), error)


def _answer_http(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if error.response is not None or status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    title = HTTPStatus(status).phrase
    if _for_machines():
        detail = {"type": "about:blank", "title": title, "status": status, "detail": error.description}
        response = problem_response({**detail, "code": f"H{status}"})
        # Allow of 405, Content-Range of 416.
        response.headers.extend(item for item in error.get_headers() if item[0] != "Content-Type")
        return response
    messages = {
        400: gettext("The request can't be understood. Go back, reload the page and try again."),
        404: gettext("There is no such page, or you may not see it."),
        405: gettext("This address can't be used in this way."),
        413: gettext("The upload is too large."),
        429: gettext("Too many attempts. Wait a minute, then try again."),
    }
    return _page(status, messages.get(status, gettext(title)), f"H{status}", "")


def _answer_bug(error: Exception) -> BaseResponse:
    _log.exception("%s %s failed", request.method, request.path, exc_info=error)
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    message = gettext("Something broke on our side. It has been recorded; nothing was saved.")
    if _for_machines():
        body = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
        return problem_response({**body, "detail": message, "code": "H500"})
    return _page(500, message, "H500", "")


def _page(status: int, message: str, code: str, hint: str) -> Response:
    if isinstance(request.routing_exception, SecurityError | BadHost):
        # The host that was asked for is none: there are no addresses for the links of a page.
        return Response(message, status=status, content_type="text/plain; charset=utf-8")
    if htmx.is_htmx():
        response = Response(message, status=status, content_type="text/plain; charset=utf-8")
        detail = {"message": message, "hint": hint, "kind": "error"}
        return htmx.trigger(response, {"kalip:toast": detail})
    body = render_template(
        "errors/page.html",
        message=message,
        hint=hint,
        code=code,
        title=gettext(HTTPStatus(status).phrase),
        signed_in=g.get("actor") is not None,
    )
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def _to_sign_in() -> BaseResponse:
    here = request.full_path.rstrip("?") if request.method == "GET" else ""
    address = url_for("account.show_sign_in", next=here or None)
    if htmx.is_htmx():
        return htmx.go_to(Response(status=401), url_for("account.show_sign_in"))
    return redirect(address)


def _here() -> str:
    """The page that one is on: this one, or where its form was sent from."""
    return request.full_path.rstrip("?") if request.method == "GET" else urlsplit(request.referrer or "").path


def _with_retry(response: Response, error: KalipError) -> Response:
    seconds = getattr(error, "retry_after", None)
    if seconds:
        response.headers["Retry-After"] = str(int(seconds))
    return response


def _for_machines() -> bool:
    return request.path.startswith("/api/") or request.path == "/api"
