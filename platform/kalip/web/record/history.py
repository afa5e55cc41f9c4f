"""Routes of a record's history: its parts by kind, and the comments that people write there."""

from dataclasses import replace

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected
from kalip.records import (
    Stretch,
    Work,
    comment,
    history_of,
    remove_comment,
    require_visible,
    visible_entity,
)
from kalip.records.mentions import people_to_mention
from kalip.storage import find_event
from kalip.web import htmx
from kalip.web.faults import errors_of
from kalip.web.locale import gettext
from kalip.web.record.page import Chosen, record_shell, show
from kalip.web.record.timeline import entry_of, shown_of, timeline_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, write

blueprint = Blueprint("history", __name__)

FIRST = 20
_LONGEST_NAME = 100
_PAGE = View("record/page.html")


@blueprint.get("/<entity>/<record_id>/events")
def more(entity: str, record_id: str) -> Response:
    """The history's entries of a kind, from the beginning or after a cursor."""
    cursor = request.args.get("cursor")
    with reading() as work:
        found = require_visible(work, entity, record_id)
        shown = shown_of(request.args.get("history", ""))
        stretch = Stretch(cursor=cursor, shown=shown) if cursor else Stretch(FIRST, shown=shown)
        last = find_event(work.session, found.name, record_id, cursor) if cursor else None
        page = history_of(work, found, record_id, stretch)
        timeline = timeline_of(work, found, record_id, page, shown, last.at if last else None)
        return render_fragment("record/_events.html" if cursor else "record/_timeline.html", timeline)


@blueprint.get("/<entity>/<record_id>/comments/people")
def find_people(entity: str, record_id: str) -> Response:
    """People whom a comment may mention, by the beginning of a name: those who may see the record."""
    typed = request.args.get("q", "")[:_LONGEST_NAME]
    with reading() as work:
        name = require_visible(work, entity, record_id).name
        found = people_to_mention(work, typed, name, record_id)
    return jsonify({"options": [{"title": each.name, "note": each.email, "written": text} for each, text in found]})


@blueprint.post("/<entity>/<record_id>/comments")
def write_comment(entity: str, record_id: str) -> BaseResponse:
    """Comment on a record; what is refused comes back as it was typed."""
    text = request.form.get("text", "")
    try:
        write(lambda work: comment(work, entity, record_id, text))
    except RecordRejected as error:
        return _refused(entity, record_id, text, errors_of(error.violations)["text"])
    if not htmx.is_htmx():
        return _back(entity, record_id)
    with reading() as work:
        return render_fragment("record/_history.html", show(work, entity, record_id, chosen=_chosen()).timeline)


@blueprint.post("/<entity>/<record_id>/comments/<comment_id>/remove")
def take_back(entity: str, record_id: str, comment_id: str) -> BaseResponse:
    """Take a comment back."""

    def use(work: Work) -> Response:
        left = remove_comment(work, entity, record_id, comment_id)
        event = entry_of(work, visible_entity(work, entity), record_id, left)
        return render_fragment("record/_event.html", None, event=event)

    said = gettext("The comment was taken back.")
    response = write(use)
    if htmx.is_htmx():
        return htmx.trigger(response, {"kalip:toast": {"message": said}})
    flash(said)
    return _back(entity, record_id)


def _refused(entity: str, record_id: str, text: str, fault: str) -> Response:
    with reading() as work:
        page = show(work, entity, record_id, chosen=_chosen())
        timeline = replace(page.timeline, typed=text, fault=fault) if page.timeline else None
        if htmx.is_htmx():
            return render_fragment("record/_history.html", timeline, 422)
        page = replace(page, timeline=timeline)
        return render(_PAGE, record_shell(work, visible_entity(work, entity), page.title), page, 422)


def _chosen() -> Chosen:
    return Chosen(history=shown_of(request.form.get("history", "")))


def _back(entity: str, record_id: str) -> BaseResponse:
    chosen = _chosen().history
    kept = None if chosen == "all" else chosen
    address = url_for("record.show_record", entity=entity, record_id=record_id, history=kept, _anchor="history")
    return redirect(address, 303)
