"""Forms about tasks: a new one, another holder, other words or another date; and many ended at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import NotFound, RecordRejected, Violation
from kalip.base.text import Text
from kalip.records import Work, pick_user, require_visible, title_of
from kalip.records.organisation import away_notices
from kalip.records.readers import active_people, may_see
from kalip.web import htmx
from kalip.web.cells import record_url
from kalip.web.faults import errors_of
from kalip.web.inputs import Option, read_moment
from kalip.web.locale import current_locale, gettext
from kalip.web.organisation.shown import away_text
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.web.tasks.page import asked_of, priority_label
from kalip.web.tasks.routes import answer, shell
from kalip.workflow.tasks import (
    DEFAULT_OUTCOMES,
    LONGEST_TITLE,
    PRIORITIES,
    AssignTask,
    ChangeTask,
    NewTask,
    Outcome,
    assign_task,
    change_task,
    create_task,
    task_view,
)

blueprint = Blueprint("new_tasks", __name__)
_FORM = View("tasks/form.html", "tasks/_form.html")
_OFFERED = 12
_ASKED_AT_MOST = 200

OUTCOME_SETS: Final[Mapping[str, Mapping[str, Outcome]]] = {
    "done": DEFAULT_OUTCOMES,
    "approval": {
        "approve": Outcome(Text((("en", "Approve"), ("tr", "Onayla"), ("ru", "Согласовать"))), tone="good"),
        "reject": Outcome(Text((("en", "Reject"), ("tr", "Reddet"), ("ru", "Отклонить"))), comment=True, tone="bad"),
    },
    "read": {"read": Outcome(Text((("en", "I have read it"), ("tr", "Okudum"), ("ru", "Ознакомлен"))), tone="good")},
}
_KINDS: Final = {"done": "task", "approval": "approval", "read": "acquaintance"}


@dataclass(frozen=True, slots=True)
class TaskForm:
    """A form about a task. `shows` names the inputs it has; `record` is what the task is about, as entity and id."""

    href: str
    back: str
    heading: str
    button: str
    shows: frozenset[str]
    record: str
    about: str
    title: str
    note: str
    user: str
    user_name: str
    roles: tuple[Option, ...]
    due: str
    priorities: tuple[Option, ...]
    sets: tuple[Option, ...]
    errors: Mapping[str, str]
    fault: str
    panel: str
    longest: int = LONGEST_TITLE


@blueprint.get("/tasks/new")
def new() -> Response:
    """The form of a new task, about the record that the address names."""
    entity, record_id = request.args.get("entity", ""), request.args.get("record_id", "")
    with reading() as work:
        record = f"{require_visible(work, entity, record_id).name}/{record_id}" if entity else ""
        user = request.args.get("user") or work.actor.id or ""
        return _show(work, _new_form(work, {"record": record, "user": user}))


@blueprint.post("/tasks/new")
def create() -> BaseResponse:
    """Give a task."""
    form = request.form
    entity, _, record_id = form.get("record", "").partition("/")
    chosen = form.get("outcomes", "done")
    faults: list[Violation] = []

    def use(work: Work) -> str:
        faults.clear()
        command = NewTask(
            title=form.get("title", ""),
            entity=entity or None,
            record_id=record_id or None,
            user=None if form.get("role") else form.get("user") or None,
            role=form.get("role") or None,
            due=read_moment(work, form.get("due", ""), "/due", faults),
            outcomes=OUTCOME_SETS.get(chosen, DEFAULT_OUTCOMES),
            note=form.get("note", ""),
            priority=form.get("priority", "normal"),
            kind=_KINDS.get(chosen, "task"),
        )
        if faults:
            raise RecordRejected(faults)
        return create_task(work, command)

    try:
        write(use)
    except RecordRejected as error:
        with reading() as work:
            return _show(work, _new_form(work, form, errors_of(error.violations)), 422)
    said = f"{gettext('The task is given.')} {_away(None if form.get('role') else form.get('user'))}".strip()
    if htmx.is_htmx() and form.get("panel"):
        return htmx.trigger(Response(status=204), {"kalip:tasks": True, "kalip:toast": {"message": said}})
    flash(said)
    return htmx.lead_to(record_url(entity, record_id) if entity else url_for("tasks.show_inbox"))


@blueprint.get("/tasks/people")
def people() -> Response:
    """People to give a task to, by what was typed: those who may see the record it is about."""
    entity, _, record_id = request.args.get("entity", "").partition("/")
    with reading() as work:
        hits = pick_user(work, request.args.get("q", "")[:_ASKED_AT_MOST], _ASKED_AT_MOST)
        found = active_people(work, (hit.id for hit in hits))
        seeing = [each for each in found.values() if not entity or may_see(work, each, entity, record_id)]
        away = {each.user: each for each in away_notices(work, [each.id for each in seeing[:_OFFERED]])}
        options = [
            {
                "id": each.id,
                "title": each.name,
                "note": away_text(work, away[each.id]) if each.id in away else each.email,
            }
            for each in seeing[:_OFFERED]
        ]
    return jsonify({"options": options, "create": False})


@blueprint.get("/tasks/<task_id>/assign")
def show_assign(task_id: str) -> Response:
    """The form that gives a task to somebody else."""
    with reading() as work:
        return _show(work, _assign_form(work, task_id, {}))


@blueprint.post("/tasks/<task_id>/assign")
def assign(task_id: str) -> BaseResponse:
    """Give a task to somebody else: as its holder on, as who gave it elsewhere."""
    form = request.form

    def use(work: Work) -> object:
        delegate = "assign" not in task_view(work, task_id).may
        role = form.get("role") or None
        return assign_task(work, AssignTask(task_id, None if role else form.get("user") or None, role, delegate))

    try:
        write(use)
    except RecordRejected as error:
        with reading() as work:
            return _show(work, _assign_form(work, task_id, form, errors_of(error.violations)), 422)
    away = _away(None if form.get("role") else form.get("user"))
    return _closed(f"{gettext('The task is given to somebody else.')} {away}".strip())


@blueprint.get("/tasks/<task_id>/change")
def show_change(task_id: str) -> Response:
    """The form of a task's words and date."""
    with reading() as work:
        return _show(work, _change_form(work, task_id, {}))


