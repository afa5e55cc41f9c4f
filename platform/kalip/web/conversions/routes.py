"""Routes of a conversion's dialogue, of what it came to, and of taking it back."""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import (
    AccessDenied,
    Conflict,
    DiagnosticsError,
    KalipError,
    NotFound,
    RecordRejected,
    StaleVersion,
)
from kalip.designer import carry_fields
from kalip.model import Conversion, Entity
from kalip.records import Work, require_visible, title_of, visible_entity
from kalip.web import htmx
from kalip.web.cells import record_url
from kalip.web.conversions.page import Scene, blocking, dialogue_of, refused_for_good, steps_to_fill
from kalip.web.conversions.result import ResultPage, result_page
from kalip.web.conversions.sent import CARRY, CHOOSE, CONVERT, LOOK, NEXT, Sent, first_look, read_sent
from kalip.web.errors import status_of
from kalip.web.locale import gettext
from kalip.web.record.page import record_shell
from kalip.web.render import View, render, render_fragment
from kalip.web.session import actor, reading, site, write
from kalip.web.shell import Crumb, Shell, plural_of, shell_of
from kalip.workflow.conversions import (
    ConversionPlan,
    ConversionRefused,
    Converted,
    UndoRefused,
    conversion_plan,
    conversions_of,
    convert_record,
    decline_gaps,
    undo_conversion,
)
from kalip.workflow.conversions.sources import find_conversion_of

blueprint = Blueprint("conversions", __name__)
_DIALOGUE = View("conversions/dialogue.html", "conversions/_dialogue.html")
_RESULT = View("conversions/result.html", "conversions/_result.html")
_ADDRESS = "/<entity>/<record_id>/convert/<name>"
_DONE = "/<entity>/<record_id>/conversions/<conversion_id>"
_WRONG = "Some fields are missing or wrong for this conversion."


@dataclass(frozen=True, slots=True)
class _Place:
    """A record and one of its conversions."""

    entity: Entity
    record_id: str
    conversion: Conversion


@dataclass(frozen=True, slots=True)
class Going:
    """A conversion that asks nothing: where it is sent to."""

    href: str
    board: bool


@blueprint.get(_ADDRESS)
def show_dialogue(entity: str, record_id: str, name: str) -> BaseResponse:
    """The dialogue: what can be made of the record, or where an earlier one was left."""
    with reading() as work:
        place, sent = _place(work, entity, record_id, name), first_look(board="board" in request.args)
        if place.conversion.automatic and htmx.wants_fragment() and _goes_by_itself(work, place, sent):
            return render_fragment("conversions/_going.html", Going(dialogue_address(place), board=sent.board))
        return _show(work, place, sent)


@blueprint.post(_ADDRESS)
def converse(entity: str, record_id: str, name: str) -> BaseResponse:
    """Go on in the dialogue: look again after a choice, fill in the next forms, or convert."""
    with reading() as work:
        place = _place(work, entity, record_id, name)
        sent = read_sent(work, place.entity, place.conversion, request.form)
    if all(sent.settled):
        return _settle(entity, record_id, name, sent)
    with reading() as work:
        place = _place(work, entity, record_id, name)
        if sent.go not in (CONVERT, NEXT) or sent.stepped:
            return _turn(work, place, sent)
        if sent.go == NEXT and _is_saved(work, place, sent):
            return _show(work, place, replace(sent, at=NEXT))
        unclear = sent.unresolved()
        if unclear:
            return _show(work, place, sent, ConversionRefused(_WRONG, violations=unclear))
    command = sent.command(place.conversion, record_id)
    command = replace(command, version=sent.version, steps="next" if sent.go == NEXT else "all")
    try:
        done = write(lambda work: convert_record(work, command))
    except ConversionRefused as error:
        with reading() as work:
            return _refused(work, _place(work, entity, record_id, name), sent, error)
    except (AccessDenied, Conflict, StaleVersion) as error:
        with reading() as work:
            return _overtaken(work, _place(work, entity, record_id, name), sent, error)
    with reading() as work:
        return _went_on(work, _place(work, entity, record_id, name), sent, done)


