"""Routes of the inbox: looking at tasks, and ending, taking, giving back, snoozing and cancelling them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import KalipError, NotFound, RecordRejected, Violation
from kalip.records import Work, require_visible
from kalip.storage.tasks import Task
from kalip.web import htmx
from kalip.web.faults import said
from kalip.web.inputs import read_inputs
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, write
from kalip.web.shell import Crumb, Shell, shell_of
from kalip.web.tasks.page import Asked, asked_of, inbox_of
from kalip.web.tasks.panel import panel_of
from kalip.web.tasks.preview import Tried, preview_of
from kalip.workflow.tasks import (
    CompleteTask,
    TaskTaken,
    cancel_task,
    complete_task,
    give_back_task,
    outcomes_of,
    snooze_task,
    take_task,
    task_view,
)

blueprint = Blueprint("tasks", __name__)
INBOX = View("tasks/page.html", "tasks/_inbox.html")


@blueprint.get("/tasks")
def show_inbox() -> Response:
    """A part of the inbox, with the task that the address names beside it."""
    with reading() as work:
        return show(work, asked_of(request.args), request.args.get("task", ""))


@blueprint.get("/tasks/more")
def show_more() -> Response:
    """The following tasks of a part."""
    with reading() as work:
        return render_fragment("tasks/_groups.html", inbox_of(work, asked_of(request.args)))


@blueprint.get("/tasks/panel")
def show_panel() -> Response:
    """The tasks of a record."""
    entity, _, record_id = request.args.get("record", "").partition("/")
    with reading() as work:
        name = require_visible(work, entity, record_id).name
        return render_fragment("tasks/_panel.html", panel_of(work, name, record_id))


@blueprint.get("/tasks/<task_id>")
def show_task(task_id: str) -> Response:
    """The inbox at one task, where a mail or a notification leads."""
    with reading() as work:
        state = task_view(work, task_id).task.state
        asked = asked_of(request.args)
        return show(work, asked if state == "open" else replace(asked, scope="done"), task_id)


@blueprint.get("/tasks/<task_id>/preview")
def show_preview(task_id: str) -> BaseResponse:
    """A task beside the list."""
    asked = asked_of(request.args)
    with reading() as work:
        if not htmx.wants_fragment():
            return redirect(asked.address(task=task_id))
        return render_fragment("tasks/_preview.html", preview_of(work, task_id, asked))


@blueprint.post("/tasks/<task_id>/complete")
def complete(task_id: str) -> BaseResponse:
    """End a task; what is missing is asked for in the preview, and the next task follows."""
    form, outcome = request.form, request.form.get("outcome") or None
    with reading() as work:
        asked = outcomes_of(task_view(work, task_id).task)
    names = tuple(dict.fromkeys(name for each in asked.values() for name in each.fields))
    sent = read_inputs(form, names)
    wanted = asked[outcome].fields if outcome in asked else names
    values = {name: parts for name, parts in sent.items() if name in wanted}
    command = CompleteTask(task_id, outcome, form.get("comment", ""), values, "text")
    try:
        task = write(lambda work: complete_task(work, command))
    except RecordRejected as error:
        return _refused(task_id, Tried(sent, command.comment, error.violations))
    label = outcomes_of(task)[str(task.outcome)].label.get(current_locale())
    return _after(task, gettext("{outcome}: {title}", outcome=label, title=task.title))


@blueprint.post("/tasks/<task_id>/take")
def take(task_id: str) -> BaseResponse:
    """Take a task from a queue; it stays beside the list, now as one's own."""
    return _done(lambda work: take_task(work, task_id), gettext("The task is yours."), task_id)


@blueprint.post("/tasks/<task_id>/give-back")
def give_back(task_id: str) -> BaseResponse:
    """Put a task back into its queue."""
    return _done(lambda work: give_back_task(work, task_id), gettext("The task is in its queue again."))


