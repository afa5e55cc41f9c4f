"""Static files under an address that holds their content's hash, so browsers may keep them for ever."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort

from kalip.base.bundle import bundle_path
from kalip.web.render import takes_gzip

_SERVED = ("css", "js", "vendor", "img")
_TEXT = {".css", ".js", ".svg", ".json", ".txt", ".mjs"}
_FOR_EVER = "public, max-age=31536000, immutable"
_SMALLEST_COMPRESSED = 600  # bytes; below this the header costs more than it saves


def init(app: Flask) -> None:
    """Serve `/static/<hash>/<path>` and give templates `asset(path)`."""
    root = bundle_path("static")
    version = version_of(root)

    def asset(path: str) -> str:
        return f"/static/{version if not app.debug else version_of(root)}/{path}"

    def serve(version: str, path: str) -> Response:  # noqa: ARG001 - only makes the address new when a file changes
        file = _file(root, path)
        body, encoding = _body(file, file.stat().st_mtime_ns, packed=takes_gzip())
        response = Response(body, content_type=_type(file))
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.headers["Cache-Control"] = _FOR_EVER
        response.vary.add("Accept-Encoding")
        return response

    app.add_url_rule("/static/<version>/<path:path>", "static_file", serve)
    app.jinja_env.globals["asset"] = asset


def version_of(root: Path) -> str:
    """A hash over all served files: any change makes all addresses new."""
    digest = hashlib.sha256()
    for folder in _SERVED:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file():
                digest.update(str(file.relative_to(root)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _file(root: Path, path: str) -> Path:
    file = (root / path).resolve()
    inside = any(file.is_relative_to((root / folder).resolve()) for folder in _SERVED)
    if not inside or not file.is_file():
        abort(404)
    return file


@cache
def _body(file: Path, changed_at: int, *, packed: bool) -> tuple[bytes, str]:  # noqa: ARG001 - a key of the cache
    body = file.read_bytes()
    if packed and file.suffix in _TEXT and len(body) >= _SMALLEST_COMPRESSED:
        return gzip.compress(body, 9, mtime=0), "gzip"
    return body, ""


def _type(file: Path) -> str:
    # Browsers refuse modules of another type, and the system's table may say so.
    if file.suffix in {".js", ".mjs"}:
        return "text/javascript; charset=utf-8"
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if file.suffix in _TEXT else kind
