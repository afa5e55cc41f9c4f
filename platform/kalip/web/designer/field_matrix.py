"""Who may see and change which field of an entity: fields by roles, in one table; new ones are opened here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import BadRequest
from kalip.compiler import MASKABLE, added_fields
from kalip.designer import Drafted, Edit, SetValue, edit_draft, open_draft
from kalip.metadata import REMOVED, MergedDocument
from kalip.metadata.source import escape
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import Bar, Fault, bar_of, entity_of, faults_of, frame, page_of, roles_of
from kalip.web.designer.tabs import Tab, tabs_of
from kalip.web.inputs import Option
from kalip.web.locale import gettext, ngettext
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_fields", __name__, url_prefix="/designer/access")
_PAGE = View("designer/fields.html")
WORDS = ("none", "mask", "read", "create", "write")


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role may do with a field; `custom`: it is said in more than one word."""

    name: str
    label: str
    options: tuple[Option, ...]
    custom: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A field. `closed`: nobody has been let in; `layer` has added it above the entity's pack, when that is so.

    `href` leads to its rights by stage.
    """

    label: str
    href: str
    name: str
    layer: str
    closed: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FieldMatrix:
    """The rights on the fields of an entity. `roles` are those that may do something with its records.

    `closed` says how many fields nobody has been let in to; empty where there are none.
    """

    bar: Bar
    title: str
    href: str
    roles: tuple[str, ...]
    rows: tuple[Row, ...]
    closed: str
    tabs: tuple[Tab, ...]
    faults: tuple[Fault, ...]


@blueprint.get("/<name>/fields")
def show_fields(name: str) -> Response:
    """The fields of an entity with what each role may do."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        document = entity_of(drafted, name)
        title = label_of(document.data, name)
        access = drafted.stack.documents.get(_address(name))
        roles = roles_asked(drafted, document)
        rows = tuple(_rows(drafted, document, roles))
        page = FieldMatrix(
            bar_of(drafted),
            title,
            url_for("designer_fields.change_fields", name=name),
            tuple(roles.values()),
            rows,
            closed_text(sum(row.closed for row in rows)),
            tabs_of(work, drafted, name, f"{_address(name)}/fields"),
            faults_of(drafted, access) if access is not None else (),
        )
        return render(_PAGE, frame(work, gettext("Rights on fields"), Crumb(title, page_of(document.address))), page)


