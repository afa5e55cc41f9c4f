"""Published revisions one by one: what each changed, and going back to it or without it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import KalipError, NotFound
from kalip.designer import Publication, Site, Undoing, changes_between, publish, roll_back, take_back
from kalip.metadata import Change
from kalip.records import Work
from kalip.storage import Revision, get_revision, list_revisions
from kalip.web.designer.reading import frame
from kalip.web.designer.words import Line, Planned, lines_of, steps_of
from kalip.web.locale import gettext
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, designing, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_history", __name__, url_prefix="/designer/history")
_REVISION = View("designer/revision.html")
_UNDO = View("designer/undo.html")
_EVERYTHING = "pack"  # the manifest is of no area
_WAYS: dict[str, Callable[[Site, str], Undoing]] = {"back": roll_back, "without": take_back}


@dataclass(frozen=True, slots=True)
class RevisionPage:
    """A revision and what it changed; the `first` one has nothing before it to go back to."""

    number: int
    hash: str
    message: str
    when: str
    current: bool
    first: bool
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class UndoPage:
    """What going back would do."""

    title: str
    action: str
    message: str
    lines: tuple[Line, ...]
    steps: tuple[Planned, ...]
    nothing: bool


@blueprint.get("/<revision>")
def show_revision(revision: str) -> Response:
    """What a revision changed of the one before it."""
    with reading() as work:
        found = _found(administrating(work), revision)
        earlier = list_revisions(work.session, 1, before=found.number)
        changes: Iterable[Change] = changes_between(site(), earlier[0].hash, found.hash) if earlier else ()
        page = RevisionPage(
            found.number,
            found.hash[:12],
            found.message,
            moment(work, found.created_at),
            found.hash == work.model.revision,
            not earlier,
            lines_of(changes),
        )
        title = gettext("Revision {number}", number=found.number)
        return render(_REVISION, frame(work, title, _crumb()), page)


@blueprint.get("/<revision>/<way>")
def show_undo(revision: str, way: str) -> Response:
    """What going back to a revision, or taking its change back, would do."""
    with reading() as work:
        found = _found(administrating(work), revision)
        title = _title(way, found)
        undoing = _WAYS[way](site(), found.hash)
        changes = [change for each in undoing.proposal.changes for change in each.changes]
        page = UndoPage(
            title,
            url_for("designer_history.undo", revision=revision, way=way),
            title,
            lines_of(changes),
            steps_of(undoing.proposal.plan.steps),
            undoing.proposal.is_empty,
        )
        return render(_UNDO, frame(work, title, _crumb()), page)


@blueprint.post("/<revision>/<way>")
def undo(revision: str, way: str) -> BaseResponse:
    """Publish what `show_undo` has shown."""
    with reading() as work:
        # Going back may bring rights back, so it takes who may publish everything.
        found = _found(designing(administrating(work), _EVERYTHING), revision)
        title = _title(way, found)
    form = request.form
    undoing = _WAYS[way](site(), found.hash)
    message = form.get("message", "").strip() or title
    publication = Publication(actor(), message, accepted=frozenset(form.getlist("accept")))
    try:
        done = publish(site(), undoing.proposal, publication)
    except KalipError as error:
        flash(str(error), "error")
        return redirect(url_for("designer_history.show_undo", revision=revision, way=way))
    flash(gettext("Revision {number} is published.", number=done.revision.number))
    return redirect(url_for("admin.show_revisions"))


def _found(work: Work, name: str) -> Revision:
    found = get_revision(work.session, name)
    if found is None:
        raise NotFound("There is no revision '{name}'.", params={"name": name[:80]})
    return found


def _title(way: str, revision: Revision) -> str:
    titles = {
        "back": gettext("Go back to revision {number}", number=revision.number),
        "without": gettext("Take back revision {number}", number=revision.number),
    }
    if way not in titles:
        raise NotFound("There is no way '{way}' of going back.", params={"way": way[:40]})
    return titles[way]


def _crumb() -> Crumb:
    return Crumb(gettext("Revisions"), url_for("admin.show_revisions"))
