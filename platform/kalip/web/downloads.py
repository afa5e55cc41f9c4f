"""Answers that a browser keeps as a file instead of showing them."""

from collections.abc import Iterable

from flask import Response


def as_file(content: bytes | Iterable[bytes], content_type: str, name: str) -> Response:
    """What was made for this request, whole or piece by piece, as a file of a name."""
    response = Response(content, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