@blueprint.post("/tasks/<task_id>/snooze")
def snooze(task_id: str) -> BaseResponse:
    """Put a task off, or bring it back."""
    until = request.form.get("until", "")
    try:
        moment = datetime.fromisoformat(until) if until else None
    except ValueError:
        raise RecordRejected([Violation("/until", "not_a_moment", "There is no such day or time.")]) from None
    text = gettext("Snoozed.") if moment else gettext("The task is back.")
    return _done(lambda work: snooze_task(work, task_id, moment), text)


@blueprint.post("/tasks/<task_id>/cancel")
def cancel(task_id: str) -> BaseResponse:
    """End a task without an outcome."""
    return _done(lambda work: cancel_task(work, task_id, request.form.get("comment", "")), gettext("Cancelled."))


def show(
    work: Work, asked: Asked, chosen: str = "", tried: Tried | None = None, headers: Mapping[str, object] | None = None
) -> Response:
    """The inbox with a task beside it; a task that is gone is left out."""
    page = inbox_of(work, asked, chosen)
    try:
        preview = preview_of(work, chosen, asked, tried) if chosen else None
    except NotFound:
        preview = None
    page = replace(page, preview=preview, here=page.here if preview else asked.address())
    response = render(INBOX, shell(work, preview.title if preview else ""), page, 422 if tried else 200)
    return htmx.trigger(response, headers) if headers else response


def shell(work: Work, title: str = "") -> Shell:
    """The frame of the inbox."""
    inbox = gettext("Tasks")
    crumbs = [Crumb(inbox, Asked().address()), Crumb(title)] if title else [Crumb(inbox)]
    return shell_of(work, f"{title} · {inbox}" if title else inbox, crumbs)


def answer(text: str, chosen: str = "") -> BaseResponse:
    """The inbox after something was done there, with a word about it; the panel of a record where it was done there."""
    if not htmx.is_htmx():
        flash(text)
        return redirect(asked_of(request.args).address(task=chosen or None), 303)
    toast = {"kalip:toast": {"message": text}}
    with reading() as work:
        panel = request.form.get("panel", "")
        if panel:
            entity, _, record_id = panel.partition("/")
            require_visible(work, entity, record_id)
            return htmx.trigger(render_fragment("tasks/_panel.html", panel_of(work, entity, record_id)), toast)
        asked = asked_of(request.args)
        return htmx.push(show(work, asked, chosen, headers=toast), asked.address(task=chosen or None))


def _done(command: Callable[[Work], Task], text: str, chosen: str = "") -> BaseResponse:
    try:
        write(command)
    except (TaskTaken, RecordRejected) as error:
        if not htmx.is_htmx():
            raise
        return _told(error)
    return answer(text, chosen)


def _after(task: Task, text: str) -> BaseResponse:
    """The inbox without the task that was ended, at the one that followed it there."""
    following = request.form.get("next", "")
    if following and following != task.id:
        with reading() as work:
            try:
                state = task_view(work, following).task.state
            except NotFound:
                state = ""
        following = following if state == "open" else ""
    return answer(text, following)


def _refused(task_id: str, tried: Tried) -> BaseResponse:
    asked = asked_of(request.args)
    with reading() as work:
        if request.form.get("panel"):
            response = Response(status=204)
            return htmx.trigger(response, {"kalip:toast": {"message": said(tried.violations), "kind": "error"}})
        if not htmx.is_htmx():
            return show(work, asked, task_id, tried)
        page = preview_of(work, task_id, asked, tried)
        return htmx.retarget(render_fragment("tasks/_preview.html", page, 422), "#task-preview", "outerHTML")


def _told(error: KalipError) -> BaseResponse:
    """The inbox as it is now, with the reason why something was not done."""
    violations = getattr(error, "violations", ())
    text = said(violations) if violations else message_of(current_locale(), error)
    with reading() as work:
        return show(work, asked_of(request.args), headers={"kalip:toast": {"message": text, "kind": "error"}})
