"""Moves from stage to stage: at once, or after a small form with what the move asks for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import (
    AccessDenied,
    Conflict,
    KalipError,
    NotFound,
    StaleVersion,
    TransitionRefused,
    Violation,
)
from kalip.model import DIRECTORY, Entity
from kalip.records import SavedRecord, Titles, Work, get_record, require_visible, titles_of, visible_entity
from kalip.records.covers import locked_for
from kalip.web import htmx
from kalip.web.cells import record_url, style_of
from kalip.web.errors import status_of
from kalip.web.faults import errors_of
from kalip.web.inputs import Input, Sheet, State, input_of, read_inputs
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.endings import Ending, ending_address, endings_of
from kalip.web.record.page import record_shell
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.workflow import ApplyTransition, TransitionPlan, apply_transition, moves_of, transition_plan

blueprint = Blueprint("moves", __name__)
_MOVE = View("record/move.html", "record/_move.html")


@dataclass(frozen=True, slots=True)
class MoveContext:
    """The form of a move."""

    href: str
    back: str
    title: str
    text: str
    fault: str
    fields: tuple[Input, ...]
    button: str
    from_board: bool
    leaving: str = ""
    question: str = ""
    endings: tuple[Ending, ...] = ()


@blueprint.get("/<entity>/<record_id>/move/<target>")
def ask(entity: str, record_id: str, target: str) -> BaseResponse:
    """The form of a move; the dialogue of the conversion, where one makes it."""
    with reading() as work:
        found = visible_entity(work, entity)
        dialogue = _dialogue(work, found, record_id, target, board="board" in request.args)
        if dialogue:
            return redirect(dialogue)
        page = _context(work, found, ApplyTransition(entity, record_id, target=target, source="text"))
        return render(_MOVE, record_shell(work, found, page.title), page)


@blueprint.post("/<entity>/<record_id>/move/<target>")
def move(entity: str, record_id: str, target: str) -> BaseResponse:
    """Move a record. What is missing is asked for; a refusal is explained.

    A move that is undone names the version that it left: a record that was changed since stays where it is.
    """
    with reading() as work:
        found = visible_entity(work, entity)
        dialogue = _dialogue(work, found, record_id, target, board=from_board())
        submitted = read_inputs(request.form, found.attributes)
    if dialogue:
        return jsonify({"ok": False, "dialog": dialogue}) if from_board() else redirect(dialogue)
    command = ApplyTransition(
        entity,
        record_id,
        target=target,
        values=submitted,
        version=_version(),
        source="text",
        leaving=request.form.get("_leaving") or None,
    )
    try:
        return _moved(command)
    except TransitionRefused as error:
        return _refused(command, error)
    except StaleVersion:
        late = Conflict("The record was changed meanwhile, so that its move can't be undone any more.")
        if from_board():
            return board_refusal(late)
        raise late from None
    except (AccessDenied, Conflict) as error:
        if from_board():
            return board_refusal(error)
        raise


def _dialogue(work: Work, entity: Entity, record_id: str, target: str, *, board: bool) -> str:
    """Where the conversion is asked for that makes the move to a stage; empty for any other move."""
    if not entity.conversions or not entity.pipelines:
        return ""
    require_visible(work, entity.name, record_id)
    present = get_record(work, entity.name, record_id, ("pipeline", "stage"))
    pipeline = entity.pipelines.get(str(present["pipeline"]))
    moves = pipeline.moves_from(str(present["stage"])) if pipeline is not None else ()
    found = next((each for each in moves if each.target == target), None)
    if found is None or entity.conversion_by(found.name) is None:
        return ""
    return ending_address(entity, record_id, found, board=board)


def _moved(command: ApplyTransition) -> BaseResponse:
    entity, record_id, target = command.entity, command.id, str(command.target)
    with reading() as work:
        plan = transition_plan(work, command)
    asks = (plan.asked or plan.confirm or plan.question) and "_asked" not in request.form
    if asks and (plan.allowed or plan.violations or plan.answerable):
        return _needs_form(entity, record_id, target)
    undo = write(lambda work: _way_back(work, apply_transition(work, command), plan.source))
    said = gettext("Moved to {stage}.", stage=plan.target.label.get(current_locale()))
    if from_board():
        return jsonify({"ok": True, "message": said, **undo})
    if request.form.get("_board") and htmx.is_htmx():
        detail = {"id": record_id, "stage": target, "message": said, **undo}
        return htmx.trigger(Response(status=204), {"kalip:moved": detail})
    flash({"text": said, **undo}, "message")  # type: ignore[arg-type]  # any JSON will do
    return htmx.lead_to(record_url(entity, record_id))


def _way_back(work: Work, saved: SavedRecord, stage: str) -> Mapping[str, str]:
    """Where the move is undone; empty when no move leads back, or none that the person may make."""
    try:
        moves = moves_of(work, saved.entity, saved.id)
    except NotFound:
        return {}  # one may move a record out of one's own sight
    if not any(each.target.name == stage and each.allowed for each in moves):
        return {}
    address = url_for("moves.move", entity=saved.entity, record_id=saved.id, target=stage, version=saved.version)
    return {"undo": address}


def _version() -> int | None:
    return request.args.get("version", type=int)


def _needs_form(entity: str, record_id: str, target: str) -> BaseResponse:
    board = 1 if from_board() else None
    address = url_for(
        "moves.ask", entity=entity, record_id=record_id, target=target, version=_version(), board=board
    )  # fmt: skip
    return jsonify({"ok": False, "dialog": address}) if board else redirect(address)


def _refused(command: ApplyTransition, error: TransitionRefused) -> BaseResponse:
    if from_board():
        return board_refusal(error)
    with reading() as work:
        found = visible_entity(work, command.entity)
        page = _context(work, found, command, error)
        return render(_MOVE, record_shell(work, found, page.title), page, 422)


def board_refusal(error: KalipError) -> BaseResponse:
    """Tell a board why a card can't be where it was dropped."""
    said = " ".join(filter(None, (message_of(current_locale(), error), error.hint)))
    faults = [message_of(current_locale(), each) for each in getattr(error, "violations", ())]
    response = jsonify({"ok": False, "message": " ".join((said, *faults))})
    response.status_code = status_of(error)
    return response


