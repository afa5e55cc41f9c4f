"""Who may do what with an entity: roles by verbs, in one table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import BadRequest
from kalip.designer import Drafted, Edit, SetValue, edit_draft, open_draft
from kalip.metadata import REMOVED, Kind, document_schema
from kalip.metadata.source import escape
from kalip.model import EXPLICIT
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import Bar, Fault, bar_of, entity_of, faults_of, frame, page_of, roles_of
from kalip.web.designer.tabs import Tab, tabs_of
from kalip.web.inputs import Option
from kalip.web.locale import gettext
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_access", __name__, url_prefix="/designer/access")
_PAGE = View("designer/matrix.html")
SCOPES = ("none", "own", "team", "unit", "unit_below", "all")
_DENY = "deny"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one role may do by one verb; `condition` narrows the rows, `follows` is what holds where nothing is said."""

    name: str
    options: tuple[Option, ...]
    condition: str
    follows: str


@dataclass(frozen=True, slots=True)
class Row:
    """A role. `href` is where conditions, denials and single transitions are said, `more` how many of the last are."""

    label: str
    name: str
    href: str
    more: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The rights on one entity. `verbs` are (label, description)."""

    bar: Bar
    title: str
    entity: str
    verbs: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    tabs: tuple[Tab, ...]
    faults: tuple[Fault, ...]


@blueprint.get("/<name>")
def show_access(name: str) -> Response:
    """The matrix of an entity."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        document = entity_of(drafted, name)
        title = label_of(document.data, name)
        verbs = verb_schemas()
        access = drafted.stack.documents.get(access_address(name))
        page = Matrix(
            bar_of(drafted),
            title,
            name,
            tuple((gettext(str(each["title"])), gettext(str(each["description"]))) for each in verbs.values()),
            tuple(_rows(drafted, name, tuple(verbs))),
            tabs_of(work, drafted, name, access_address(name)),
            faults_of(drafted, access) if access is not None else (),
        )
        crumb = Crumb(title, page_of(document.address))
        return render(_PAGE, frame(work, gettext("Access"), crumb), page)


@blueprint.post("/<name>")
def change_access(name: str) -> BaseResponse:
    """Give and take rights; what stays as it was is left alone."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        edits = [*_edits(drafted, name)]
    edit_draft(site(), actor(), edits)
    return redirect(url_for("designer_access.show_access", name=name))


def _edits(drafted: Drafted, entity: str) -> Iterator[Edit]:
    address = access_address(entity)
    permissions = permissions_of(drafted, entity)
    changed: dict[tuple[str, str], str] = {}
    for role in roles_of(drafted):
        for verb in verb_schemas():
            sent = request.form.get(f"{role}/{verb}")
            if sent is not None and sent != scope_of(permissions.get(role, {}).get(verb)):
                if sent not in ("", *SCOPES):
                    raise BadRequest("'{scope}' is no scope.", params={"scope": sent[:40]})
                changed[role, verb] = sent
    if changed and address not in drafted.stack.documents:
        yield SetValue(address, "", {"permissions": {}})
    for role in {role: None for role, _ in changed}:
        if role not in permissions:
            said = {verb: scope for (each, verb), scope in changed.items() if each == role and scope}
            yield SetValue(address, f"/permissions/{escape(role)}", said)
            continue
        for (each, verb), scope in changed.items():
            if each == role:
                place = f"/permissions/{escape(role)}/{verb}"
                narrowed = isinstance(permissions[role].get(verb), Mapping) and scope
                yield SetValue(address, f"{place}/scope" if narrowed else place, scope or REMOVED)


def _rows(drafted: Drafted, entity: str, verbs: tuple[str, ...]) -> Iterator[Row]:
    permissions = permissions_of(drafted, entity)
    for name, label in roles_of(drafted).items():
        said = permissions.get(name, {})
        href = url_for("designer_role.show_role", name=entity, role=name)
        cells = tuple(_cell(name, said, verb) for verb in verbs)
        yield Row(label, name, href, sum(key not in verbs for key in said), cells)


def _cell(role: str, said: Mapping[str, Any], verb: str) -> Cell:
    value = said.get(verb)
    scope = scope_of(value)
    words = {"": "–", **scope_labels()}
    if isinstance(value, Mapping) and value.get(_DENY):
        words |= {each: _denied(label) for each, label in scope_labels().items()}
    condition = str(value.get("where", "")) if isinstance(value, Mapping) else ""
    spelled = not scope and verb != "all" and verb not in EXPLICIT and said.get("all")
    follows = held_label(said.get("all")) if spelled else ""
    options = tuple(Option(each, label, each == scope) for each, label in words.items())
    return Cell(f"{role}/{verb}", options, condition, follows)


def scope_labels() -> dict[str, str]:
    """What people call scopes, from nothing to everything."""
    return {
        "none": gettext("none"),
        "own": gettext("own"),
        "team": gettext("own groups'"),
        "unit": gettext("own unit's"),
        "unit_below": gettext("own unit's and below"),
        "all": gettext("all"),
    }


def held_label(value: Any) -> str:
    """What people call what is said of a verb, a denial too; empty where nothing is."""
    label = scope_labels().get(scope_of(value), "")
    return _denied(label) if label and isinstance(value, Mapping) and value.get(_DENY) else label


def _denied(label: str) -> str:
    return gettext("denied: {scope}", scope=label)


def scope_of(value: Any) -> str:
    """The scope of what is said of a verb; empty where nothing is."""
    return str(value.get("scope", "")) if isinstance(value, Mapping) else str(value or "")


def permissions_of(drafted: Drafted, entity: str) -> Mapping[str, Mapping[str, Any]]:
    """What is said of each role: verbs with a scope, or with more."""
    document = drafted.stack.documents.get(access_address(entity))
    found: Mapping[str, Mapping[str, Any]] = document.data.get("permissions", {}) if document is not None else {}
    return found


def verb_schemas() -> Mapping[str, Mapping[str, Any]]:
    """The verbs that are said for an entity, "all" first, with their schemas."""
    schema = document_schema(Kind.ACCESS, site().extensions.types)
    found: Mapping[str, Mapping[str, Any]] = schema["$defs"]["permissions"]["properties"]
    return found


def access_address(entity: str) -> str:
    """The document of the rights on an entity."""
    return f"entities/{entity}/access"
