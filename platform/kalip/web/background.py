"""Background work for administrators: what waits, what is dead and why, retried or cancelled."""

import json
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.jobs import Backlog, backlog_in
from kalip.records import Work
from kalip.records.accounts import list_people
from kalip.records.job_desk import attempts_of, find_jobs, job_of, retry_dead, retry_job, stop_job
from kalip.storage import StoredJob, known_recurring
from kalip.web.jobs.showing import ShownJob, shown_job, state_labels, title_of_job, tone_of_state
from kalip.web.locale import gettext, ngettext
from kalip.web.record.timeline import ago, moment
from kalip.web.render import View, render
from kalip.web.session import administrating, reading, write
from kalip.web.shell import Crumb, shell_of

blueprint = Blueprint("jobs_admin", __name__, url_prefix="/admin/jobs")
_LIST = View("jobs/list.html")
_DETAIL = View("jobs/detail.html")
_STATES = ("waiting", "running", "dead", "done", "cancelled")


@dataclass(frozen=True, slots=True)
class Tab:
    """A choice of jobs by state; `count` is None where nobody counts."""

    label: str
    href: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in the list."""

    title: str
    href: str
    key: str
    label: str
    tone: str
    queue: str
    made: str
    due: str
    runs: str
    error: str


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of the event log."""

    name: str
    behind: int
    moved: str


@dataclass(frozen=True, slots=True)
class JobList:
    """The page of all jobs."""

    tabs: tuple[Tab, ...]
    kinds: tuple[str, ...]
    kind: str
    state: str
    lines: tuple[JobLine, ...]
    older: str
    dead: int
    stuck_minutes: int
    readers: tuple[Reader, ...]
    recurring: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job that has ended."""

    number: int
    outcome: str
    worker: str
    started: str
    ended: str
    error: str


@dataclass(frozen=True, slots=True)
class JobDetail:
    """One job with its runs."""

    job: ShownJob
    kind: str
    key: str
    queue: str
    person: str
    made: str
    due: str
    runs_text: str
    worker: str
    arguments: str
    result: str
    error: str
    runs: tuple[Run, ...]
    can_retry: bool
    can_stop: bool


@blueprint.get("")
def show_jobs() -> Response:
    """Jobs by state and kind, the newest first, with how the readers of the event log stand."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    with reading() as work:
        found = find_jobs(
            administrating(work),
            (state,) if state in _STATES else (),
            kind or None,
            request.args.get("before") or None,
        )
        backlog = backlog_in(work.session, work.now)
        title = gettext("Background work")
        page = JobList(
            tabs=_tabs(state, kind, backlog),
            kinds=found.kinds,
            kind=kind,
            state=state,
            lines=tuple(_line(work, job) for job in found.jobs),
            older=_address(state, kind, before=found.next) if found.next else "",
            dead=backlog.dead,
            stuck_minutes=int(backlog.overdue // 60) if backlog.is_stuck else 0,
            readers=tuple(Reader(each.name, each.behind, ago(work, each.moved_at)) for each in backlog.consumers),
            recurring=tuple(
                (name, timing, moment(work, at)) for name, (timing, at) in sorted(known_recurring(work.session).items())
            ),
        )
        return render(_LIST, shell_of(work, title, [Crumb(gettext("Administration")), Crumb(title)]), page)


@blueprint.get("/<job_id>")
def show_job(job_id: str) -> Response:
    """One job with its arguments, its error and its runs."""
    with reading() as work:
        page = _detail(work, job_of(administrating(work), job_id))
        crumbs = [
            Crumb(gettext("Administration")),
            Crumb(gettext("Background work"), url_for("jobs_admin.show_jobs")),
            Crumb(page.job.title),
        ]
        return render(_DETAIL, shell_of(work, page.job.title, crumbs), page)


@blueprint.post("/<job_id>/retry")
def retry(job_id: str) -> BaseResponse:
    """Let a dead or cancelled job run again."""
    write(lambda work: retry_job(administrating(work), job_id))
    flash(gettext("The job runs again."))
    return redirect(url_for("jobs_admin.show_job", job_id=job_id))


@blueprint.post("/<job_id>/stop")
def stop(job_id: str) -> BaseResponse:
    """Cancel a job, or ask it to stop."""
    job = write(lambda work: stop_job(administrating(work), job_id))
    flash(gettext("The job is cancelled.") if job.state == "cancelled" else gettext("The job is asked to stop."))
    return redirect(url_for("jobs_admin.show_job", job_id=job_id))


@blueprint.post("/retry-dead")
def retry_all() -> BaseResponse:
    """Let all dead jobs run again, or those of a kind."""
    kind = request.form.get("kind", "")
    count = write(lambda work: retry_dead(administrating(work), kind or None))
    flash(ngettext("{count} job runs again.", "{count} jobs run again.", count))
    return redirect(_address("", kind))


def _address(state: str, kind: str, before: str | None = None) -> str:
    return url_for("jobs_admin.show_jobs", state=state or None, kind=kind or None, before=before)


def _tabs(state: str, kind: str, backlog: Backlog) -> tuple[Tab, ...]:
    labels = state_labels()
    everything = Tab(gettext("All"), _address("", kind), state not in _STATES)
    return (
        everything,
        *(Tab(labels[each], _address(each, kind), state == each, backlog.states.get(each)) for each in _STATES),
    )


def _line(work: Work, job: StoredJob) -> JobLine:
    return JobLine(
        title=title_of_job(job),
        href=url_for("jobs_admin.show_job", job_id=job.id),
        key=job.key,
        label=state_labels()[job.state],
        tone=tone_of_state(job.state),
        queue=job.queue,
        made=moment(work, job.created_at),
        due=ago(work, job.run_at) if job.state == "waiting" else "",
        runs=f"{job.attempt} / {job.attempts}",
        error=_last_line(job.error),
    )


def _detail(work: Work, job: StoredJob) -> JobDetail:
    names = {person.id: person.name for person in list_people(work)}
    return JobDetail(
        job=shown_job(work, job),
        kind=job.kind,
        key=job.key,
        queue=job.queue,
        person=names.get(job.actor or "", job.actor or "Kalip"),
        made=moment(work, job.created_at),
        due=moment(work, job.run_at),
        runs_text=f"{job.attempt} / {job.attempts}",
        worker=job.worker or "",
        arguments=_json(job.arguments),
        result=_json(job.result) if job.result else "",
        error=job.error or "",
        runs=tuple(
            Run(
                each.attempt,
                each.outcome,
                each.worker or "",
                moment(work, each.started_at) if each.started_at else "",
                moment(work, each.finished_at),
                each.error or "",
            )
            for each in attempts_of(work, job.id)
        ),
        can_retry=job.state in ("dead", "cancelled"),
        can_stop=job.state == "waiting" or (job.state == "running" and not job.cancelling),
    )


def _json(value: object) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 20_000


def _last_line(error: str | None) -> str:
    lines = (error or "").strip().splitlines()
    return lines[-1][:200] if lines else ""
