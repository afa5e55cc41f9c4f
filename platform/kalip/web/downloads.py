"""Answers that a browser keeps as a file instead of showing them."""

from collections.abc import Iterable
from pathlib import Path

from flask import Response, send_file

from kalip.storage import FileInfo


def as_file(content: bytes | Iterable[bytes], content_type: str, name: str) -> Response:
    """What was made for this request, whole or piece by piece, as a file of a name."""
    response = Response(content, content_type=content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def kept_file(info: FileInfo, path: Path) -> Response:
    """A file that is kept at a path; no cache but the person's own has it too."""
    response = send_file(path, mimetype=info.media_type, as_attachment=True, download_name=info.name, max_age=None)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
