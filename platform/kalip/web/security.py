"""Headers that keep a page to itself, and the checks that a form came from our own page and holds texts."""

from flask import Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
LIMITS = {
    "MAX_CONTENT_LENGTH": 300 * 2**20,  # bytes, several files at once; the API narrows it by call
    "MAX_FORM_MEMORY_SIZE": 8 * 2**20,  # bytes of texts: long documents are written in forms
    "MAX_FORM_PARTS": 20_000,  # inputs: a record with five hundred lines has that many
}
"""What a request may hold at most."""
_PLAIN_FORM = "application/x-www-form-urlencoded"
_YEAR = 31_536_000


def init(app: Flask) -> None:
    """Add the headers to every answer and the check to every form."""
    # A token lasts as long as the session: a form may stay open over lunch.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.update(LIMITS)
    app.before_request(_bound_plain_forms)
    csrf.init_app(app)
    app.before_request(_refuse_zeros)
    app.after_request(_headers)


def _bound_plain_forms() -> None:
    # Werkzeug bounds texts and inputs of multipart forms only.
    if request.mimetype == _PLAIN_FORM:
        request.max_content_length = LIMITS["MAX_FORM_MEMORY_SIZE"]
        if request.get_data().count(b"&") >= LIMITS["MAX_FORM_PARTS"]:
            abort(413)


def _refuse_zeros() -> None:
    # No text holds a NUL, and PostgreSQL can't keep one. Bodies of the API are read, and refused, elsewhere.
    sent = request.args if request.path.startswith("/api/") else request.values
    if "\0" in request.path or any("\0" in text for _, texts in sent.lists() for text in texts):
        abort(400)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}; includeSubDomains")
    if not request.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
    return response
