"""The only module that names an htmx header: what a request wants back, and what an answer tells the page."""

import json
from collections.abc import Mapping

from flask import Flask, Response, redirect, request
from flask_htmx import HTMX
from werkzeug.wrappers import Response as BaseResponse

_EXTENSION = HTMX()


def init(app: Flask) -> None:
    """Make every answer vary by what asked for it."""
    _EXTENSION.init_app(app)
    app.after_request(_vary)


def is_htmx() -> bool:
    """Whether the page's own script asks, rather than the browser itself."""
    return request.headers.get("HX-Request") == "true"


def wants_fragment() -> bool:
    """Whether a part of the page is wanted: asked by htmx, not to restore a page from history."""
    return (
        is_htmx()
        and request.headers.get("HX-History-Restore-Request") != "true"
        and request.headers.get("HX-Boosted") != "true"
    )


def go_to(response: Response, address: str) -> Response:
    """Have the browser open another address."""
    response.headers["HX-Redirect"] = address
    return response


def lead_to(address: str) -> BaseResponse:
    """Have the browser open another address, whether the page's own script asks or the browser itself."""
    return go_to(Response(status=204), address) if is_htmx() else redirect(address)


def push(response: Response, address: str) -> Response:
    """Have the browser show another address without loading it."""
    response.headers["HX-Push-Url"] = address
    return response


def retarget(response: Response, selector: str, swap: str = "innerHTML") -> Response:
    """Put the answer elsewhere than was asked."""
    response.headers["HX-Retarget"] = selector
    response.headers["HX-Reswap"] = swap
    return response


def trigger(response: Response, events: Mapping[str, object]) -> Response:
    """Raise browser events, each with its detail, once the answer has arrived."""
    response.headers["HX-Trigger"] = json.dumps(dict(events))  # escapes all but ASCII, as headers need
    return response


def _vary(response: Response) -> Response:
    if not request.path.startswith(("/static/", "/api/")):
        response.vary.add("HX-Request")
    return response
