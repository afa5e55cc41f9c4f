"""Whether the process lives and may be sent work. Answers without signing in, and tells nothing of records."""

from collections.abc import Callable

import orjson
from flask import Blueprint, Response

from kalip.base.errors import KalipError
from kalip.jobs import OPEN, backlog_of
from kalip.records import Services
from kalip.storage import current_revision
from kalip.web.session import services

blueprint = Blueprint("health", __name__)
_OK = "ok"


@blueprint.get("/health")
def readiness() -> Response:
    """200 when the database answers and a model is in service, else 503 with what is wrong."""
    site = services()
    checks = {"database": _check(lambda: _database(site)), "model": _check(lambda: _model(site))}
    ready = all(result == _OK for result in checks.values())
    body: dict[str, object] = {"status": _OK if ready else "unavailable", "checks": checks}
    if ready:
        body["revision"] = site.runtime.pin().model.revision
        body["jobs"] = _jobs(site)
    if ready and site.runtime.fault is not None:
        body["warning"] = f"an older model keeps serving: {site.runtime.fault.message}"
    return _answer(body, 200 if ready else 503)


@blueprint.get("/health/live")
def liveness() -> Response:
    """200 as long as the process answers at all."""
    return _answer({"status": _OK}, 200)


def _jobs(site: Services) -> dict[str, object]:
    """Nobody is sent elsewhere because of them: they wait for any node."""
    backlog = backlog_of(site)
    figures = {state: backlog.states.get(state, 0) for state in OPEN}
    return {**figures, "overdue_seconds": round(backlog.overdue), "stuck": backlog.is_stuck}


def _database(site: Services) -> None:
    with site.database.read() as session:
        current_revision(session)


def _model(site: Services) -> None:
    site.runtime.pin()


def _check(look: Callable[[], None]) -> str:
    try:
        look()
    except KalipError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the answer is that it is
        return type(error).__name__
    return _OK


def _answer(body: dict[str, object], status: int) -> Response:
    return Response(orjson.dumps(body), status=status, content_type="application/json")
