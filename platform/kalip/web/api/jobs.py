"""REST of jobs: how far one's own is, stopped, taken back, the file that it made. Decides nothing."""

from typing import Any

from flask import Blueprint, Response

from kalip.fields.moments import maybe_moment_text, moment_text
from kalip.records import Work, run
from kalip.records.bulk_undo import can_undo, enqueue_undo
from kalip.records.job_desk import job_of, rows_of, stop_job
from kalip.records.transfer.jobs import RESULT_KEY, file_of_job
from kalip.storage import StoredJob
from kalip.web.api.answers import Answer, read, write
from kalip.web.api.arguments import Arguments
from kalip.web.downloads import kept_file
from kalip.web.session import actor, services
from kalip.workflow.bulk_jobs import INVERSES

blueprint = Blueprint("api_jobs", __name__)
ACCEPTED = 202


@blueprint.get("/jobs/<job_id>")
def show(job_id: str) -> Response:
    """A job of the caller."""
    Arguments()
    return read(lambda work: Answer(job_json(job_of(work, job_id))))


@blueprint.post("/jobs/<job_id>/stop")
def stop(job_id: str) -> Response:
    """Stop a job: one that runs ends after the rows it has in hand."""
    Arguments()
    return write(lambda work: Answer(job_json(stop_job(work, job_id))))


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
    return Answer(job_json(job_of(work, job_id)), ACCEPTED, {"Location": f"/api/jobs/{job_id}"})


def job_json(job: StoredJob) -> dict[str, Any]:
    """A job as its owner is told of it; `result` has figures, and what was refused with reasons."""
    result = dict(job.result or {})
    file = result.pop(RESULT_KEY, None)
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
