"""REST of jobs: how far one's own is, stopped, taken back, the file that it made. Decides nothing."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.records import Work, run
from kalip.records.bulk_undo import can_undo, enqueue_undo
from kalip.records.job_desk import job_of, rows_of, stop_job
from kalip.records.refusing import Teller, refusal_of, teller_of, violations_of
from kalip.records.transfer.jobs import RESULT_KEY, file_of_job
from kalip.storage import StoredJob
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.downloads import kept_file
from kalip.web.errors import violation_json
from kalip.web.locale import current_locale
from kalip.web.session import actor, services
from kalip.workflow.bulk_jobs import INVERSES

blueprint = Blueprint("api_jobs", __name__)
ACCEPTED = 202


@blueprint.get("/jobs/<job_id>")
def show(job_id: str) -> Response:
    """A job of the caller."""
    Arguments()
    return read(lambda work: Answer(job_json(work, job_of(work, job_id))))


@blueprint.post("/jobs/<job_id>/stop")
def stop(job_id: str) -> Response:
    """Stop a job: one that runs ends after the rows it has in hand."""
    Arguments()
    return write(lambda work: Answer(job_json(work, stop_job(work, job_id))))


@blueprint.post("/jobs/<job_id>/undo")
def undo(job_id: str) -> Response:
    """Take back what a job changed, by another."""
    Arguments()
    return write(lambda work: begun(work, enqueue_undo(work, job_id, INVERSES)))


@blueprint.get("/jobs/<job_id>/file")
def download(job_id: str) -> Response:
    """The file that an export made."""
    Arguments()
    return kept_file(*run(services(), actor(), lambda work: file_of_job(work, job_id), write=False))


def begun(work: Work, job_id: str) -> Answer:
    """The answer to a call that entered a job."""
    return Answer(job_json(work, job_of(work, job_id)), ACCEPTED, {"Location": f"/api/jobs/{job_id}"})


def job_json(work: Work, job: StoredJob) -> dict[str, Any]:
    """A job as its owner is told of it; `result` has figures, and what was refused with reasons."""
    result = dict(job.result or {})
    file = result.pop(RESULT_KEY, None)
    if result.get("refused"):
        tell = teller_of(work, str(job.arguments.get("entity", "")), current_locale())
        result["refused"] = [_refused(each, tell) for each in result["refused"]]
    return {
        "id": job.id,
        "kind": job.kind,
        "action": str(job.arguments.get("action", "")) or None,
        "entity": str(job.arguments.get("entity", "")) or None,
        "state": job.state,
        "stopping": job.cancelling and job.state == "running",
        "done": job.done,
        "total": rows_of(job),
        "created_at": moment_text(job.created_at),
        "finished_at": maybe_moment_text(job.finished_at),
        "result": result or None,
        "file": f"/api/jobs/{job.id}/file" if file else None,
        "can_undo": can_undo(job, INVERSES),
    }


def _refused(kept: Mapping[str, Any], tell: Teller) -> dict[str, Any]:
    """A row that was refused, by its `line` in a file or its `id`."""
    error = refusal_of(kept)
    said = {name: kept[name] for name in ("line", "id") if name in kept}
    violations = [violation_json(each, tell.locale) for each in violations_of(error)]
    return {**said, "code": error.code, "reasons": list(tell.reasons(error)), "violations": violations}
