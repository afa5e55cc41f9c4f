"""REST under /api, and what watches over a site: /health and /metrics. Issues the same commands as the pages do."""

from flask import Flask

from kalip.web.api import answers, identity, metrics
from kalip.web.api.batches import blueprint as batches
from kalip.web.api.events import blueprint as events
from kalip.web.api.files import blueprint as files
from kalip.web.api.health import blueprint as health
from kalip.web.api.metadata import blueprint as metadata
from kalip.web.api.metrics import blueprint as metrics_blueprint
from kalip.web.api.openapi_route import blueprint as openapi
from kalip.web.api.records import blueprint as records
from kalip.web.api.searching import blueprint as searching
from kalip.web.api.transitions import blueprint as transitions
from kalip.web.security import csrf

PREFIX = "/api"
_NOUNS = (batches, records, transitions, events, files, searching, metadata, openapi)


def register_api(app: Flask) -> None:
    """Add REST to an application whose session and errors are set up already."""
    identity.init(app)
    answers.init(app)
    metrics.init(app)
    for blueprint in _NOUNS:
        blueprint.before_request(identity.identify)
        # identify asks for the CSRF token itself, and only of browsers.
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint, url_prefix=PREFIX)
    app.register_blueprint(health)
    app.register_blueprint(metrics_blueprint)


__all__ = ["register_api"]