@blueprint.get(_DONE)
def show_result(entity: str, record_id: str, conversion_id: str) -> Response:
    """What a conversion came to."""
    with reading() as work:
        found = visible_entity(work, entity)
        done = _find(work, found, record_id, conversion_id)
        return _result(work, found, result_page(work, found, done))


@blueprint.post(_DONE + "/undo")
def undo(entity: str, record_id: str, conversion_id: str) -> BaseResponse:
    """Take a conversion back; what stands in the way is listed."""
    with reading() as work:
        found = visible_entity(work, entity)
        done = _find(work, found, record_id, conversion_id)
    try:
        write(lambda work: undo_conversion(work, done.id))
    except UndoRefused:
        with reading() as work:
            found = visible_entity(work, entity)
            return _result(work, found, result_page(work, found, done), 409)
    flash(gettext("The conversion is undone."))
    return htmx.lead_to(record_url(entity, record_id))


def planned(work: Work, conversion: Conversion, record_id: str, sent: Sent) -> tuple[ConversionPlan, Sent]:
    """The plan of what was said; at first of what the metadata proposes and the actor may make."""
    plan = conversion_plan(work, sent.command(conversion, record_id))
    if sent.chosen is not None:
        return plan, sent
    offered = [each for each in plan.targets if each.standing == "offered" and each.denied is None]
    proposed = [each for each in offered if each.selected or (plan.done and each.target.again)]
    sent = replace(sent, chosen=tuple(each.target.name for each in proposed))
    if {each.target.name for each in plan.targets if each.selected} == set(sent.chosen or ()) and sent.chosen:
        return plan, sent
    return conversion_plan(work, sent.command(conversion, record_id)), sent


def _settle(entity: str, record_id: str, name: str, sent: Sent) -> BaseResponse:
    """Give a target fields that it lacks, for everybody, or remember that it does without; then go on as before."""
    verb, target = sent.settled
    error: KalipError | None = None
    try:
        if verb == CARRY:
            carry_fields(site(), actor(), entity, name, {target: sent.target(target).carry})
        else:
            write(lambda work: decline_gaps(work, entity, name, [target]))
    except RecordRejected as rejected:
        error = ConversionRefused("The fields can't be made there.", violations=rejected.violations)
    except (AccessDenied, Conflict, DiagnosticsError) as refused:
        error = refused
    with reading() as work:
        return _show(work, _place(work, entity, record_id, name), replace(sent, at=CHOOSE), error)


def _is_saved(work: Work, place: _Place, sent: Sent) -> bool:
    """Whether the step whose forms were sent is saved already: they came twice, or by the browser's back button."""
    past = conversions_of(work, place.entity.name, place.record_id)
    done = {each.target for one in past if one.pending for each in one.results}
    targets = place.conversion.targets
    return any(str(targets[name].step) == sent.at for name in done if name in targets)


def _goes_by_itself(work: Work, place: _Place, sent: Sent) -> bool:
    """Whether nobody has to be asked anything: the metadata says so, and nothing is missing."""
    plan = conversion_plan(work, sent.command(place.conversion, place.record_id))
    return plan.allowed and not plan.done


def dialogue_address(place: _Place) -> str:
    """Where the dialogue's forms go."""
    return url_for(
        "conversions.converse", entity=place.entity.name, record_id=place.record_id, name=place.conversion.name
    )


def _shell(work: Work, place: _Place, title: str) -> Shell:
    """The frame of a page of a record's conversion."""
    entity, plural = place.entity, plural_of(place.entity)
    record = title_of(work, entity.name, place.record_id) or gettext("(no name)")
    crumbs = [
        Crumb(plural, url_for("lists.show_list", entity=entity.name)),
        Crumb(record, record_url(entity.name, place.record_id)),
        Crumb(title),
    ]
    return shell_of(work, f"{title} · {record}", crumbs)


def _place(work: Work, entity: str, record_id: str, name: str) -> _Place:
    found = require_visible(work, entity, record_id)
    return _Place(found, record_id, find_conversion_of(found, name))


