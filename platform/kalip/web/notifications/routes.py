"""Routes of notifications: the list, the bell, reading, following records, and how one wants to be told."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import RecordRejected, Violation
from kalip.records import Work
from kalip.storage.awaiting import count_awaiting
from kalip.web import htmx
from kalip.web.cells import record_url
from kalip.web.locale import gettext
from kalip.web.notifications.page import list_of, target_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, signed_in, write
from kalip.web.shell import Crumb, shell_of
from kalip.workflow.notifications import (
    KINDS,
    WAYS,
    choose_ways,
    follow,
    how_followed,
    my_notification,
    read_notifications,
    unfollow,
    unread_notification,
)

blueprint = Blueprint("notifications", __name__)
_LIST = View("notifications/page.html", "notifications/_list.html")


@blueprint.get("/notifications")
def show_list() -> Response:
    """What one was told, latest first; with a cursor only what follows."""
    arguments = request.args
    cursor, kind = arguments.get("cursor", ""), arguments.get("kind", "")
    with reading() as work:
        page = list_of(work, kind if kind in KINDS else "", cursor, unread=arguments.get("unread") == "1")
        if cursor and htmx.wants_fragment():
            return render_fragment("notifications/_rows.html", page)
        title = gettext("Notifications")
        return render(_LIST, shell_of(work, title, [Crumb(title)]), page)


@blueprint.get("/notifications/bell")
def show_bell() -> Response:
    """The bell and the number of tasks, as they are now; asked for now and then by each page."""
    if signed_in() is None and htmx.is_htmx():
        # Whoever is signed out meanwhile keeps the page, and what is typed there.
        return Response(status=204)
    with reading() as work:
        waiting = count_awaiting(work.session, work.actor.id or "", work.now, work.actor.principal, work.actor.entities)
        return render_fragment("notifications/_pulse.html", waiting)


@blueprint.get("/notifications/<notification_id>")
def open_one(notification_id: str) -> BaseResponse:
    """Go to what a notification is about; it is read then."""

    def use(work: Work) -> str:
        found = my_notification(work, notification_id)
        read_notifications(work, [found.id])
        return target_of(work, found)

    return redirect(write(use))


@blueprint.post("/notifications/<notification_id>/read")
def toggle(notification_id: str) -> BaseResponse:
    """Note one as read, or as not read any more."""

    def use(work: Work) -> None:
        if my_notification(work, notification_id).read_at is None:
            read_notifications(work, [notification_id])
        else:
            unread_notification(work, notification_id)

    write(use)
    return _again()


@blueprint.post("/notifications/read")
def read_all() -> BaseResponse:
    """Note everything as read."""
    write(read_notifications)
    return _again()


@blueprint.post("/<entity>/<record_id>/follow")
def change_follow(entity: str, record_id: str) -> BaseResponse:
    """Follow a record, or leave it."""
    leave = request.form.get("follow") == "off"
    write(lambda work: (unfollow if leave else follow)(work, entity, record_id))
    if not htmx.is_htmx():
        return redirect(record_url(entity, record_id), 303)
    said = gettext("You are told no more.") if leave else gettext("You are told of changes and comments.")
    with reading() as work:
        level = how_followed(work, entity, record_id)
        response = render_fragment(
            "record/_follow.html", None, follow=level, beside=False, entity=entity, record_id=record_id
        )
    return htmx.trigger(response, {"kalip:toast": {"message": said}})


@blueprint.post("/notifications/choices")
def choose() -> BaseResponse:
    """Keep how one wants to be told."""
    form = request.form
    choices: dict[str, list[str]] = {kind: [way for way in WAYS if f"{kind}.{way}" in form] for kind in KINDS}
    hour = form.get("hour", "8")
    if not hour.isascii() or not hour.isdecimal() or len(hour) > 2:
        raise RecordRejected([Violation("/hour", "out_of_range", "An hour of the day is 0 to 23.")])
    write(lambda work: choose_ways(work, choices, form.get("rhythm", "at_once"), int(hour)))
    flash(gettext("Saved."))
    return redirect(url_for("account.show_preferences", _anchor="notifications"), 303)


def _again() -> BaseResponse:
    kind, unread = request.form.get("kind", ""), request.form.get("unread") == "1"
    kind = kind if kind in KINDS else ""
    if not htmx.is_htmx():
        return redirect(url_for("notifications.show_list", kind=kind or None, unread=1 if unread else None), 303)
    with reading() as work:
        response = render_fragment("notifications/_list.html", list_of(work, kind, unread=unread))
    return htmx.trigger(response, {"kalip:pulse": True})
