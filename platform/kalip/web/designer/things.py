"""New things: the forms of entities, choice lists and roles, and new parts of an entity."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import AccessDenied, NotFound
from kalip.designer import Drafted, SetValue, edit_draft, open_draft
from kalip.records import Work
from kalip.web.designer.making import ROWS, STAGES, made, new_part
from kalip.web.designer.overview import may_make
from kalip.web.designer.reading import Bar, bar_of, entity_of, frame, page_of, roles_of, types_offered
from kalip.web.designer.tabs import may_change
from kalip.web.inputs import Option
from kalip.web.locale import gettext
from kalip.web.render import View, render
from kalip.web.session import actor, designing, reading, site

blueprint = Blueprint("designer_new", __name__, url_prefix="/designer")
_NEW = View("designer/new.html")


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form of a new thing. `sent` is what was sent and refused."""

    bar: Bar
    title: str
    kind: str
    help: str
    types: tuple[Option, ...]
    roles: tuple[Option, ...]
    fields: tuple[Mapping[str, Any], ...]
    rows: int = ROWS
    stages: int = STAGES
    sent: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/new/<kind>")
def show_new(kind: str) -> Response:
    """The form of a new entity, choice list or role."""
    with reading() as work:
        return _new_page(work, open_draft(site(), designing(work).actor), kind)


@blueprint.post("/new/<kind>")
def make(kind: str) -> BaseResponse:
    """Add a new thing to the draft and open it."""
    with reading() as work:
        drafted = open_draft(site(), designing(work).actor)
        _title_of(kind)
        new = made(kind, request.form, (drafted.served or work.served).model)
        if new.errors:
            return _new_page(work, drafted, kind, new.errors)
    edit_draft(site(), actor(), [SetValue(address, "", data) for address, data in new.documents.items()])
    return redirect(page_of(new.first))


@blueprint.post("/parts/<name>")
def add_part(name: str) -> BaseResponse:
    """Add a list, board, card or pipeline to an entity and open it."""
    with reading() as work:
        drafted = open_draft(site(), designing(work).actor)
        owner = entity_of(drafted, name)
    address, data = new_part(drafted, owner, request.form.get("kind", ""), request.form.get("label", "").strip()[:200])
    edit_draft(site(), actor(), [SetValue(address, "", data)])
    return redirect(page_of(address))


def _new_page(work: Work, drafted: Drafted, kind: str, errors: Mapping[str, str] | None = None) -> Response:
    title, text = _title_of(kind)
    if not may_make(work, kind):
        raise AccessDenied("No role of yours publishes new things of this kind.")
    labels, types = request.form.getlist("field"), request.form.getlist("type")
    required = request.form.getlist("required")
    fields = tuple(
        {
            "label": labels[number] if number < len(labels) else "",
            "type": types[number] if number < len(types) else "text",
            "required": str(number) in required,
        }
        for number in range(ROWS)
    )
    roles = tuple(Option(role, label) for role, label in roles_of(drafted).items() if may_make(work, "role"))
    staged = all(may_change(work, f"entities/new/{part}") for part in ("pipelines/main", "views/board"))
    needs_nothing = tuple(each for each in types_offered() if not site().extensions.types[each.value].needs)
    page = NewPage(
        bar=bar_of(drafted),
        title=title,
        kind=kind,
        help=text,
        types=needs_nothing,
        roles=roles,
        fields=fields,
        stages=STAGES if staged else 0,
        sent=dict(request.form),
        errors=errors or {},
    )
    return render(_NEW, frame(work, title), page, 422 if errors else 200)


def _title_of(kind: str) -> tuple[str, str]:
    found = {
        "entity": (gettext("New entity"), gettext("One of them: Ship, Complaint, Course.")),
        "choices": (gettext("New choice list"), gettext("What the list is about: Colours, Reasons.")),
        "role": (gettext("New role"), gettext("Who has it: Dispatcher, Accountant.")),
    }.get(kind)
    if found is None:
        raise NotFound("There is no kind '{kind}' of new things.", params={"kind": kind[:40]})
    return found
