"""The designer's review: what a draft changes, what publishing it does to the data, and publishing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.canonical import pretty_text
from kalip.base.errors import CompileError, Conflict, PublishConflict
from kalip.designer import Drafted, Review, discard, publish_draft, resolve, review
from kalip.metadata import Kind
from kalip.records import Work
from kalip.storage import PlanRefused
from kalip.web.designer.field_matrix import closed_fields, closed_text
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import Bar, Fault, bar_of, faults_of, frame
from kalip.web.designer.tabs import may_change
from kalip.web.designer.words import Line, Planned, line_of, steps_of
from kalip.web.lists.empty import Empty
from kalip.web.locale import gettext, ngettext
from kalip.web.render import View, render
from kalip.web.session import actor, designing, reading, site

blueprint = Blueprint("designer_review", __name__, url_prefix="/designer")
_FEW_MINUTES: Final = 2
_PAGE = View("designer/review.html")


@dataclass(frozen=True, slots=True)
class Both:
    """A conflict: what is published and what is drafted."""

    address: str
    pointer: str
    place: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """The whole review. `message` and `error` are those of a publish that was refused.

    `closed` tells of entities whose new fields nobody has been let in to: a text, and where they are opened, empty for
    who may not.
    """

    bar: Bar
    changes: tuple[Line, ...]
    steps: tuple[Planned, ...]
    faults: tuple[Fault, ...]
    conflicts: tuple[Both, ...]
    planned: bool
    wait: str
    ready: bool
    empty: Empty
    message: str = ""
    error: str = ""
    closed: tuple[tuple[str, str], ...] = ()


@blueprint.get("/review")
def show_review() -> Response:
    """What publishing the draft would do."""
    with reading() as work:
        return _page(designing(work))


@blueprint.post("/publish")
def publish_now() -> BaseResponse:
    """Publish the draft with the steps that were accepted."""
    message = request.form.get("message", "").strip()[:500]
    if not message:
        with reading() as work:
            return _page(designing(work), error=gettext("Say in a few words what this change is for."), status=422)
    try:
        done = publish_draft(site(), actor(), message, request.form.getlist("accept"))
    except (Conflict, PublishConflict, CompileError, PlanRefused) as error:
        with reading() as work:
            return _page(designing(work), message, gettext(error.template, **error.params), 409)
    flash(gettext("Revision {number} is published.", number=done.revision.number))
    return redirect(url_for("designer.show_overview"))


@blueprint.post("/discard")
def throw_away() -> BaseResponse:
    """Forget the draft."""
    discard(site(), actor())
    flash(gettext("The draft is gone; everything is as it is published."))
    return redirect(url_for("designer.show_overview"))


@blueprint.post("/settle")
def settle() -> BaseResponse:
    """Choose which of two values stays."""
    form = request.form
    keep: Literal["mine", "theirs"] = "theirs" if form.get("keep") == "theirs" else "mine"
    resolve(site(), actor(), form.get("address", ""), form.get("pointer", ""), keep)
    return redirect(url_for("designer_review.show_review"))


def _page(work: Work, message: str = "", error: str = "", status: int = 200) -> Response:
    found = review(site(), work.actor)
    drafted = found.drafted
    page = ReviewPage(
        bar=bar_of(drafted),
        changes=tuple(line_of(each, drafted) for each in found.changes),
        steps=steps_of(found.steps),
        faults=(*faults_of(drafted), *_refusals(found)),
        conflicts=tuple(_conflicts(drafted)),
        planned=found.plan is not None,
        wait=_wait(found.plan.seconds) if found.plan is not None else "",
        ready=found.is_publishable,
        empty=Empty(
            "checks",
            gettext("Nothing to publish"),
            gettext("Change something in the designer, and it is listed here first."),
        ),
        message=message,
        error=error,
        closed=tuple(_closed(work, drafted)),
    )
    return render(_PAGE, frame(work, gettext("Review")), page, status)


def _closed(work: Work, drafted: Drafted) -> Iterator[tuple[str, str]]:
    for address in drafted.after:
        document = drafted.stack.documents.get(address)
        count = len(closed_fields(drafted, document)) if document is not None and document.kind is Kind.ENTITY else 0
        if document is not None and count:
            text = f"{label_of(document.data, document.names[0])}: {closed_text(count)}"
            opens = may_change(work, f"entities/{document.names[0]}/access")
            yield text, url_for("designer_fields.show_fields", name=document.names[0]) if opens else ""


def _wait(seconds: float) -> str:
    """How long nobody can write meanwhile; empty where nobody would notice."""
    if seconds < 1:
        return ""
    minutes = round(seconds / 60)
    if minutes < _FEW_MINUTES:
        return ngettext(
            "Nobody can write for about {count} second.", "Nobody can write for about {count} seconds.", round(seconds)
        )
    return ngettext(
        "Nobody can write for about {count} minute.", "Nobody can write for about {count} minutes.", minutes
    )


def _refusals(found: Review) -> Iterator[Fault]:
    for reason in found.refusal.reasons if found.refusal else ():
        yield Fault(reason, "", "")


def _conflicts(drafted: Drafted) -> Iterator[Both]:
    for each in drafted.conflicts:
        place = f"{each.address}{each.pointer.replace('/', '.')}"
        yield Both(each.address, each.pointer, place, _shown(each.mine), _shown(each.theirs))


def _shown(value: Any) -> str:
    return pretty_text(value).strip() if value is not None else gettext("nothing")
