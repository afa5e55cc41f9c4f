"""Routes of a record: a table of contents."""

from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal
from flask import Blueprint, Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import may, require
from kalip.base.errors import RecordRejected, StaleVersion, Violation
from kalip.fields.literals import text_literal
from kalip.model import Entity, Field, Verb
from kalip.records import (
    SaveRecord,
    Work,
    archive_record,
    related_page,
    restore_record,
    visible_entity,
)
from kalip.records.merging import resolve
from kalip.web import htmx
from kalip.web.cells import record_url, style_of
from kalip.web.lists.page import ListRow, rows_of
from kalip.web.locale import current_locale, gettext
from kalip.web.organisation.shown import away_said
from kalip.web.record.conflict import conflict_of, settled
from kalip.web.record.page import Attempt, Chosen, RecordContext, record_shell, show, show_new
from kalip.web.record.submission import Submission, blank, read_form, stepped, without_defaults
from kalip.web.record.timeline import shown_of
from kalip.web.record.uploads import Uploads, save_form, uploads_of
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading, services, write
from kalip.web.shell import icon_of, plural_of
from kalip.web.twins import is_accepted

blueprint = Blueprint("record", __name__)

_PAGE = View("record/page.html", "record/_record.html")
_CONFLICT = View("record/conflict.html", "record/_conflict.html")


@dataclass(frozen=True, slots=True)
class RelatedContext:
    """A list of related records: the first ones and how many there are."""

    id: str
    label: str
    icon: str
    count: str
    rows: tuple[ListRow, ...]
    all: str
    new: str


@blueprint.get("/<entity>/new")
def new(entity: str) -> Response:
    """The form of a new record; fields named in the address are filled in."""
    with reading() as work:
        found = visible_entity(work, entity)
        require(work.served, work.actor, Verb.CREATE, found.name)
        given = [(name, text) for name, text in request.args.items() if name.partition(".")[0] in found.attributes]
        page = show_new(work, found.name, Attempt(blank(given)))
        return render(_PAGE, record_shell(work, found, page.title), page)


@blueprint.post("/<entity>/new")
def create(entity: str) -> BaseResponse:
    """Make a record."""
    sent, uploads = _sent(entity)
    refused = _unresolved(sent)
    if refused:
        return _refused_new(entity, Attempt(sent, refused))
    command = SaveRecord(entity, sent.values(), None, None, "text", accept_duplicates=is_accepted())
    try:
        saved = write(save_form(services(), command, uploads))
    except RecordRejected as error:
        return _refused_new(entity, Attempt(sent, error.violations))
    flash(f"{gettext('Saved.')} {away_said(saved)}".strip())
    return htmx.lead_to(record_url(saved.entity, saved.id))


@blueprint.post("/<entity>/preview")
def preview_new(entity: str) -> Response:
    """The form of a new record by the values typed so far; also a line more or less."""
    with reading() as work:
        found = visible_entity(work, entity)
        sent = stepped(_told(work, found), request.form)
        page = show_new(work, found.name, Attempt(sent, touched_only=True))
        return _form_only(work, entity, page)


@blueprint.get("/<entity>/<record_id>")
def show_record(entity: str, record_id: str) -> BaseResponse:
    """A record's page; that of what it went into for one that was merged, unless `merged` asks for itself."""
    with reading() as work:
        chosen = Chosen(request.args.get("tab", ""), shown_of(request.args.get("history", "")))
        page = show(work, entity, record_id, chosen=chosen)
        root = resolve(work, record_id) if page.archived and "merged" not in request.args else record_id
        if root != record_id:
            flash(gettext("This record was merged into the one that you see."))
            return redirect(record_url(page.entity, root))
        return render(_PAGE, record_shell(work, visible_entity(work, entity), page.title), page)


@blueprint.get("/<entity>/<record_id>/peek")
def show_peek(entity: str, record_id: str) -> BaseResponse:
    """A record to be read beside its list."""
    with reading() as work:
        if not htmx.wants_fragment():
            return redirect(record_url(visible_entity(work, entity).name, record_id))
        return render_fragment("record/_peek.html", show(work, entity, record_id, chosen=Chosen(looking=True)))


@blueprint.post("/<entity>/<record_id>")
def save(entity: str, record_id: str) -> BaseResponse:
    """Save a record; refused values come back beside their fields, a stale version beside the other one."""
    sent, uploads = _sent(entity, record_id)
    sent = settled(sent, request.form)
    refused = _unresolved(sent)
    if refused:
        return _refused(entity, record_id, Attempt(sent, refused))
    command = SaveRecord(entity, sent.values(), record_id, sent.version, "text", accept_duplicates=is_accepted())
    try:
        saved = write(save_form(services(), command, uploads))
    except RecordRejected as error:
        return _refused(entity, record_id, Attempt(sent, error.violations))
    except StaleVersion:
        return _stale(entity, record_id, sent)
    said = gettext("Saved.") if saved.changed else gettext("Nothing was changed.")
    said = f"{said} {away_said(saved)}".strip()
    if not htmx.is_htmx():
        flash(said)
        return redirect(record_url(entity, record_id))
    with reading() as work:
        page = show(work, entity, record_id, chosen=Chosen(sent.active))
        response = render_fragment("record/_record.html", page)
    return htmx.trigger(response, {"kalip:toast": {"message": said}, "kalip:clean": True})


