"""What roles may do with one field, stage by stage: where it is read, masked, filled in and changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import NotFound
from kalip.compiler import MASKABLE, added_fields
from kalip.designer import Drafted, Edit, SetValue, edit_draft, open_draft
from kalip.metadata import REMOVED, Kind, MergedDocument
from kalip.metadata.source import escape
from kalip.web.designer.field_matrix import rights_said, roles_asked
from kalip.web.designer.matrix import access_address
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import Bar, Fault, bar_of, entity_of, faults_of, frame
from kalip.web.designer.tabs import Tab, owner_crumb, tabs_of
from kalip.web.locale import gettext
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_stages", __name__, url_prefix="/designer/access")
_PAGE = View("designer/field_stages.html")
COLUMNS: Final = ("read", "mask", "create", "update")
EVERYWHERE: Final = "*"
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "none": (),
    "mask": ("mask",),
    "read": ("read",),
    "create": ("read", "create"),
    "write": ("read", "create", "update"),
}
Places = frozenset[str]
"""Stages as `pipeline.stage`; EVERYWHERE alone for all of them, and for records without one."""
Right = Mapping[str, Places]
"""Where each of the columns holds."""


@dataclass(frozen=True, slots=True)
class RoleSheet:
    """A role's boxes: `ticked` are the names of those that are. `own`: something is said of the role."""

    name: str
    label: str
    own: bool
    ticked: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StagesPage:
    """The boxes of all roles. `places` are (name, label) of stages, `columns` those of what may be done."""

    bar: Bar
    title: str
    entity: str
    action: str
    back: str
    closed: bool
    places: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    roles: tuple[RoleSheet, ...]
    tabs: tuple[Tab, ...]
    faults: tuple[Fault, ...]


@blueprint.get("/<name>/fields/<field>")
def show_stages(name: str, field: str) -> Response:
    """The rights on a field by role and stage."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        document = _owner(drafted, name, field)
        label, places = label_of(document.data["fields"][field], field), _places(drafted, name)
        access = drafted.stack.documents.get(access_address(name))
        back = url_for("designer_fields.show_fields", name=name)
        page = StagesPage(
            bar=bar_of(drafted),
            title=label,
            entity=label_of(document.data, name),
            action=url_for("designer_stages.change_stages", name=name, field=field),
            back=back,
            closed=field in added_fields(document, {pack.name for pack in drafted.stack.packs}),
            places=((EVERYWHERE, gettext("Everywhere")), *places.items()),
            columns=_columns(document.data["fields"][field]),
            roles=tuple(
                _sheet(role, called, rights_said(drafted, name).get(role, {}).get(field), places)
                for role, called in roles_asked(drafted, document).items()
            ),
            tabs=tabs_of(work, drafted, name, f"{access_address(name)}/fields"),
            faults=faults_of(drafted, access) if access is not None else (),
        )
        crumbs = (owner_crumb(work, document), Crumb(gettext("Rights on fields"), back))
        return render(_PAGE, frame(work, label, *crumbs), page)


@blueprint.post("/<name>/fields/<field>")
def change_stages(name: str, field: str) -> BaseResponse:
    """Give and take rights on the field; what stays as it was is left alone."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        edits = [*_edits(drafted, _owner(drafted, name, field), field)]
    edit_draft(site(), actor(), edits)
    return redirect(url_for("designer_stages.show_stages", name=name, field=field))


def _edits(drafted: Drafted, document: MergedDocument, field: str) -> Iterator[Edit]:
    name = document.names[0]
    places, address, said = _places(drafted, name), access_address(name), rights_said(drafted, name)
    exists = address in drafted.stack.documents
    for role in roles_asked(drafted, document):
        present = said.get(role, {}).get(field)
        sent = _sent(role, places)
        # Whoever ticks boxes of a role that had none means it to have rights.
        own = f"own/{role}" in request.form or (present is None and any(sent.values()))
        if own == (present is not None) and (not own or sent == _right(present, places)):
            continue
        if not exists:
            yield SetValue(address, "", {"fields": {}})
            exists = True
        value = _value(sent, places) if own else REMOVED
        place = f"/fields/{escape(role)}"
        if role in said:
            yield SetValue(address, f"{place}/{escape(field)}", value)
        elif own:
            yield SetValue(address, place, {field: value})


def _sent(role: str, places: Mapping[str, str]) -> Right:
    ticked = {column: frozenset(request.form.getlist(f"{role}/{column}")) for column in COLUMNS}
    return {
        column: frozenset({EVERYWHERE}) if EVERYWHERE in each else each & places.keys()
        for column, each in ticked.items()
    }


def _right(value: Any, places: Mapping[str, str]) -> Right:
    """What is written, as boxes."""
    if not isinstance(value, Mapping):
        return {column: frozenset({EVERYWHERE} if column in _WORDS.get(value, ()) else ()) for column in COLUMNS}
    written = {column: _meant(said, places) for column, said in value.items()}
    write = written.get("write", frozenset())
    found = {column: written.get(column, frozenset()) for column in COLUMNS}
    joined = {column: each if column == "mask" else each | write for column, each in found.items()}
    return {column: frozenset({EVERYWHERE}) if EVERYWHERE in each else each for column, each in joined.items()}


def _meant(said: Any, places: Mapping[str, str]) -> Places:
    """The stages that are meant; one by its name alone is that of every pipeline."""
    if not isinstance(said, list):
        return frozenset({EVERYWHERE} if said is True else ())
    return frozenset(place for place in places if place in said or place.partition(".")[2] in said)


def _value(right: Right, places: Mapping[str, str]) -> Any:
    """Boxes as they are written: in a word where one says it."""
    whole = tuple(column for column in COLUMNS if EVERYWHERE in right[column])
    parts = {column: each for column, each in right.items() if each and column not in whole}
    word = next((word for word, columns in _WORDS.items() if columns == whole), None)
    if not parts and word is not None:
        return word
    alone = len({place.partition(".")[0] for place in places}) == 1
    names = {place: place.partition(".")[2] if alone else place for place in places}
    return {
        column: True if column in whole else [name for place, name in names.items() if place in each]
        for column, each in right.items()
        if each
    }


def _sheet(role: str, label: str, value: Any, places: Mapping[str, str]) -> RoleSheet:
    right = _right(value, places)
    ticked = frozenset((column, place) for column, each in right.items() for place in each)
    return RoleSheet(role, label, value is not None, ticked)


def _owner(drafted: Drafted, name: str, field: str) -> MergedDocument:
    """The entity of a field on which there can be rights; NotFound for no such field."""
    document = entity_of(drafted, name)
    if field not in document.data.get("fields", {}) or field == document.data.get("owned_by"):
        raise NotFound("There is no field '{path}'.", params={"path": field[:60]})
    return document


def _places(drafted: Drafted, name: str) -> dict[str, str]:
    """The stages of an entity as `pipeline.stage`, with what people call them."""
    found = {}
    pipelines = [each for each in drafted.stack.of_kind(Kind.PIPELINE) if each.names[0] == name]
    for document in pipelines:
        pipeline = document.names[1]
        before = f"{label_of(document.data, pipeline)} · " if len(pipelines) > 1 else ""
        for stage, data in document.data.get("stages", {}).items():
            found[f"{pipeline}.{stage}"] = before + label_of(data, stage)
    return found


def _columns(field: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels = {
        "read": gettext("Shown"),
        "mask": gettext("Last characters"),
        "create": gettext("Filled in when new"),
        "update": gettext("Changed"),
    }
    return tuple(each for each in labels.items() if each[0] != "mask" or field.get("type") in MASKABLE)