def from_board() -> bool:
    """Whether a board asks, which shows what it is answered by itself."""
    return request.accept_mimetypes.best == "application/json"


def _context(
    work: Work, entity: Entity, command: ApplyTransition, error: TransitionRefused | None = None
) -> MoveContext:
    require_visible(work, entity.name, command.id)
    plan = transition_plan(work, command)
    locale = current_locale()
    board = "board" in request.args or bool(request.form.get("_board"))
    return MoveContext(
        href=url_for("moves.move", entity=entity.name, record_id=command.id, target=command.target, version=_version()),
        back=record_url(entity.name, command.id),
        title=plan.transition.label.get(locale) or plan.target.label.get(locale),
        text=plan.confirm.get(locale),
        question=plan.question.get(locale),
        fault=_fault(plan, error),
        fields=_fields(work, entity, command, plan, error.violations if error else ()),
        button=gettext("Move to {stage}", stage=plan.target.label.get(locale)),
        from_board=board,
        leaving=request.form.get("_leaving") or plan.source,
        endings=endings_of(entity, command.id, plan.endings, plan.transition.name, board=board),
    )


def _fault(plan: TransitionPlan, error: TransitionRefused | None) -> str:
    found = error or (None if plan.violations or plan.answerable else plan.error)
    return fault_text(found, [field.name for field in plan.asked])


def fault_text(found: KalipError | None, shown: Collection[str]) -> str:
    """Why a dialogue's move is refused, with what is wrong with fields that the dialogue doesn't show."""
    if found is None:
        return ""
    hidden = [
        message_of(current_locale(), each)
        for each in getattr(found, "violations", ())
        if each.pointer.strip("/").split("/")[0] not in shown
    ]
    return " ".join((message_of(current_locale(), found), *hidden))


def _fields(
    work: Work, entity: Entity, command: ApplyTransition, plan: TransitionPlan, violations: Sequence[Violation]
) -> tuple[Input, ...]:
    names = tuple(field.name for field in plan.asked)
    values: Mapping[str, object] = get_record(work, entity.name, command.id, names, form="values") if names else {}
    state = State(
        values=values,
        submitted=read_inputs(request.form, entity.attributes),
        place="move",
        errors=errors_of(violations),
        required=(*plan.missing, *plan.target.required, *plan.transition.demands),
        readonly=locked_for(work, entity, command.id),
    )
    sheet = Sheet(work, entity, state, style_of(work, titles_in(work, entity, names, values)))
    return tuple(_fitting(plan, input_of(sheet, field)) for field in plan.asked if field.type != "children")


def _fitting(plan: TransitionPlan, asked: Input) -> Input:
    """An input of the dialogue; that of the reason offers those that fit the move."""
    reason = plan.transition.reason
    if reason is None or asked.name != reason.field or not reason.choices:
        return asked
    offered = tuple(each for each in asked.options if each.value in reason.choices or each.selected)
    return replace(asked, options=offered)


def titles_in(work: Work, entity: Entity, names: Sequence[str], values: Mapping[str, object]) -> Titles | None:
    """The titles of the records that fields of a dialogue name."""
    wanted: dict[str, list[str]] = {}
    for name in names:
        field, value = entity.attributes[name], values.get(name)
        if field.type in ("reference", *DIRECTORY) and isinstance(value, str):
            wanted.setdefault(str(field.names), []).append(value)
    return titles_of(work, wanted) if wanted else None
