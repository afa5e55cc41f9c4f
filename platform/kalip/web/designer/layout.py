"""The form of an entity laid out: fields placed in sections and tabs, beside the form as one of a role would see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.access import Actor, Identity, make_actor
from kalip.base.errors import AccessDenied, BadRequest, NotFound
from kalip.designer import Drafted, Edit, Move, Remove, SetValue, edit_draft, name_of_label, open_draft
from kalip.metadata import MergedDocument
from kalip.metadata.source import escape, value_at
from kalip.model import Entity, FormView, Verb
from kalip.records import SaveRecord, Titles, Work, preview_record
from kalip.records.services import open_work
from kalip.runtime import Served
from kalip.web import htmx
from kalip.web.cells import style_of
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import Bar, Fault, bar_of, entity_of, faults_of, frame, page_of, roles_of
from kalip.web.designer.removing import without_empty
from kalip.web.designer.tabs import Tab, owner_crumb, tabs_of
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.record.form import Basis, ShownSection, form_of
from kalip.web.render import View, render
from kalip.web.session import actor, designing, reading, site

blueprint = Blueprint("designer_layout", __name__, url_prefix="/designer/layout")
_PAGE = View("designer/layout.html", "designer/_layout.html")
_ADMINISTRATOR = "*"


@dataclass(frozen=True, slots=True)
class Placed:
    """A field on the form, or one that is on no form yet."""

    name: str
    label: str
    type: str
    pointer: str = ""
    span: int = 1
    href: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A section."""

    label: str
    pointer: str
    columns: int
    fields: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A tab."""

    label: str
    pointer: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The form as somebody sees it; `refused` says why not."""

    tabs: tuple[tuple[str, tuple[ShownSection, ...]], ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a form. `alone` without the frame of the page, when the bar is sent along."""

    bar: Bar
    alone: bool
    title: str
    entity: str
    action: str
    own: bool
    sheets: tuple[Sheet, ...]
    unplaced: tuple[Placed, ...]
    places: tuple[Option, ...]
    roles: tuple[Option, ...]
    seen: Seen
    tabs: tuple[Tab, ...]
    faults: tuple[Fault, ...]


@blueprint.get("/<name>")
def show_layout(name: str) -> Response:
    """The layout of an entity's form."""
    with reading() as work:
        designing(work, _address(name))
        return _page(work, open_draft(site(), work.actor), name)


@blueprint.post("/<name>")
def change_layout(name: str) -> BaseResponse:
    """Place a field, take it off, or add a section or tab."""
    with reading() as work:
        designing(work, _address(name))
        drafted = open_draft(site(), work.actor)
        edits = [*_edits(drafted, entity_of(drafted, name), request.form.get("do", ""))]
    drafted = edit_draft(site(), actor(), edits)
    if htmx.wants_fragment():
        with reading() as work:
            return _page(work, drafted, name)
    return redirect(url_for("designer_layout.show_layout", name=name, role=request.args.get("role")))


def _page(work: Work, drafted: Drafted, name: str) -> Response:
    owner = entity_of(drafted, name)
    form = drafted.stack.documents.get(_address(name))
    data = _form(drafted, name)
    sheets = tuple(_sheets(data, owner))
    placed = {field.name for sheet in sheets for block in sheet.blocks for field in block.fields}
    role = request.args.get("role") or _ADMINISTRATOR
    title = label_of(owner.data, name)
    page = Layout(
        bar=bar_of(drafted),
        alone=htmx.wants_fragment(),
        title=title,
        entity=name,
        action=url_for("designer_layout.change_layout", name=name, role=request.args.get("role")),
        own=form is not None,
        sheets=sheets,
        unplaced=tuple(_field(owner, each) for each in owner.data.get("fields", {}) if each not in placed),
        places=tuple(
            Option(block.pointer, f"{sheet.label} · {block.label}") for sheet in sheets for block in sheet.blocks
        ),
        roles=_roles(drafted, role),
        seen=_seen(work, drafted, name, role),
        tabs=tabs_of(work, drafted, name, _address(name)),
        faults=faults_of(drafted, form) if form is not None else (),
    )
    return render(_PAGE, frame(work, gettext("Form"), owner_crumb(work, owner)), page)


def _edits(drafted: Drafted, owner: MergedDocument, done: str) -> Iterator[Edit]:
    name = owner.names[0]
    address = _address(name)
    data = _form(drafted, name)
    if address not in drafted.stack.documents:
        yield SetValue(address, "", data)
    if done == "place":
        yield from _placing(owner, data, address)
    elif done == "take":
        yield Remove(address, without_empty(data, _sent_place(data)))
    elif done == "span":
        pointer = _sent_place(data)
        wide = (value_at(data, pointer) or {}).get("span", 1) > 1
        yield SetValue(address, f"{pointer}/span", 1 if wide else 2)
    elif done == "close":
        yield Remove(address, _without_section(data))
    elif done in ("section", "tab"):
        yield _added(data, address, done)
    else:
        raise BadRequest("There is nothing to be done by '{done}'.", params={"done": done[:40]})


def _sent_place(data: Mapping[str, Any]) -> str:
    """The pointer of a field on the form."""
    pointer = request.form.get("pointer", "")
    if pointer not in (place for place, _ in _places(data)):
        raise BadRequest("There is no such field or section.")
    return pointer


def _without_section(data: Mapping[str, Any]) -> str:
    """What goes with a section that has no fields: its tab too when it was alone in it, unless that is the last one."""
    section = request.form.get("section", "")
    if section not in _sections(data) or value_at(data, f"{section}/fields"):
        raise BadRequest("There is no such field or section.")
    tab = section.rpartition("/sections/")[0]
    alone = len(value_at(data, f"{tab}/sections")) == 1
    if alone and len(data["tabs"]) == 1:
        raise BadRequest("A form has at least one section.")
    return tab if alone else section


def _placing(owner: MergedDocument, data: Mapping[str, Any], address: str) -> Iterator[Edit]:
    """Put a field behind another one of a section (first without `after`), from wherever it stood."""
    field, section, after = (request.form.get(key, "") for key in ("field", "section", "after"))
    if field not in owner.data.get("fields", {}) or section not in _sections(data):
        raise BadRequest("There is no such field or section.")
    present = next((place for place, name in _places(data) if name == field), "")
    target = f"{section}/fields/{escape(field)}"
    said = value_at(data, present) if present else {}
    if present != target:
        if present:
            yield Remove(address, present)
        yield SetValue(address, target, said)
    behind = after if after and after != field and after in (value_at(data, f"{section}/fields") or {}) else None
    yield Move(address, target, behind)


def _added(data: Mapping[str, Any], address: str, done: str) -> Edit:
    label = request.form.get("label", "").strip()[:200]
    if not label:
        raise BadRequest("A new section or tab needs a name.")
    text = {current_locale(): label}
    section = {"label": text, "fields": {}}
    if done == "tab":
        name = name_of_label(label, tuple(data["tabs"]))
        return SetValue(address, f"/tabs/{name}", {"label": text, "sections": {"main": {"fields": {}}}})
    tab = request.form.get("tab", "")
    sections = value_at(data, f"{tab}/sections")
    if tab.count("/") != 2 or not isinstance(sections, Mapping):
        raise BadRequest("There is no such tab.")
    return SetValue(address, f"{tab}/sections/{name_of_label(label, tuple(sections))}", section)


def _form(drafted: Drafted, name: str) -> Mapping[str, Any]:
    """The form's document; where there is none, what Kalip shows without one."""
    document = drafted.stack.documents.get(_address(name))
    if document is not None:
        return document.data
    entity = drafted.served.model.entities.get(name) if drafted.served else None
    view = next(iter(entity.forms.values()), None) if entity else None
    if view is None:
        raise NotFound("There is no form of '{name}' yet: mend what is wrong first.", params={"name": name[:60]})
    return _document_of(view)


def _document_of(view: FormView) -> dict[str, Any]:
    return {
        "tabs": {
            tab.name: {
                "sections": {
                    section.name: {
                        **({"columns": section.columns} if section.columns != 2 else {}),
                        "fields": {
                            field: ({"span": span} if span > 1 else {}) for field, span in section.fields.items()
                        },
                    }
                    for section in tab.sections
                }
            }
            for tab in view.tabs
        },
        **({"related": {name: {} for name in view.related}} if view.related else {}),
    }


def _sheets(data: Mapping[str, Any], owner: MergedDocument) -> Iterator[Sheet]:
    for tab, sheet in data.get("tabs", {}).items():
        place = f"/tabs/{escape(tab)}"
        blocks = tuple(
            Block(
                label_of(block, section),
                f"{place}/sections/{escape(section)}",
                block.get("columns", 2),
                tuple(
                    _field(owner, field, f"{place}/sections/{escape(section)}/fields/{escape(field)}", said)
                    for field, said in block.get("fields", {}).items()
                ),
            )
            for section, block in sheet.get("sections", {}).items()
        )
        yield Sheet(label_of(sheet, tab), place, blocks)


def _sections(data: Mapping[str, Any]) -> Iterator[str]:
    for tab, sheet in data.get("tabs", {}).items():
        for section in sheet.get("sections", {}):
            yield f"/tabs/{escape(tab)}/sections/{escape(section)}"


def _places(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for tab, sheet in data.get("tabs", {}).items():
        for section, block in sheet.get("sections", {}).items():
            for field in block.get("fields", {}):
                yield f"/tabs/{escape(tab)}/sections/{escape(section)}/fields/{escape(field)}", field


def _field(owner: MergedDocument, name: str, pointer: str = "", said: Mapping[str, Any] | None = None) -> Placed:
    data = owner.data.get("fields", {}).get(name) or {}
    href = page_of(owner.address, f"/fields/{escape(name)}") if data else ""
    kind = site().extensions.types.get(str(data.get("type", "")))
    shown = kind.label.get(current_locale()) if kind else ""
    return Placed(name, label_of(data, name), shown, pointer, (said or {}).get("span", 1), href)


def _seen(work: Work, drafted: Drafted, name: str, role: str) -> Seen:
    """The new record's form in the drafted model, by somebody who has the role alone."""
    served = drafted.served
    entity = served.model.entities.get(name) if served else None
    if served is None or entity is None:
        return Seen(refused=gettext("There is a preview when nothing is wrong any more."))
    view = next(iter(entity.forms.values()))
    seen_by = open_work(work.services, served, work.session, _somebody(work.actor, served, role))
    try:
        return Seen(tuple(_tabs(seen_by, entity, view)))
    except (AccessDenied, NotFound):
        return Seen(refused=gettext("Who has only this role may not make such a record."))


def _tabs(work: Work, entity: Entity, view: FormView) -> Iterator[tuple[str, tuple[ShownSection, ...]]]:
    preview = preview_record(work, SaveRecord(entity.name, {}), (), verb=Verb.CREATE)
    style = style_of(work, Titles())
    for tab in view.tabs:
        form = form_of(work, entity, view, Basis(preview, active=tab.name), style)
        shown = next(each for each in form.tabs if each.name == tab.name)
        yield shown.label, shown.sections or ()


def _somebody(me: Actor, served: Served, role: str) -> Actor:
    if role == _ADMINISTRATOR:
        return me
    person = Identity(me.id or "", me.name, me.email, me.locale, me.timezone)
    return make_actor(served.model, person, (role,))


def _roles(drafted: Drafted, chosen: str) -> tuple[Option, ...]:
    found = [Option(role, label, role == chosen) for role, label in roles_of(drafted, administrators=True).items()]
    return (Option("", gettext("Me, an administrator"), chosen == _ADMINISTRATOR), *found)


def _address(name: str) -> str:
    return f"entities/{name}/views/form"