@blueprint.post("/<entity>/<record_id>/preview")
def preview(entity: str, record_id: str) -> Response:
    """The form by the values typed so far; also a line more or less."""
    with reading() as work:
        found = visible_entity(work, entity)
        sent = stepped(_told(work, found, record_id), request.form)
        return _form_only(work, entity, show(work, entity, record_id, Attempt(sent, touched_only=True)))


@blueprint.get("/<entity>/<record_id>/related/<name>")
def show_related(entity: str, record_id: str, name: str) -> Response:
    """A list of related records."""
    with reading() as work:
        found = related_page(work, entity, record_id, name)
        owner, page = found.entity, found.page
        count = format_decimal(page.count or 0, locale=current_locale()) + ("+" if page.count_capped else "")
        start: dict[str, Any] = {"entity": owner.name, found.field.name: record_id}
        new_one = url_for("record.new", **start)
        context = RelatedContext(
            id=f"related-{name.replace('.', '-')}",
            label=_related_label(visible_entity(work, entity), owner, found.field),
            icon=icon_of(owner),
            count=count,
            rows=rows_of(work, page, style_of(work, page.titles)),
            all=url_for(
                "lists.show_list", entity=owner.name, filter=f"{found.field.name} == {text_literal(record_id)}"
            ),
            new=new_one if Verb.CREATE in page.rights else "",
        )
        return render_fragment("record/_related.html", context)


@blueprint.post("/<entity>/<record_id>/archive")
def archive(entity: str, record_id: str) -> BaseResponse:
    """Archive a record; the next page offers to undo it, to whom may."""

    def put_away(work: Work) -> bool:
        archive_record(work, entity, record_id)
        return may(work.served, work.actor, Verb.RESTORE, entity)

    undo = {"undo": url_for("record.restore", entity=entity, record_id=record_id)} if write(put_away) else {}
    flash({"text": gettext("Archived."), **undo}, "message")  # type: ignore[arg-type]  # any JSON will do
    return redirect(url_for("lists.show_list", entity=entity))


@blueprint.post("/<entity>/<record_id>/restore")
def restore(entity: str, record_id: str) -> BaseResponse:
    """Bring a record back from the archive."""
    write(lambda work: restore_record(work, entity, record_id))
    flash(gettext("Restored."))
    return htmx.lead_to(record_url(entity, record_id))


def _related_label(entity: Entity, owner: Entity, field: Field) -> str:
    """What the owner's records are called, with the field that leads here where a form has several lists of them."""
    alike = {name for form in entity.forms.values() for name in form.related if name.startswith(f"{owner.name}.")}
    plural = plural_of(owner)
    return f"{plural} · {field.label.get(current_locale())}" if len(alike) > 1 else plural


def _sent(entity: str, record_id: str = "") -> tuple[Submission, Uploads]:
    with reading() as work:
        found = visible_entity(work, entity)
        return _told(work, found, record_id), uploads_of(work, found, record_id, request.files)


def _told(work: Work, entity: Entity, record_id: str = "") -> Submission:
    return without_defaults(work, entity, read_form(work, entity, request.form), new=not record_id)


def _unresolved(sent: Submission) -> tuple[Violation, ...]:
    return tuple(
        Violation(
            f"/{name.replace('.', '/')}", "choose", "“{text}” is not clear: choose one from the list.", {"text": text}
        )
        for name, text in sent.unresolved.items()
    )


def _refused_new(entity: str, attempt: Attempt) -> Response:
    with reading() as work:
        page = show_new(work, entity, attempt)
        return render(_PAGE, record_shell(work, visible_entity(work, entity), page.title), page, 422)


def _refused(entity: str, record_id: str, attempt: Attempt) -> Response:
    with reading() as work:
        page = show(work, entity, record_id, attempt)
        return render(_PAGE, record_shell(work, visible_entity(work, entity), page.title), page, 422)


def _stale(entity: str, record_id: str, sent: Submission) -> Response:
    with reading() as work:
        found = visible_entity(work, entity)
        page = conflict_of(work, found, record_id, sent, request.form)
        response = render(_CONFLICT, record_shell(work, found, page.title), page, 409)
    return htmx.retarget(response, "#record", "outerHTML") if htmx.is_htmx() else response


def _form_only(work: Work, entity: str, page: RecordContext) -> Response:
    if htmx.wants_fragment():
        return render_fragment("record/_form.html", page)
    return render(_PAGE, record_shell(work, visible_entity(work, entity), page.title), page)
