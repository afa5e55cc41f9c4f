"""Many tasks ended at once: the outcomes that all of them have, one comment, and what became of each."""

from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for

from kalip.base.errors import KalipError, NotFound, RecordRejected
from kalip.records import Work
from kalip.web.faults import said
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.render import View, render
from kalip.web.session import actor, reading, services
from kalip.web.tasks.page import asked_of
from kalip.web.tasks.routes import shell
from kalip.workflow.tasks import CompleteTask, TaskView, complete_many, task_view

blueprint = Blueprint("many_tasks", __name__)
_FORM = View("tasks/bulk.html", "tasks/_bulk.html")
_RESULT = View("tasks/bulk_result.html", "tasks/_bulk_result.html")
_MOST = 200


@dataclass(frozen=True, slots=True)
class ManyForm:
    """The form that ends many tasks."""

    href: str
    back: str
    ids: tuple[str, ...]
    outcomes: tuple[Option, ...]
    comment: str
    needs_comment: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """A task of many, and why it was not ended; empty when it was."""

    title: str
    href: str
    reason: str


@dataclass(frozen=True, slots=True)
class ManyResult:
    """What became of the tasks."""

    back: str
    done: int
    refused: tuple[Ended, ...]


@blueprint.post("/tasks/many/form")
def choose() -> Response:
    """The form that ends the selected tasks."""
    with reading() as work:
        return _show(work, _ids())


@blueprint.post("/tasks/many")
def end() -> Response:
    """End the selected tasks, each for itself, and tell what became of each."""
    ids, outcome, comment = _ids(), request.form.get("outcome", ""), request.form.get("comment", "")
    if not ids or not outcome:
        with reading() as work:
            return _show(work, ids, gettext("Choose how the tasks end."))
    results = complete_many(services(), actor(), [CompleteTask(each, outcome, comment) for each in ids])
    with reading() as work:
        refused = tuple(
            Ended(_title(work, str(each.id)), url_for("tasks.show_task", task_id=each.id), _reason(each.error))
            for each in results
            if each.error is not None
        )
        page = ManyResult(asked_of(request.args).address(), len(results) - len(refused), refused)
        return render(_RESULT, shell(work, gettext("End tasks")), page)


def _ids() -> tuple[str, ...]:
    return tuple(dict.fromkeys(request.form.getlist("id")))[:_MOST]


def _show(work: Work, ids: tuple[str, ...], fault: str = "") -> Response:
    views = _views(work, ids)
    common = set.intersection(*(set(each.outcomes) for each in views)) if views else set()
    first = views[0].outcomes if views else {}
    asking = any(each.outcomes[name].fields for each in views for name in common)
    offered = [name for name in first if name in common and not any(each.outcomes[name].fields for each in views)]
    if views and not offered:
        fault = gettext("These tasks need fields of their records: end them one by one.") if asking else gettext(
            "These tasks have no outcome in common: end them one by one."
        )  # fmt: skip
    if not ids:
        fault = gettext("Select some tasks first.")
    asked = asked_of(request.args)
    chosen = request.form.get("outcome", "")
    page = ManyForm(
        href=asked.address("many_tasks.end"),
        back=asked.address(),
        ids=tuple(each.task.id for each in views),
        outcomes=tuple(Option(name, first[name].label.get(current_locale()), name == chosen) for name in offered),
        comment=request.form.get("comment", ""),
        needs_comment=any(each.outcomes[name].comment for each in views for name in offered),
        fault=fault,
    )
    return render(_FORM, shell(work, gettext("End tasks")), page, 422 if fault else 200)


def _views(work: Work, ids: tuple[str, ...]) -> list[TaskView]:
    found = []
    for task_id in ids:
        try:
            found.append(task_view(work, task_id))
        except NotFound:
            continue
    return found


def _title(work: Work, task_id: str) -> str:
    try:
        return task_view(work, task_id).task.title
    except NotFound:
        return gettext("(no name)")


def _reason(error: KalipError) -> str:
    if isinstance(error, RecordRejected) and error.violations:
        return said(error.violations)
    return message_of(current_locale(), error)
