"""Figures for Prometheus: requests by route, the model in service, connections. Labels never hold what callers send.

With PROMETHEUS_MULTIPROC_DIR set, the figures of all processes of a site are added up.
"""

import os
import time

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from kalip.jobs import OPEN, Backlog, backlog_of
from kalip.storage import Database
from kalip.web.session import services

blueprint = Blueprint("metrics", __name__)
_EXTENSION = "kalip_metrics"
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_UNKNOWN = "(none)"


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "kalip_requests", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "kalip_request_seconds",
            "Time to answer, streaming left out",
            ("method", "route"),
            registry=self.registry,
            buckets=_BUCKETS,
        )
        self._model = Gauge("kalip_model_info", "The model in service", ("revision",), registry=self.registry)
        self._jobs = Gauge("kalip_jobs", "Background jobs", ("state",), registry=self.registry)
        self._overdue = Gauge(
            "kalip_jobs_overdue_seconds", "How long the oldest job has been due", registry=self.registry
        )
        self._unread = Gauge(
            "kalip_events_unread",
            "Events that a reader of the log has before it",
            ("consumer",),
            registry=self.registry,
        )
        self._pool = Gauge("kalip_database_connections", "Pooled connections", ("state",), registry=self.registry)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._count.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def show(self, revision: str, database: Database, backlog: Backlog) -> bytes:
        """All figures in Prometheus's text format."""
        for state in OPEN:
            self._jobs.labels(state).set(backlog.states.get(state, 0))
        self._overdue.set(backlog.overdue)
        for consumer in backlog.consumers:
            self._unread.labels(consumer.name).set(consumer.behind)
        self._model.clear()
        self._model.labels(revision).set(1)
        used, idle = database.pool_use()
        self._pool.labels("used").set(used)
        self._pool.labels("idle").set(idle)
        if _SHARED not in os.environ:
            return generate_latest(self.registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # the library has no types
        return generate_latest(shared)


def init(app: Flask) -> None:
    """Time every request of the application."""
    app.extensions[_EXTENSION] = Metrics()
    app.before_request(_start)
    app.after_request(_note)


@blueprint.get("/metrics")
def show() -> Response:
    """The figures."""
    site = services()
    body = _metrics().show(site.runtime.pin().model.revision, site.database, backlog_of(site))
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.started = time.perf_counter()


def _note(response: Response) -> Response:
    started = g.get("started")
    if started is not None:
        route = request.url_rule.rule if request.url_rule is not None else _UNKNOWN
        method = request.method if request.method in _METHODS else _UNKNOWN
        _metrics().note(method, route, response.status_code, time.perf_counter() - started)
    return response


def _metrics() -> Metrics:
    found: Metrics = current_app.extensions[_EXTENSION]
    return found


_METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})
