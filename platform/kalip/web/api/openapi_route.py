"""Serves the OpenAPI document, made once for each revision and set of rights."""

import orjson
from flask import Blueprint, Response, current_app, g, request

from kalip.base.canonical import content_hash
from kalip.web.api.answers import JSON
from kalip.web.api.arguments import Arguments
from kalip.web.api.openapi import build_document
from kalip.web.api.rights import ByRights
from kalip.web.session import reading

blueprint = Blueprint("api_openapi", __name__)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """OpenAPI 3.1 as the caller may see it."""
    Arguments()
    title = str(current_app.config.get("KALIP_TITLE", "Kalip"))
    with reading() as work:
        served, actor = work.served, work.actor
        text = served.project(ByRights).find(
            actor, ("openapi", title), lambda: orjson.dumps(build_document(served, actor, title))
        )
    g.revision = served.model.revision
    response = Response(text, content_type=JSON)
    response.set_etag(content_hash(text.decode())[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