@blueprint.post("/tasks/<task_id>/change")
def change(task_id: str) -> BaseResponse:
    """Change a task's words and date."""
    form = request.form

    def use(work: Work) -> object:
        faults: list[Violation] = []
        values = {name: form.get(name, "") for name in ("title", "note", "priority")}
        due = read_moment(work, form.get("due", ""), "/due", faults)
        if faults:
            raise RecordRejected(faults)
        return change_task(work, ChangeTask(task_id, {**values, "due": due}))

    try:
        write(use)
    except RecordRejected as error:
        with reading() as work:
            return _show(work, _change_form(work, task_id, form, errors_of(error.violations)), 422)
    return _closed(gettext("Saved."), task_id)


def _away(user: str | None) -> str:
    """A warning where a person who was given work is away."""
    if not user:
        return ""
    with reading() as work:
        return " ".join(away_text(work, each) for each in away_notices(work, [user]))


def _closed(text: str, chosen: str = "") -> BaseResponse:
    """The inbox behind the dialog, as it is now."""
    if not htmx.is_htmx():
        return answer(text, chosen)
    response = answer(text, chosen)
    if isinstance(response, Response):
        htmx.retarget(response, "#inbox", "morph:outerHTML")
        htmx.trigger(response, {"kalip:close": True, "kalip:toast": {"message": text}})
    return response


def _new_form(work: Work, given: Mapping[str, str], errors: Mapping[str, str] | None = None) -> TaskForm:
    entity, _, record_id = given.get("record", "").partition("/")
    about = title_of(work, entity, record_id) if entity in work.model.entities else ""
    shows = frozenset(("title", "note", "holder", "due", "priority", "outcomes"))
    plain = _form(work, given, errors, shows)
    return replace(
        plain,
        href=url_for("new_tasks.create"),
        back=record_url(entity, record_id) if about else url_for("tasks.show_inbox"),
        heading=gettext("New task"),
        button=gettext("Give the task"),
        about=about,
        panel=given.get("panel", "1" if about and htmx.is_htmx() else ""),
    )


def _assign_form(
    work: Work, task_id: str, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> TaskForm:
    view = task_view(work, task_id)
    if not view.may & {"assign", "delegate"}:
        raise NotFound("There is no task '{id}'.", params={"id": task_id[:60]})
    record = f"{view.task.entity}/{view.task.record_id}" if view.task.entity else ""
    shows = frozenset(("holder",)) if "assign" in view.may else frozenset(("person",))
    heading = gettext("Give to somebody else") if "assign" in view.may else gettext("Delegate")
    plain = _form(work, {"record": record, **given}, errors, shows)
    asked = asked_of(request.args)
    return replace(
        plain,
        href=asked.address("new_tasks.assign", task_id=task_id),
        back=asked.address(task=task_id),
        heading=heading,
        button=heading,
        about=view.task.title,
    )


def _change_form(
    work: Work, task_id: str, given: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> TaskForm:
    view = task_view(work, task_id)
    if "change" not in view.may:
        raise NotFound("There is no task '{id}'.", params={"id": task_id[:60]})
    task, zone = view.task, ZoneInfo(work.actor.timezone)
    known = {
        "title": task.title,
        "note": task.note,
        "priority": PRIORITIES[task.priority],
        "due": f"{task.due_at.astimezone(zone):%Y-%m-%dT%H:%M}" if task.due_at else "",
    }
    plain = _form(work, {**known, **given}, errors, frozenset(("title", "note", "due", "priority")))
    asked = asked_of(request.args)
    return replace(
        plain,
        href=asked.address("new_tasks.change", task_id=task_id),
        back=asked.address(task=task_id),
        heading=gettext("Change the task"),
        button=gettext("Save"),
    )


def _form(work: Work, given: Mapping[str, str], errors: Mapping[str, str] | None, shows: frozenset[str]) -> TaskForm:
    locale = current_locale()
    chosen_role, priority = given.get("role", ""), given.get("priority", "normal")
    user = given.get("user", "")
    named = {"title", "note", "user", "role", "due", "priority"}
    sets = {"done": gettext("Done"), "approval": gettext("Approve or reject"), "read": gettext("Read and confirm")}
    return TaskForm(
        href="",
        back="",
        heading="",
        button="",
        shows=shows,
        record=given.get("record", ""),
        about="",
        title=given.get("title", ""),
        note=given.get("note", ""),
        user=user,
        user_name=title_of(work, "user", user) if user else "",
        roles=(
            Option("", "", not chosen_role),
            *(Option(name, role.label.get(locale), name == chosen_role) for name, role in work.model.roles.items()),
        ),
        due=given.get("due", ""),
        priorities=tuple(Option(name, priority_label(name), name == priority) for name in PRIORITIES),
        sets=tuple(Option(name, label, name == given.get("outcomes", "done")) for name, label in sets.items()),
        errors=errors or {},
        fault=" ".join(text for name, text in (errors or {}).items() if name not in named),
        panel="",
    )


def _show(work: Work, page: TaskForm, status: int = 200) -> Response:
    return render(_FORM, shell(work, page.heading), page, status)
