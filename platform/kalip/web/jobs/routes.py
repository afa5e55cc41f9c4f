"""A person's own job: its progress, live, what became of it, and ways to stop it or take it back."""

from flask import Blueprint, Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.records.bulk_undo import enqueue_undo
from kalip.records.job_desk import job_of, stop_job
from kalip.web import htmx
from kalip.web.jobs.showing import shown_job
from kalip.web.locale import gettext
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, write
from kalip.web.shell import Crumb, shell_of
from kalip.workflow.bulk_jobs import INVERSES

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
_PAGE = View("jobs/job.html", "jobs/_dialog.html")
_PROGRESS = "jobs/_progress.html"


@blueprint.get("/<job_id>")
def show_job(job_id: str) -> Response:
    """One job, as a page or in the dialog."""
    with reading() as work:
        page = shown_job(work, job_of(work, job_id))
        return render(_PAGE, shell_of(work, page.title, [Crumb(gettext("Background work")), Crumb(page.title)]), page)


@blueprint.get("/<job_id>/progress")
def show_progress(job_id: str) -> Response:
    """How far a job came: any page may hold this part, which asks for itself again until the job is over."""
    with reading() as work:
        return render_fragment(_PROGRESS, shown_job(work, job_of(work, job_id)))


@blueprint.post("/<job_id>/stop")
def stop(job_id: str) -> BaseResponse:
    """Stop a job: one that runs ends after the rows it has in hand."""
    job = write(lambda work: stop_job(work, job_id))
    if not htmx.wants_fragment():
        with reading() as work:
            return redirect(shown_job(work, job).href)
    with reading() as work:
        return render_fragment(_PROGRESS, shown_job(work, job))


@blueprint.post("/<job_id>/undo")
def undo(job_id: str) -> BaseResponse:
    """Take back what a job changed, by a job that is shown in its place."""
    new_id = write(lambda work: enqueue_undo(work, job_id, INVERSES))
    if not htmx.wants_fragment():
        return redirect(url_for("jobs.show_job", job_id=new_id))
    with reading() as work:
        return render_fragment(_PROGRESS, shown_job(work, job_of(work, new_id)))
