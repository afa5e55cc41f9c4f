"""Routes of a record's pipeline beside its moves: another pipeline, steps, the queue, and the stages of its past."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, flash, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import AccessDenied, BadRequest, Conflict, KalipError, RecordRejected, TransitionRefused
from kalip.model import Entity
from kalip.records import Work, get_record, require_visible, visible_entity
from kalip.records.covers import locked_for
from kalip.web import htmx
from kalip.web.cells import record_url, style_of
from kalip.web.faults import errors_of
from kalip.web.inputs import Input, Sheet, State, input_of, read_inputs
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.moves import MoveContext, board_refusal, fault_text, from_board, titles_in
from kalip.web.record.page import record_shell, show
from kalip.web.record.standing import Stay, stays_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, write
from kalip.workflow import (
    AddStep,
    ChangePipeline,
    ChangeStep,
    PipelinePlan,
    StepState,
    TakeRecord,
    add_step,
    change_pipeline,
    change_step,
    pipeline_plan,
    take_record,
    take_step_back,
)

blueprint = Blueprint("pipelines", __name__)
_MOVE = View("record/move.html", "record/_move.html")
_STAYS = View("record/stays.html", "record/_stays.html")


@dataclass(frozen=True, slots=True)
class StaysContext:
    """The stages of a record's past."""

    back: str
    title: str
    stays: tuple[Stay, ...]


@blueprint.get("/<entity>/<record_id>/pipeline/<pipeline>")
def ask(entity: str, record_id: str, pipeline: str) -> Response:
    """The form of a change of pipeline."""
    with reading() as work:
        found = visible_entity(work, entity)
        page = _context(work, found, ChangePipeline(entity, record_id, pipeline, source="text"))
        return render(_MOVE, record_shell(work, found, page.title), page)


@blueprint.post("/<entity>/<record_id>/pipeline/<pipeline>")
def change(entity: str, record_id: str, pipeline: str) -> BaseResponse:
    """Take a record over into another pipeline. What is missing is asked for; a refusal is explained."""
    with reading() as work:
        found = visible_entity(work, entity)
        submitted = read_inputs(request.form, found.attributes)
    command = ChangePipeline(entity, record_id, pipeline, values=submitted, source="text")
    try:
        write(lambda work: change_pipeline(work, command))
    except TransitionRefused as error:
        if from_board() and not error.violations:
            return board_refusal(error)
        with reading() as work:
            found = visible_entity(work, entity)
            page = _context(work, found, command, error)
            if from_board():
                return jsonify({"ok": False, "dialog": f"{page.href}?board=1"})
            return render(_MOVE, record_shell(work, found, page.title), page, 422)
    except (AccessDenied, Conflict) as error:
        if from_board():
            return board_refusal(error)
        raise
    with reading() as work:
        label = visible_entity(work, entity).pipelines[pipeline].label.get(current_locale())
    said = gettext("Moved to {stage}.", stage=label)
    if from_board():
        return jsonify({"ok": True, "message": said})
    if request.form.get("_board") and htmx.is_htmx():
        return htmx.trigger(Response(status=204), {"kalip:moved": {"id": record_id, "stage": "", "message": said}})
    flash(said)
    return htmx.lead_to(record_url(entity, record_id))


@blueprint.post("/<entity>/<record_id>/steps")
def add(entity: str, record_id: str) -> BaseResponse:
    """Add a step by hand."""
    command = AddStep(entity, record_id, request.form.get("title", ""), request.form.get("required") == "true")
    return _stepped(entity, record_id, lambda work: add_step(work, command))


@blueprint.post("/<entity>/<record_id>/steps/<name>")
def tick(entity: str, record_id: str, name: str) -> BaseResponse:
    """Tick a step off, skip it or open it again."""
    state = cast(StepState, request.form.get("state", "done"))  # the use case looks whether it is one
    command = ChangeStep(entity, record_id, name, state, request.form.get("note", ""))
    return _stepped(entity, record_id, lambda work: change_step(work, command))


@blueprint.post("/<entity>/<record_id>/steps/<name>/remove")
def remove(entity: str, record_id: str, name: str) -> BaseResponse:
    """Take a step back that was added by hand."""
    return _stepped(entity, record_id, lambda work: take_step_back(work, entity, record_id, name))


@blueprint.post("/<entity>/<record_id>/take")
def take(entity: str, record_id: str) -> BaseResponse:
    """Take a record from the queue of its stage, or of a group that owns it."""
    write(lambda work: take_record(work, TakeRecord(entity, record_id)))
    flash(gettext("It is yours now."))
    return htmx.lead_to(record_url(entity, record_id))


@blueprint.get("/<entity>/<record_id>/stages")
def show_stays(entity: str, record_id: str) -> Response:
    """The stages that a record went through, with how long it was in each."""
    with reading() as work:
        found = visible_entity(work, entity)
        stays = stays_of(work, found, record_id)
        title = gettext("Time in stages")
        page = StaysContext(record_url(found.name, record_id), title, stays)
        return render(_STAYS, record_shell(work, found, title), page)


def _stepped(entity: str, record_id: str, act: Callable[[Work], object]) -> BaseResponse:
    """Do something to a step and show the part of the page that is about the pipeline anew."""
    said = ""
    try:
        write(act)
    except (TransitionRefused, Conflict, BadRequest, RecordRejected) as error:
        faults = getattr(error, "violations", ())
        said = " ".join(message_of(current_locale(), each) for each in faults or (error,))
    if not htmx.is_htmx():
        if said:
            flash(said, "error")
        return htmx.lead_to(record_url(entity, record_id))
    with reading() as work:
        response = render_fragment("record/_standing.html", show(work, entity, record_id))
    return htmx.trigger(response, {"kalip:toast": {"message": said, "kind": "error"}}) if said else response


def _context(
    work: Work, entity: Entity, command: ChangePipeline, error: TransitionRefused | None = None
) -> MoveContext:
    require_visible(work, entity.name, command.id)
    plan = pipeline_plan(work, command)
    locale = current_locale()
    label, stage = plan.pipeline.label.get(locale), plan.target.label.get(locale)
    found: KalipError | None = error or (None if plan.violations else plan.error)
    names = tuple(field.name for field in plan.asked)
    return MoveContext(
        href=request.path,
        back=record_url(entity.name, command.id),
        title=gettext("Change the pipeline to {pipeline}", pipeline=label),
        text=gettext("It goes on in the stage {stage}.", stage=stage),
        fault=fault_text(found, names),
        fields=_fields(work, entity, command, plan, error),
        button=gettext("Change the pipeline"),
        from_board="board" in request.args or bool(request.form.get("_board")),
    )


def _fields(
    work: Work, entity: Entity, command: ChangePipeline, plan: PipelinePlan, error: TransitionRefused | None
) -> tuple[Input, ...]:
    names = tuple(field.name for field in plan.asked)
    values: Mapping[str, object] = get_record(work, entity.name, command.id, names, form="values") if names else {}
    state = State(
        values=values,
        submitted=read_inputs(request.form, entity.attributes),
        place="move",
        errors=errors_of(error.violations if error else ()),
        required=plan.missing,
        readonly=locked_for(work, entity, command.id),
    )
    sheet = Sheet(work, entity, state, style_of(work, titles_in(work, entity, names, values)))
    return tuple(input_of(sheet, field) for field in plan.asked if field.type != "children")
