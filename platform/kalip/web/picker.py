"""Choosing a record: suggestions found by the server as one types, and a small form that makes a new one."""

from dataclasses import dataclass, replace

from flask import Blueprint, Response, jsonify, request, url_for

from kalip.access import may, require
from kalip.base.errors import RecordRejected
from kalip.model import Entity, Verb
from kalip.records import PickQuery, SaveRecord, Work, pick, preview_record, save_record, title_of, visible_entity
from kalip.records.organisation import away_notices
from kalip.web import htmx
from kalip.web.cells import style_of
from kalip.web.faults import errors_of
from kalip.web.inputs import Input, Sheet, State, Submitted, input_of, read_inputs
from kalip.web.locale import current_locale, gettext
from kalip.web.organisation.shown import away_text
from kalip.web.render import render_fragment
from kalip.web.session import reading, write
from kalip.web.twins import Twins, is_accepted, twins_of, without_twins

blueprint = Blueprint("picker", __name__)
_SHOWN = 12
_LONGEST = 200
_MOST_FIELDS = 6


@dataclass(frozen=True, slots=True)
class QuickForm:
    """A small form of a new record: its title and what is required."""

    href: str
    title: str
    fields: tuple[Input, ...]
    fault: str = ""
    twins: Twins | None = None


@blueprint.get("/<entity>/pick/<field>")
def pick_record(entity: str, field: str) -> Response:
    """Records that the field may point to, by what was typed; the latest without a text."""
    with reading() as work:
        text = request.args.get("q", "")[:_LONGEST]
        found = visible_entity(work, entity)
        chosen = found.attribute(field)
        hits = pick(work, PickQuery(found.name, text, field, _SHOWN))
        target = work.seen.entity(chosen.target or "") if chosen else None
        create = target is not None and may(work.served, work.actor, Verb.CREATE, target.name)
        away = away_notices(work, [hit.id for hit in hits if hit.entity == "user"])
        notes = {each.user: away_text(work, each) for each in away}
    options = [
        {"id": hit.id, "title": hit.title or gettext("(no name)"), "note": notes.get(hit.id, hit.snippet)}
        for hit in hits
    ]
    return jsonify({"options": options, "create": create})


@blueprint.get("/<entity>/quick-new")
def show_new(entity: str) -> Response:
    """A small form of a new record."""
    with reading() as work:
        found = visible_entity(work, entity)
        require(work.served, work.actor, Verb.CREATE, found.name)
        typed = request.args.get("q", "")[:_LONGEST]
        return render_fragment("record/_quick.html", _form(work, found, {found.title: {"": [typed]}}, {}))


@blueprint.post("/<entity>/quick-new")
def create(entity: str) -> Response:
    """Make a record from the small form and tell the picker that asked for it."""
    with reading() as work:
        found = visible_entity(work, entity)
        names = tuple(found.fields)
    sent = read_inputs(request.form, names)
    command = SaveRecord(entity, sent, None, None, "text", accept_duplicates=is_accepted())
    try:
        saved = write(lambda work: save_record(work, command))
    except RecordRejected as error:
        with reading() as work:
            page = _form(work, visible_entity(work, entity), sent, errors_of(without_twins(error.violations)))
            page = replace(page, twins=twins_of(work.model, error.violations))
            return render_fragment("record/_quick.html", page, 422)
    with reading() as work:
        title = title_of(work, saved.entity, saved.id)
    detail = {"id": saved.id, "title": title}
    return htmx.trigger(Response(status=204), {"kalip:created": detail})


def _form(work: Work, entity: Entity, sent: Submitted, errors: dict[str, str]) -> QuickForm:
    preview = preview_record(work, SaveRecord(entity.name, sent, None, None, "text"), ())
    names = [name for name in entity.fields if name == entity.title or name in preview.required]
    state = State(
        values={**preview.values, **preview.computed},
        submitted=sent,
        errors=errors,
        required=preview.required,
        readonly=preview.readonly,
        place="new",
    )
    sheet = Sheet(work, entity, state, style_of(work))
    label = entity.label.get(current_locale())
    hidden = " ".join(text for name, text in errors.items() if name not in names)
    return QuickForm(
        href=url_for("picker.create", entity=entity.name),
        title=gettext("New {entity}", entity=label),
        fields=tuple(
            input_of(sheet, entity.fields[name])
            for name in names[:_MOST_FIELDS]
            if entity.fields[name].type != "children"
        ),
        fault=hidden,
    )
