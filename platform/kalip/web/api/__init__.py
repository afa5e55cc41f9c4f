"""REST under /api, and what watches over a site: /health and /metrics. Issues the same commands as the pages do."""

from flask import Flask, request
from werkzeug.exceptions import NotFound

from kalip.web.api import answers, identity, metrics
from kalip.web.api.account import blueprint as account
from kalip.web.api.batches import blueprint as batches
from kalip.web.api.conversions import blueprint as conversions
from kalip.web.api.events import blueprint as events
from kalip.web.api.files import blueprint as files
from kalip.web.api.health import blueprint as health
from kalip.web.api.hooks import blueprint as hooks
from kalip.web.api.hooks import doors
from kalip.web.api.jobs import blueprint as jobs
from kalip.web.api.mails import blueprint as mails
from kalip.web.api.merging import blueprint as merging
from kalip.web.api.metadata import blueprint as metadata
from kalip.web.api.metrics import blueprint as metrics_blueprint
from kalip.web.api.notifications import blueprint as notifications
from kalip.web.api.openapi_route import blueprint as openapi
from kalip.web.api.organisation.people import blueprint as absences
from kalip.web.api.organisation.units import blueprint as organisation
from kalip.web.api.pipelines import blueprint as pipelines
from kalip.web.api.privacy import blueprint as privacy
from kalip.web.api.records import blueprint as records
from kalip.web.api.reshaping import blueprint as reshaping
from kalip.web.api.rules import blueprint as rules
from kalip.web.api.searching import blueprint as searching
from kalip.web.api.sharing import blueprint as sharing
from kalip.web.api.steps import blueprint as steps
from kalip.web.api.tasks import blueprint as tasks
from kalip.web.api.transfers import blueprint as transfers
from kalip.web.api.transitions import blueprint as transitions
from kalip.web.api.why import blueprint as why
from kalip.web.security import csrf

PREFIX = "/api"
_NOUNS = (
    account,
    batches,
    transfers,
    jobs,
    mails,
    merging,
    tasks,
    notifications,
    organisation,
    absences,
    records,
    transitions,
    pipelines,
    steps,
    sharing,
    why,
    conversions,
    events,
    files,
    searching,
    metadata,
    reshaping,
    openapi,
    privacy,
    rules,
    hooks,
)
_OPEN = (doors,)
"""Whose callers prove themselves in another way."""


def register_api(app: Flask) -> None:
    """Add REST to an application whose session and errors are set up already."""
    identity.init(app)
    answers.init(app)
    metrics.init(app)
    for blueprint in (*_NOUNS, *_OPEN):
        # identify asks for the CSRF token itself, and only of browsers.
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint, url_prefix=PREFIX)
    app.before_request(_enter)
    app.register_blueprint(health)
    app.register_blueprint(metrics_blueprint)


def _enter() -> None:
    if not request.path.startswith(f"{PREFIX}/") or request.url_rule is None:
        return
    if request.blueprint in _OPEN_NAMES:
        return
    if request.blueprint not in _NAMES:
        # The rules of pages match here too, as if there were an entity called api.
        raise NotFound("There is no such address in this API.")
    identity.identify()


_OPEN_NAMES = frozenset(blueprint.name for blueprint in _OPEN)
_NAMES = frozenset(blueprint.name for blueprint in _NOUNS)

__all__ = ["register_api"]