def _show(work: Work, place: _Place, sent: Sent, error: KalipError | None = None) -> BaseResponse:
    plan, sent = planned(work, place.conversion, place.record_id, sent)
    if plan.done and not any(each.standing in ("offered", "linked") for each in plan.targets):
        return _result(work, place.entity, result_page(work, place.entity, plan.done[-1]))
    page = dialogue_of(work, Scene(place.entity, place.record_id, plan, sent), error)
    return render(_DIALOGUE, _shell(work, place, page.title), page, status_of(error) if error else 200)


def _turn(work: Work, place: _Place, sent: Sent) -> BaseResponse:
    """Another page, or the same one by what is chosen now."""
    if sent.go in (LOOK, CHOOSE) or sent.stepped:
        return _show(work, place, replace(sent, at=CHOOSE) if sent.go == CHOOSE else sent)
    plan, sent = planned(work, place.conversion, place.record_id, sent)
    faults = (*blocking(plan), *(each for each in sent.unresolved() if each.pointer.endswith("/existing")))
    if plan.open is None and (faults or refused_for_good(plan)):
        error = ConversionRefused("Some choices are still to be made.", violations=faults) if faults else plan.error
        return _show(work, place, replace(sent, at=CHOOSE), error)
    steps = [str(each) for each in steps_to_fill(plan)]
    return _show(work, place, replace(sent, at=sent.go if sent.go in steps else next(iter(steps), CHOOSE)))


def _refused(work: Work, place: _Place, sent: Sent, error: ConversionRefused) -> BaseResponse:
    """The page where the first fault is, with all of them."""
    targets = place.conversion.targets
    pointers = [each.pointer.strip("/").split("/") for each in error.violations]
    typed = [each for each in pointers if len(each) > 2 and each[0] == "targets" and each[2] == "values"]
    steps = {targets[each[1]].step for each in typed if each[1] in targets}
    at = str(min(steps)) if steps and len(typed) == len(pointers) else CHOOSE
    return _show(work, place, replace(sent, at=at), error)


def _overtaken(work: Work, place: _Place, sent: Sent, error: KalipError) -> BaseResponse:
    """What somebody else made of the record meanwhile; else the dialogue once more, by how the record is now."""
    past = conversions_of(work, place.entity.name, place.record_id)
    others = bool(past) and (past[-1].actor != work.actor.id or not past[-1].pending)
    if others and not isinstance(error, AccessDenied):
        mine = past[-1].actor == work.actor.id
        late = (
            gettext("You have converted it already: this is what it has become. Nothing was made twice.")
            if mine
            else gettext("Somebody was faster: this is what it has become. Nothing was made twice.")
        )
        return _result(work, place.entity, result_page(work, place.entity, past[-1], late), 409)
    return _show(work, place, replace(sent, version=None), error)


def _went_on(work: Work, place: _Place, sent: Sent, done: Converted) -> BaseResponse:
    """The next step's form as long as something is pending; then what it came to."""
    if done.pending:
        return _show(work, place, replace(sent, chosen=tuple(done.pending), version=done.version, at=NEXT, own={}))
    if not htmx.is_htmx():
        name, record_id = place.entity.name, place.record_id
        return htmx.lead_to(
            url_for("conversions.show_result", entity=name, record_id=record_id, conversion_id=done.id)
        )  # fmt: skip
    response = _result(work, place.entity, result_page(work, place.entity, done))
    detail = {"id": place.record_id, "stage": _stage(place), "message": gettext("Converted.")}
    return htmx.trigger(response, {"kalip:converted": detail})


def _stage(place: _Place) -> str:
    """The stage that the conversion's move leads to."""
    moves = (each for pipeline in place.entity.pipelines.values() for each in pipeline.transitions.values())
    return next((each.target for each in moves if each.name == place.conversion.transition), "")


def _find(work: Work, entity: Entity, record_id: str, conversion_id: str) -> Converted:
    for each in conversions_of(work, entity.name, record_id):
        if each.id == conversion_id:
            return each
    raise NotFound("There is no conversion with the id '{id}'.", params={"id": conversion_id[:60]})


def _result(work: Work, entity: Entity, page: ResultPage, status: int = 200) -> Response:
    return render(_RESULT, record_shell(work, entity, page.title), page, status)
