"""Routes of duplicates and merges: a table of contents."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, flash, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import Conflict, RecordRejected, StaleVersion
from kalip.model import Entity
from kalip.records import Work, require_visible, visible_entity
from kalip.records.duplicates import take_back_apart, tell_records_apart
from kalip.records.merging import MergeNotUndone, MergeRecords, UndoBlocker, merge_records, undo_merge
from kalip.records.scanning import start_scan
from kalip.web import htmx
from kalip.web.arriving import inside
from kalip.web.cells import record_url
from kalip.web.duplicates.page import duplicates_page, merge_page, own_page
from kalip.web.inputs import LARGEST_VERSION, whole_number
from kalip.web.locale import current_locale, gettext, message_of, ngettext, translate
from kalip.web.render import View, render
from kalip.web.session import reading, write
from kalip.web.shell import Crumb, Shell, plural_of, shell_of

blueprint = Blueprint("duplicates", __name__)
_GROUPS = View("duplicates/groups.html")
_OWN = View("duplicates/own.html")
_MERGE = View("duplicates/merge.html")
_BLOCKED = View("duplicates/blocked.html")
TAKE = "take."
VERSION = "version."


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a merge can't be undone; each reason leads to where it is."""

    title: str
    back: str
    reasons: tuple[tuple[str, str], ...]


@blueprint.get("/<entity>/duplicates")
def show(entity: str) -> Response:
    """Groups of records that may be the same."""
    with reading() as work:
        found = visible_entity(work, entity)
        after = request.args.get("after", 0, type=int)
        page = duplicates_page(work, entity, max(0, min(after, 2**31)), request.args.get("job", ""))
        return render(_GROUPS, _shell(work, found, gettext("Duplicates")), page)


@blueprint.post("/<entity>/duplicates/scan")
def scan(entity: str) -> BaseResponse:
    """Look through all records in the background."""
    job_id = write(lambda work: start_scan(work, entity))
    return htmx.lead_to(url_for("duplicates.show", entity=entity, job=job_id))


@blueprint.post("/<entity>/duplicates/apart")
def tell_apart(entity: str) -> BaseResponse:
    """Remember for everybody that some records are not the same."""
    ids = _ids(request.form.getlist("ids"))
    write(lambda work: tell_records_apart(work, entity, ids))
    flash(gettext("Remembered for everybody: these are not the same."))
    return htmx.lead_to(_back(entity))


@blueprint.post("/<entity>/duplicates/alike")
def tell_alike(entity: str) -> BaseResponse:
    """Take that back."""
    ids = _ids(request.form.getlist("ids"))
    write(lambda work: take_back_apart(work, entity, ids))
    flash(gettext("The rules look at these again."))
    return htmx.lead_to(_back(entity))


@blueprint.get("/<entity>/<record_id>/duplicates")
def show_own(entity: str, record_id: str) -> Response:
    """The duplicates of one record, and what was merged into it."""
    with reading() as work:
        found = require_visible(work, entity, record_id)
        page = own_page(work, found, record_id)
        return render(_OWN, _shell(work, found, page.title), page)


@blueprint.post("/<entity>/merge/choose")
def choose(entity: str) -> BaseResponse:
    """Lead the rows picked on a list to the page of their merge."""
    with reading() as work:
        visible_entity(work, entity)
    ids = _ids(request.form.getlist("id"))
    return htmx.lead_to(url_for("duplicates.show_merge", entity=entity, ids=",".join(ids)))


@blueprint.get("/<entity>/merge")
def show_merge(entity: str) -> Response:
    """Records side by side: whose value stays, field by field."""
    ids = _ids(request.args.getlist("ids"))
    return _show_merge(entity, _command(entity, ids, request.args.get("survivor", ""), request.args))


@blueprint.post("/<entity>/merge")
def merge(entity: str) -> BaseResponse:
    """Merge them."""
    command = _command(entity, _ids(request.form.getlist("ids")), request.form.get("survivor", ""), request.form)
    try:
        done = write(lambda work: merge_records(work, command))
    except RecordRejected as error:
        return _show_merge(entity, command, [message_of(current_locale(), each) for each in error.violations], 422)
    except (StaleVersion, Conflict) as error:
        fresh = MergeRecords(command.entity, command.survivor, command.others, command.take)
        return _show_merge(entity, fresh, [message_of(current_locale(), error)], 409)
    count = len(done.merged)
    text = ngettext("{count} record was merged into this one.", "{count} records were merged into this one.", count)
    undo_at = url_for("duplicates.undo", entity=entity, merge_id=done.id)
    flash({"text": text, "undo": undo_at}, "message")  # type: ignore[arg-type]  # any JSON will do
    return htmx.lead_to(record_url(done.entity, done.survivor))


@blueprint.post("/<entity>/merges/<merge_id>/undo")
def undo(entity: str, merge_id: str) -> BaseResponse:
    """Undo a merge, or say what stands in the way."""
    try:
        done = write(lambda work: undo_merge(work, merge_id))
    except MergeNotUndone as error:
        with reading() as work:
            found = visible_entity(work, entity)
            page = Blocked(
                message_of(current_locale(), error),
                url_for("lists.show_list", entity=entity),
                tuple(_reason(each) for each in error.blockers),
            )
            return render(_BLOCKED, _shell(work, found, page.title), page, 409)
    flash(gettext("The merge is undone."))
    return htmx.lead_to(record_url(done.entity, done.survivor))


def _reason(blocker: UndoBlocker) -> tuple[str, str]:
    text = translate(current_locale(), blocker.template, **blocker.params)
    return text, record_url(blocker.entity, blocker.record_id) if blocker.record_id else ""


def _show_merge(entity: str, command: MergeRecords, faults: list[str] | None = None, status: int = 200) -> Response:
    with reading() as work:
        found = visible_entity(work, entity)
        page = merge_page(work, command, faults or ())
        return render(_MERGE, _shell(work, found, gettext("Merge")), page, status)


def _command(entity: str, ids: list[str], survivor: str, said: Mapping[str, str]) -> MergeRecords:
    chosen = survivor if survivor in ids else (ids[0] if ids else "")
    take = {key.removeprefix(TAKE): value for key, value in said.items() if key.startswith(TAKE) and value}
    versions = {
        key.removeprefix(VERSION): version
        for key, value in said.items()
        if key.startswith(VERSION) and (version := whole_number(value, LARGEST_VERSION)) is not None
    }
    return MergeRecords(entity, chosen, tuple(each for each in ids if each != chosen), take, versions)


def _ids(said: list[str]) -> list[str]:
    return list(dict.fromkeys(each.strip() for text in said for each in text.split(",") if each.strip()))


def _back(entity: str) -> str:
    """Where the form was."""
    back = request.form.get("back", "")
    return inside(back) if back else url_for("duplicates.show", entity=entity)


def _shell(work: Work, entity: Entity, title: str) -> Shell:
    plural = plural_of(entity)
    crumbs = [
        Crumb(plural, url_for("lists.show_list", entity=entity.name)),
        Crumb(gettext("Duplicates"), url_for("duplicates.show", entity=entity.name)),
        Crumb(title),
    ]
    return shell_of(work, f"{title} · {plural}", crumbs if title != gettext("Duplicates") else crumbs[:2])
