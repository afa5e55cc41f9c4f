"""Who calls the API: the bearer of a token, or the person signed in at the browser, who shows a CSRF token too."""

from dataclasses import replace

from flask import Flask, current_app, g, request
from flask_wtf.csrf import ValidationError, validate_csrf
from limits import RateLimitItem, RateLimitItemPerMinute

from kalip.access import Actor
from kalip.base.errors import AccessDenied, NotAuthenticated
from kalip.records.accounts import actor_of_session, actor_of_token
from kalip.web import session
from kalip.web.limiting import MEMORY, SETTING, Limiter
from kalip.web.locale import current_locale, use_locale

FAILURES_A_MINUTE = 30
CSRF_HEADER = "X-CSRFToken"
_EXTENSION = "kalip_api_failures"


class TooManyFailures(NotAuthenticated):
    """An address has shown too many wrong tokens; `retry_after` is in seconds."""

    code = "R429"
    retry_after = 60


class Failures:
    """Counts the wrong credentials of each address. A right token is never kept waiting."""

    def __init__(self, storage: str) -> None:
        self._limiter = Limiter(storage)
        self._limit: RateLimitItem = RateLimitItemPerMinute(FAILURES_A_MINUTE)

    def note(self, address: str) -> None:
        """Count one more. Raises TooManyFailures when it is one too many."""
        if not self._limiter.hit((self._limit,), "api", address):
            raise TooManyFailures("Too many wrong tokens from this address: wait a minute.")


def init(app: Flask) -> None:
    """Start counting."""
    app.extensions[_EXTENSION] = Failures(app.config.get(SETTING, MEMORY))


def identify() -> None:
    """Find out who calls. Raises NotAuthenticated, or AccessDenied when the CSRF token is missing.

    A programme may ask for another language than its person's by Accept-Language.
    """
    g.actor = None
    written = request.headers.get("Authorization")
    found = _bearer(written) if written is not None else _browser()
    if written is not None and "Accept-Language" in request.headers:
        found = replace(found, locale=current_locale())
    else:
        use_locale(found.locale)
    g.actor = found


def note_failure() -> None:
    """Count a wrong proof of the present caller's address. Raises TooManyFailures when it is one too many."""
    _failures().note(request.remote_addr or "")


def _bearer(written: str) -> Actor:
    scheme, _, secret = written.partition(" ")
    known = scheme.lower() == "bearer" and bool(secret.strip())
    try:
        # Without a token the lookup is made all the same: it refuses the empty text.
        return actor_of_token(session.services(), secret.strip() if known else "", ahead=session.only_reads())
    except NotAuthenticated:
        _failures().note(request.remote_addr or "")
        raise


def _browser() -> Actor:
    if not session.token():
        raise NotAuthenticated("Send a token: Authorization: Bearer <token>.")
    actor = actor_of_session(session.services(), session.token(), ahead=session.only_reads())
    if actor is None:
        _failures().note(request.remote_addr or "")
        raise NotAuthenticated("Sign in to continue.")
    if not session.only_reads():
        _check_csrf()
    return actor


def _check_csrf() -> None:
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    try:
        validate_csrf(request.headers.get(CSRF_HEADER))
    except ValidationError as error:
        raise AccessDenied(
            "A browser's session needs the page's CSRF token for this.",
            hint=f"send it in the header {CSRF_HEADER}, or use an API token instead",
            code="A103",
        ) from error


def _failures() -> Failures:
    found: Failures = current_app.extensions[_EXTENSION]
    return found
