"""What one role may do with an entity, verb by verb: whose records, on which condition, and what is denied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import BadRequest, NotFound
from kalip.designer import Drafted, Edit, SetValue, edit_draft, open_draft
from kalip.metadata import REMOVED, Kind
from kalip.metadata.source import escape
from kalip.model import EXPLICIT, Verb, verb_key
from kalip.records import Work
from kalip.web.designer.matrix import (
    SCOPES,
    access_address,
    held_label,
    permissions_of,
    scope_labels,
    scope_of,
    verb_schemas,
)
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import Bar, Fault, bar_of, entity_of, faults_of, frame, messages_at, roles_of
from kalip.web.designer.tabs import Tab, owner_crumb, tabs_of
from kalip.web.inputs import Option
from kalip.web.locale import gettext
from kalip.web.render import View, render
from kalip.web.session import actor, administrating, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_role", __name__, url_prefix="/designer/access")
_PAGE = View("designer/role_rights.html")
_ALL: Final = "all"
_EXPLICIT: Final = tuple(verb.value for verb in EXPLICIT)


@dataclass(frozen=True, slots=True)
class Right:
    """What is said of a verb, or of one transition or conversion: `key`, as permissions are keyed by.

    `follows` is what holds where nothing is said.
    """

    key: str
    label: str
    help: str
    options: tuple[Option, ...]
    where: str
    deny: bool
    follows: str
    error: str


@dataclass(frozen=True, slots=True)
class RolePage:
    """All verbs, and below them the single transitions and conversions."""

    bar: Bar
    title: str
    entity: str
    action: str
    back: str
    verbs: tuple[Right, ...]
    single: tuple[Right, ...]
    tabs: tuple[Tab, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said, or typed, of a verb."""

    scope: str = ""
    where: str = ""
    deny: bool = False

    @property
    def value(self) -> Any:
        """As it is written in the document; REMOVED for nothing."""
        if not self.where and not self.deny:
            return self.scope or REMOVED
        where = {"where": self.where} if self.where else {}
        return {"scope": self.scope, **where, **({"deny": True} if self.deny else {})}


@blueprint.get("/<name>/roles/<role>")
def show_role(name: str, role: str) -> Response:
    """What a role may do with the records of an entity."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        return _page(work, drafted, name, role, _all_said(drafted, name, role), {})


@blueprint.post("/<name>/roles/<role>")
def change_role(name: str, role: str) -> BaseResponse:
    """Give and take rights; what stays as it was is left alone."""
    with reading() as work:
        drafted = open_draft(site(), administrating(work).actor)
        said = _all_said(drafted, name, role)
        sent = {key: _sent(key, each) for key, each in said.items()}
        errors = {
            key: gettext("Say whose records: a condition alone gives nothing.")
            for key, each in sent.items()
            if not each.scope and (each.where or each.deny)
        }
        if errors:
            return _page(work, drafted, name, role, sent, errors)
        edits = [*_edits(drafted, name, role, {key: each for key, each in sent.items() if each != said[key]})]
    edit_draft(site(), actor(), edits)
    return redirect(url_for("designer_role.show_role", name=name, role=role))


def _edits(drafted: Drafted, entity: str, role: str, changed: Mapping[str, _Said]) -> Iterator[Edit]:
    address = access_address(entity)
    if changed and address not in drafted.stack.documents:
        yield SetValue(address, "", {"permissions": {}})
    place = f"/permissions/{escape(role)}"
    if changed and role not in permissions_of(drafted, entity):
        yield SetValue(address, place, {key: each.value for key, each in changed.items() if each.scope})
        return
    for key, each in changed.items():
        yield SetValue(address, f"{place}/{escape(key)}", each.value)


def _sent(key: str, present: _Said) -> _Said:
    form = request.form
    if key not in form:
        return present
    scope = form[key]
    if scope not in ("", *SCOPES):
        raise BadRequest("'{scope}' is no scope.", params={"scope": scope[:40]})
    return _Said(scope, form.get(f"where {key}", "").strip(), f"deny {key}" in form)


def _all_said(drafted: Drafted, entity: str, role: str) -> dict[str, _Said]:
    """What is said of each verb and each single transition and conversion. NotFound for no role of that name."""
    entity_of(drafted, entity)
    if role not in roles_of(drafted):
        raise NotFound("There is no role '{name}'.", params={"name": role[:60]})
    present = permissions_of(drafted, entity).get(role, {})
    keys = dict.fromkeys((*verb_schemas(), *_single(drafted, entity), *present))
    return {key: _said(present.get(key)) for key in keys}


def _said(value: Any) -> _Said:
    if not isinstance(value, Mapping):
        return _Said(scope_of(value))
    return _Said(scope_of(value), str(value.get("where", "")), value.get("deny") is True)


def _single(drafted: Drafted, entity: str) -> dict[str, str]:
    """The single transitions and conversions of an entity, with what people call them."""
    found = {}
    for document in drafted.stack.of_kind(Kind.PIPELINE):
        if document.names[0] == entity:
            for name, data in document.data.get("transitions", {}).items():
                found[verb_key(Verb.TRANSITION, name)] = label_of(data, name)
    for document in drafted.stack.of_kind(Kind.CONVERSION):
        if document.names[0] == entity:
            found[verb_key(Verb.CONVERT, document.names[1])] = label_of(document.data, document.names[1])
    return found


def _page(  # noqa: PLR0913, PLR0917 the place, and what is shown there
    work: Work, drafted: Drafted, name: str, role: str, said: Mapping[str, _Said], errors: Mapping[str, str]
) -> Response:
    document, access = entity_of(drafted, name), drafted.stack.documents.get(access_address(name))
    messages = {**_messages(drafted, name, role), **errors}
    schemas, single = verb_schemas(), _single(drafted, name)

    def right(key: str, label: str, text: str, above: str) -> Right:
        each = said[key]
        spelled = not each.scope and key not in (_ALL, *_EXPLICIT)
        held = held_label((said[above] if said[above].scope else said[_ALL]).value) if spelled else ""
        labels = {"": "–", **scope_labels()}.items()
        options = tuple(Option(scope, words, scope == each.scope) for scope, words in labels)
        return Right(key, label, text, options, each.where, each.deny, held, messages.get(key, ""))

    page = RolePage(
        bar=bar_of(drafted),
        title=roles_of(drafted)[role],
        entity=label_of(document.data, name),
        action=url_for("designer_role.change_role", name=name, role=role),
        back=url_for("designer_access.show_access", name=name),
        verbs=tuple(
            right(key, gettext(str(each["title"])), gettext(str(each["description"])), _ALL)
            for key, each in schemas.items()
        ),
        single=tuple(
            right(key, single.get(key, key), key, key.partition(":")[0]) for key in said if key not in schemas
        ),
        tabs=tabs_of(work, drafted, name, access_address(name)),
        faults=faults_of(drafted, access) if access is not None else (),
    )
    crumbs = (owner_crumb(work, document), Crumb(gettext("Access"), page.back))
    return render(_PAGE, frame(work, page.title, *crumbs), page, 422 if errors else 200)


def _messages(drafted: Drafted, entity: str, role: str) -> dict[str, str]:
    """The faults of the draft by verb."""
    access = drafted.stack.documents.get(access_address(entity))
    place = f"/permissions/{escape(role)}/"
    found = messages_at(drafted, access).items() if access is not None else ()
    return {at.removeprefix(place).split("/")[0]: text for at, text in found if at.startswith(place)}