@blueprint.post("/<name>/fields")
def change_fields(name: str) -> BaseResponse:
    """Give and take rights on fields; `open` lets every role that is asked about read and write new fields."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        document = entity_of(drafted, name)
        opened = request.form.get("open")
        wanted = _opened(drafted, document, opened) if opened is not None else _sent(drafted, document)
        edits = [*_edits(drafted, name, wanted)]
    if edits:
        edit_draft(site(), actor(), edits)
    return redirect(url_for("designer_fields.show_fields", name=name))


def closed_text(count: int) -> str:
    """That so many fields are closed, in words; empty for none."""
    template = "{count} field was added and is closed: only administrators see it until somebody is let in."
    many = "{count} fields were added and are closed: only administrators see them until somebody is let in."
    return ngettext(template, many, count) if count else ""


def closed_fields(drafted: Drafted, document: MergedDocument) -> tuple[str, ...]:
    """The fields of an entity that are closed until somebody is let in: those that a layer added and no role has."""
    said = rights_said(drafted, document.names[0])
    granted = {field for fields in said.values() for field in fields}
    added = added_fields(document, {pack.name for pack in drafted.stack.packs})
    return tuple(name for name in added if name not in granted)


def roles_asked(drafted: Drafted, document: MergedDocument) -> dict[str, str]:
    """What the roles are called, by name, that may do something with the records, or of which fields are said."""
    named = set(rights_said(drafted, document.names[0]))
    deciding, seen = document, {document.names[0]}
    while (parent := _parent(drafted, deciding)) is not None and parent.names[0] not in seen:
        deciding = parent
        seen.add(parent.names[0])
    access = drafted.stack.documents.get(_address(deciding.names[0]))
    named |= set(access.data.get("permissions", {})) if access is not None else set()
    return {name: label for name, label in roles_of(drafted).items() if name in named}


def rights_said(drafted: Drafted, entity: str) -> Mapping[str, Mapping[str, Any]]:
    """What is said of fields, by role and field."""
    document = drafted.stack.documents.get(_address(entity))
    found: Mapping[str, Mapping[str, Any]] = document.data.get("fields", {}) if document is not None else {}
    return found


def _parent(drafted: Drafted, document: MergedDocument) -> MergedDocument | None:
    """The entity of which another one is a line."""
    owner = document.data.get("fields", {}).get(document.data.get("owned_by"))
    target = str(owner.get("to", "")).rpartition("/")[2] if isinstance(owner, Mapping) else ""
    return drafted.stack.documents.get(f"entities/{target}/entity")


def _rows(drafted: Drafted, document: MergedDocument, roles: Mapping[str, str]) -> Iterator[Row]:
    said = rights_said(drafted, document.names[0])
    added = added_fields(document, {pack.name for pack in drafted.stack.packs})
    closed = closed_fields(drafted, document)
    for name in _fields(document):
        label = label_of(document.data["fields"][name], name)
        cells = tuple(
            _cell(document, (role, name), f"{label}, {called}", said.get(role, {}).get(name), added=name in added)
            for role, called in roles.items()
        )
        href = url_for("designer_stages.show_stages", name=document.names[0], field=name)
        yield Row(label, href, name, added.get(name, ""), name in closed, cells)


def _fields(document: MergedDocument) -> Iterable[str]:
    """The fields on which there can be rights of their own."""
    return (name for name in document.data.get("fields", {}) if name != document.data.get("owned_by"))


def _cell(document: MergedDocument, at: tuple[str, str], label: str, value: Any, *, added: bool) -> Cell:
    role, name = at
    words = {
        "": gettext("closed") if added else gettext("as the record"),
        "none": gettext("hidden"),
        "mask": gettext("last characters"),
        "read": gettext("read"),
        "create": gettext("read, fill in"),
        "write": gettext("write"),
    }
    if document.data["fields"][name].get("type") not in MASKABLE and value != "mask":
        del words["mask"]
    custom = isinstance(value, Mapping)
    present = "~" if custom else str(value or "")
    if custom:
        words = {**words, "~": gettext("by stage")}
    options = tuple(Option(each, text, each == present) for each, text in words.items())
    return Cell(f"{role}/{name}", label, options, custom)


def _sent(drafted: Drafted, document: MergedDocument) -> dict[tuple[str, str], str]:
    """What the table says anew."""
    said = rights_said(drafted, document.names[0])
    changed: dict[tuple[str, str], str] = {}
    for role in roles_asked(drafted, document):
        for name in _fields(document):
            sent = request.form.get(f"{role}/{name}")
            value = said.get(role, {}).get(name)
            present = "~" if isinstance(value, Mapping) else str(value or "")
            if sent is None or sent == present:
                continue
            if sent not in ("", *WORDS):
                raise BadRequest("'{word}' is no right on a field.", params={"word": sent[:40]})
            changed[role, name] = sent
    return changed


def _opened(drafted: Drafted, document: MergedDocument, name: str) -> dict[tuple[str, str], str]:
    """The grant of one closed field, or of all, to every role that may do something with the records."""
    closed = closed_fields(drafted, document)
    names = [each for each in closed if name in ("", each)]
    if not names:
        raise BadRequest("There is no closed field '{field}'.", params={"field": name[:60]})
    return {(role, each): "write" for role in roles_asked(drafted, document) for each in names}


def _edits(drafted: Drafted, entity: str, wanted: Mapping[tuple[str, str], str]) -> Iterator[Edit]:
    address = _address(entity)
    said = rights_said(drafted, entity)
    if wanted and address not in drafted.stack.documents:
        yield SetValue(address, "", {"fields": {}})
    for role in {role: None for role, _ in wanted}:
        mine = {name: word for (each, name), word in wanted.items() if each == role}
        if role not in said:
            yield SetValue(address, f"/fields/{escape(role)}", {name: word for name, word in mine.items() if word})
            continue
        for name, word in mine.items():
            yield SetValue(address, f"/fields/{escape(role)}/{escape(name)}", word or REMOVED)


def _address(entity: str) -> str:
    return f"entities/{entity}/access"
