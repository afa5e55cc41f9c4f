"""Routes of calendars: a stretch of days, a record looked at, and moved to another day or hour."""

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import (
    AccessDenied,
    BadRequest,
    Conflict,
    KalipError,
    RecordRejected,
    StaleVersion,
    TransitionRefused,
)
from kalip.model import Verb
from kalip.records import require_visible, visible_entity
from kalip.records.pages import find_calendar
from kalip.records.reading import get_record, record_rights
from kalip.records.rescheduling import Reschedule, reschedule
from kalip.web import htmx
from kalip.web.calendars.page import SPANS, Asked, Span, context_of, today_of
from kalip.web.cells import record_url
from kalip.web.errors import status_of
from kalip.web.locale import current_locale, gettext, message_of
from kalip.web.record.page import Chosen, record_shell, show
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.web.shell import Crumb, plural_of, shell_of

blueprint = Blueprint("calendars", __name__)
_CALENDAR = View("calendars/page.html", "calendars/_calendar.html")
_LOOK = View("calendars/look.html", "calendars/_look.html")


@dataclass(frozen=True, slots=True)
class Look:
    """A record of the calendar in small, with the form that moves it; `move` is empty where one may not."""

    title: str
    href: str
    back: str
    record: object
    move: str
    day: str
    clock: str
    timed: bool
    version: int


@blueprint.get("/<entity>/calendar", defaults={"calendar": None})
@blueprint.get("/<entity>/calendar/<calendar>")
def show_calendar(entity: str, calendar: str | None) -> Response:
    """A stretch of a calendar; this month when the address names none."""
    arguments = request.args
    span: Span = next((each for each in SPANS if each == arguments.get("span")), "month")
    with reading() as work:
        found = visible_entity(work, entity)
        day = _day(arguments.get("day", "")) or today_of(work)
        asked = Asked(found.name, calendar, span, day, arguments.get("filter", ""))
        page = context_of(work, asked)
        plural = plural_of(found)
        crumbs = [Crumb(plural, url_for("lists.show_list", entity=found.name)), Crumb(page.title)]
        return render(_CALENDAR, shell_of(work, f"{page.title} · {plural}", crumbs), page)


@blueprint.get("/<entity>/<record_id>/calendar/<calendar>")
def look(entity: str, record_id: str, calendar: str) -> Response:
    """A record in small, and the form that moves it without dragging."""
    with reading() as work:
        found = require_visible(work, entity, record_id)
        view = find_calendar(found, calendar)
        page = show(work, found.name, record_id, chosen=Chosen(looking=True))
        times = get_record(work, found.name, record_id, view.times, form="values")
        begins = times.get(view.start) or (times.get(view.day) if view.day else None)
        timed = hasattr(times.get(view.start), "hour")
        local = begins.astimezone(ZoneInfo(work.actor.timezone)) if timed else begins  # type: ignore[attr-defined]
        may = Verb.UPDATE in record_rights(work, found.name, record_id, (Verb.UPDATE,)) and not page.archived
        version = int(str(get_record(work, found.name, record_id, ("version",))["version"]))
        context = Look(
            title=page.title,
            href=record_url(found.name, record_id),
            back=_back(found.name),
            record=page,
            move=url_for("calendars.move", entity=found.name, record_id=record_id, calendar=view.name) if may else "",
            day=f"{local:%Y-%m-%d}" if local else "",
            clock=f"{local:%H:%M}" if timed else "",
            timed=timed,
            version=version,
        )
        return render(_LOOK, record_shell(work, found, page.title), context)


@blueprint.post("/<entity>/<record_id>/calendar/<calendar>")
def move(entity: str, record_id: str, calendar: str) -> BaseResponse:
    """Move a record to another day, and hour; what is refused is explained."""
    form = request.form
    day, clock = _day(form.get("day", "")), _clock(form.get("time", ""))
    if day is None:
        raise BadRequest("There is no such day or time.")
    command = Reschedule(entity, record_id, day, clock, calendar, form.get("version", type=int))
    try:
        write(lambda work: reschedule(work, command))
    except StaleVersion:
        return _refused(Conflict("The record was changed meanwhile: look at it again before you move it."))
    except (AccessDenied, Conflict, RecordRejected, TransitionRefused) as error:
        return _refused(error)
    said = gettext("Moved.")
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"ok": True, "message": said})
    flash(said)
    back = form.get("back", "")
    return htmx.lead_to(back if back.startswith(f"/{entity}/") else url_for("calendars.show_calendar", entity=entity))


def _refused(error: KalipError) -> BaseResponse:
    locale = current_locale()
    faults = [message_of(locale, each) for each in getattr(error, "violations", ())]
    text = " ".join(faults) or message_of(locale, error)
    if request.accept_mimetypes.best == "application/json":
        response = jsonify({"ok": False, "message": text})
        response.status_code = status_of(error)
        return response
    if htmx.is_htmx():
        return htmx.trigger(Response(status=204), {"kalip:toast": {"message": text, "kind": "error"}})
    raise error


def _back(entity: str) -> str:
    back = request.args.get("back", "")
    return back if back.startswith(f"/{entity}/calendar") else url_for("calendars.show_calendar", entity=entity)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Months around it are shown, too.
    return found if 1900 <= found.year <= 9000 else None


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        return None
