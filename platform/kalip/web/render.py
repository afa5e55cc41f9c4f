"""Turns a context into a page or a part of it. Templates get a frozen context and do no work of their own."""

import gzip
import re
import secrets
from dataclasses import dataclass

from flask import Flask, Response, get_flashed_messages, render_template, request

from kalip.web import htmx
from kalip.web.locale import LOCALES, current_locale, gettext, ngettext
from kalip.web.session import theme
from kalip.web.shell import Shell
from kalip.web.tones import initials, tone, tone_of_id

_SMALLEST_COMPRESSED = 1400
# U+202A to U+202E and U+2066 to U+2069, as UTF-8 writes them.
_TURNS = re.compile(rb"\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])")


@dataclass(frozen=True, slots=True)
class View:
    """A page's template and that of its part; the page includes the part, which is never written twice.

    A page without a part is always shown whole.
    """

    page: str
    fragment: str = ""


def init(app: Flask) -> None:
    """Give templates their vocabulary and compress pages."""
    environment = app.jinja_env
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(
        _=gettext,
        _n=ngettext,
        tone=tone,
        tone_of_id=tone_of_id,
        initials=initials,
        current_locale=current_locale,
        current_theme=theme,
        all_locales=LOCALES,
        flashes=get_flashed_messages,
    )
    app.after_request(_compress)
    app.after_request(_straighten)  # the last one named is the first that is called


def render(view: View, shell: Shell, page: object, status: int = 200) -> Response:
    """The whole page, or only its part when htmx asks for it."""
    if view.fragment and htmx.wants_fragment():
        return render_fragment(view.fragment, page, status)
    body = render_template(view.page, shell=shell, page=page)
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def render_fragment(template: str, page: object, status: int = 200, **extra: object) -> Response:
    """A part of a page."""
    body = render_template(template, page=page, **extra)
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def takes_gzip() -> bool:
    """Whether the client takes compressed answers; `gzip;q=0` says that it does not."""
    return request.accept_encodings.quality("gzip") > 0


def _straighten(response: Response) -> Response:
    # Fields leave such marks out; JSON, mails of strangers and what an address asks for may hold them.
    if response.mimetype == "text/html" and not (response.direct_passthrough or response.is_streamed):
        body = response.get_data()
        if _TURNS.search(body):
            response.set_data(_TURNS.sub(b"", body))
    return response


def _compress(response: Response) -> Response:
    if (
        not takes_gzip()
        or response.direct_passthrough
        or response.is_streamed
        or response.mimetype != "text/html"
        or "Content-Encoding" in response.headers
    ):
        return response
    body = response.get_data()
    if len(body) < _SMALLEST_COMPRESSED:
        return response
    # A tail of random length hides what the compressed length would tell about a page's secrets.
    tail = f"<!--{secrets.token_hex(1 + secrets.randbelow(48))}-->".encode()
    response.set_data(gzip.compress(body + tail, 5, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
